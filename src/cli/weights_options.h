// What `impasto weights ...` was asked to do.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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
  std::vector<std::filesystem::path> pictures;   ///< of normalise
  int size = 512;                                ///< of normalise: their long side
};

/// `request` is filled while `command` parses; a bad value throws Error(usage) out of the parser.
void add_import_options(CLI::App& command, WeightsRequest& request);
void add_weights_info_options(CLI::App& command, WeightsRequest& request);
void add_normalise_options(CLI::App& command, WeightsRequest& request);

}  // namespace impasto::cli
