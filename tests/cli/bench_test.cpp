// `impasto bench`: figures that can be true, and words it does not understand.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "impasto/context.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

using Json = nlohmann::json;

// Two steps of 48 x 32 pixels on one thread, then `more`.
std::vector<std::string> arguments(const std::vector<std::string>& more) {
  std::vector<std::string> all = {"bench", "--width", "48", "--height", "32", "--threads", "1", "--steps", "2"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Json measure(const TempFolder& folder, std::vector<std::string> more) {
  more.insert(more.end(), {"--json", "figures.json"});
  const Run run = run_program(arguments(more), folder.path());
  INFO(run.err);
  REQUIRE(run.code == 0);
  return Json::parse(read_text(folder.path() / "figures.json"));
}

}  // namespace

TEST_CASE("cli: bench tells time, memory and every op of the tutorial") {
  const TempFolder folder;
  const Run run = run_program(arguments({}), folder.path());
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  for (const char* part : {"tutorial, 48 x 32, 1 thread", "VGG19 in full width", "median of 2", "MiB planned",
                           "resident", "GFLOP/s", "gram_matrix", "512 x 512", "Adam and the rest"}) {
    CHECK_MESSAGE(contains(run.out, part), part);
  }
  CHECK(folder.size() == 0);
}

TEST_CASE("cli: the JSON of bench holds figures that can be true") {
  const TempFolder folder;
  const Json figures = measure(folder, {});
  CHECK(folder.size() == 1);
  CHECK(figures["width"] == 48);
  CHECK(figures["height"] == 32);
  CHECK(figures["threads"] == 1);
  CHECK(figures["conv"] == "auto");
  CHECK(figures["memory"] == "auto");
  CHECK(figures["preset"] == "tutorial");
  CHECK(figures["simd"].get<std::string>() == to_string(available_targets().front()));
  REQUIRE(figures["step_ms"].size() == 2);
  const double least = figures["step_ms_min"], median = figures["step_ms_median"];
  CHECK(least > 0);
  CHECK(least <= median);
  CHECK(figures["first_step_ms"].get<double>() > 0);
  CHECK(figures["planned_mib"].get<double>() > 0.5);
  CHECK(figures["peak_rss_mib"].get<double>() > figures["planned_mib"].get<double>());
  CHECK(figures["peak_gflops"].get<double>() > 0.01);

  double forward = 0, seconds = 0;
  for (const Json& op : figures["layers"]) {
    CHECK_FALSE(op["name"].get<std::string>().empty());
    CHECK(op["share_of_peak"].get<double>() >= 0);
    forward += op["forward_gflop"].get<double>();
    seconds += 1e-3 * (op["forward_ms"].get<double>() + op["backward_ms"].get<double>());
  }
  // Gram matrices beside the convolutions, of which conv1_2 alone is 2 * 9 * 64 * 64 * 48 * 32.
  CHECK(forward > 2e-9 * 9 * 64 * 64 * 48 * 32);
  CHECK(seconds > 0);
  CHECK(seconds <= 1.001e-3 * least);
}

#ifndef _WIN32
TEST_CASE("cli: bench writes through a symbolic link and leaves it where it is") {
  const TempFolder folder;
  folder.write("real.json", "old");
  std::filesystem::create_symlink("real.json", folder / "figures.json");
  CHECK(measure(folder, {})["width"] == 48);
  CHECK(std::filesystem::is_symlink(folder / "figures.json"));
  CHECK(folder.size() == 2);
}
#endif

TEST_CASE("cli: bench takes size, layers, weights, preset and convolution") {
  const TempFolder folder;
  const Json figures = measure(
      folder, {"--layers", "conv1_1,conv2_1", "--weights", "builtin", "--preset", "default", "--conv", "im2col"});
  CHECK(figures["preset"] == "default");
  CHECK(figures["conv"] == "im2col");
  CHECK(contains(figures["weights"].get<std::string>(), "built-in"));
  int grams = 0;
  for (const Json& op : figures["layers"]) grams += contains(op["name"].get<std::string>(), "moments") ? 1 : 0;
  CHECK(grams == 2);
  const Run square = run_program({"bench", "--size", "33", "--steps", "1", "--layers", "conv1_1"}, folder.path());
  CHECK(contains(square.out, "33 x 33"));
}

TEST_CASE("cli: bench refuses what it does not understand") {
  const TempFolder folder;
  struct Case {
    std::vector<std::string> words;
    int code;
    std::vector<std::string> parts;
  };
  const std::vector<Case> cases = {
      {{"content.jpg"}, 2, {"'content.jpg'", "itself"}},
      {{"--step", "3"}, 2, {"'--step'", "--steps"}},
      {{"--steps", "0"}, 2, {"--steps", "'0'"}},
      {{"--steps", "many"}, 2, {"--steps", "'many'"}},
      {{"--size", "64"}, 2, {"--size 64", "exclude"}},
      {{"--conv", "fft"}, 2, {"--conv", "'fft'"}},
      {{"--memory", "huge"}, 2, {"--memory", "'huge'"}},
      {{"--preset", "nice"}, 2, {"nice", "tutorial"}},
      {{"--layers", "conv9_1"}, 2, {"--layers", "conv9_1"}},
      {{"--layers", "conv1_1", "--style-layers", "conv2_1"}, 2, {"--layers", "--style-layers"}},
      {{"--json", ""}, 2, {"--json is empty"}},
      {{"--json", "missing/figures.json"}, 1, {"missing"}},
      {{"--weights", "missing.safetensors"}, 1, {"missing.safetensors"}},
      {{"--width", "8"}, 1, {"too small"}},
  };
  for (const Case& c : cases) {
    INFO(c.words[0]);
    expect_failure(run_program(arguments(c.words), folder.path()), c.code, c.parts);
  }
  CHECK(folder.size() == 0);
}
