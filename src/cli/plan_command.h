// `impasto plan`: sizes, memory and time of a painting, told without painting it.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/stylise_options.h"

namespace CLI {
class App;
}

namespace impasto::cli {

struct PlanRequest {
  StyliseRequest painting;
  std::optional<std::filesystem::path> json;
};

void add_plan_options(CLI::App& command, PlanRequest& request);

/// Prints the plan and writes the JSON that was asked for; gives the exit code: 1 where memory does not hold the
/// painting.
int plan_command(const PlanRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
