// `impasto weights fetch`: an official file, checked, imported to where stylise looks for it.
#pragma once

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace impasto::cli {

struct FetchRequest {
  std::string source;  ///< a name of official_weights(); empty: the first
  std::string sha256;  ///< what the file's SHA-256 must be, instead of the published checksum
  bool keep = false;   ///< the download, beside the weights
  bool force = false;  ///< replaces weights that are there
  bool quiet = false;
};

/// `request` is filled while `command` parses; a bad value throws Error(usage) out of the parser.
void add_fetch_options(CLI::App& command, FetchRequest& request);

/// Prints where the weights are. Throws Error: each sentence that ends a fetch says what to do by hand.
int fetch_command(const FetchRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
