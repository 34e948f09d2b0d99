// What `impasto inspect` was asked to show.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/stylise_options.h"

namespace impasto::cli {

struct InspectRequest {
  StyliseRequest painting;          ///< what the step computes, and where
  std::vector<std::string> layers;  ///< empty: those of the losses
  std::optional<std::filesystem::path> folder;
};

/// `request` is filled while `command` parses; a bad value throws Error(usage) out of the parser.
void add_inspect_options(CLI::App& command, InspectRequest& request);

}  // namespace impasto::cli
