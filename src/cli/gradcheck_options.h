// What `impasto gradcheck` was asked to check.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/stylise_options.h"
#include "impasto/gradcheck.h"

namespace impasto::cli {

struct GradcheckRequest {
  StyliseRequest run;  ///< weights and threads
  std::string subject = "op";
  EngineGradcheckOptions options;
  std::optional<std::filesystem::path> json;
};

/// `request` is filled while `command` parses; a bad value throws Error(usage) out of the parser.
void add_gradcheck_options(CLI::App& command, GradcheckRequest& request);

}  // namespace impasto::cli
