// What `impasto weights ...` was asked to do, and the table of its actions.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/fetch_command.h"
#include "impasto/weights_tools.h"

namespace CLI {
class App;
}

namespace impasto::cli {

struct WeightsRequest {
  std::string input;                             ///< the file
  std::optional<std::filesystem::path> output;   ///< -o
  WeightsImport how;                             ///< of import
  bool json = false;                             ///< of info
  std::optional<std::filesystem::path> picture;  ///< of info
  FetchRequest fetch;
  std::vector<std::filesystem::path> pictures;  ///< of normalise
  int size = 512;                               ///< of normalise: their long side
};

/// A word behind `impasto weights`.
struct WeightsAction {
  const char* name;
  const char* summary;
  const char* footer;
  const char* takes;  ///< for messages: "one file"
  /// `request` is filled while the command parses; a bad value throws Error(usage) out of the parser.
  void (*add_options)(CLI::App& command, WeightsRequest& request);
  /// Refuses, with Error(usage), what was not given. Gives the exit code.
  int (*run)(const WeightsRequest& request, const std::filesystem::path& program);
};

std::span<const WeightsAction> weights_actions();

}  // namespace impasto::cli
