// Tiny pictures, broken pictures and a quick run with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "impasto/image.h"
#include "support/error_of.h"
#include "support/run_program.h"
#include "support/temp_folder.h"
#include "support/waves.h"

namespace impasto::testing {

/// A folder with content.png (48 x 32) and style.png (40 x 40).
class Studio : public TempFolder {
 public:
  Studio() {
    save_image(waves(48, 32, 0.3), path() / "content.png");
    save_image(waves(40, 40, 0.7), path() / "style.png");
  }

  /// `impasto stylise content.png style.png`, 2 epochs of 2 steps at 48 x 32 with the built-in weights, then `more`.
  static std::vector<std::string> arguments(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"stylise", "content.png",       "style.png", "--weights", "builtin", "--epochs",
                                    "2",       "--steps-per-epoch", "2",         "--size",    "48",      "--threads",
                                    "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Run paint(const std::vector<std::string>& more, Program::Environment environment = {}) const {
    return run_program(arguments(more), path(), std::move(environment));
  }
};

/// A run that must fail and say why in the last line of stderr, the only one unless painting had begun.
inline void expect_failure(const Run& run, int code, const std::vector<std::string>& parts) {
  INFO("stderr: ", run.err);
  CHECK(run.code == code);
  CHECK(run.out.empty());
  REQUIRE(run.err.size() > 1);
  CHECK(run.err.back() == '\n');
  const std::size_t before = run.err.rfind('\n', run.err.size() - 2);
  const std::string last = before == std::string::npos ? run.err : run.err.substr(before + 1);
  CHECK(last.rfind("impasto: ", 0) == 0);
  CHECK((before == std::string::npos || contains(run.err, " in the style of ")));
  for (const std::string& part : parts) CHECK_MESSAGE(contains(last, part), "wanted: ", part);
}

}  // namespace impasto::testing
