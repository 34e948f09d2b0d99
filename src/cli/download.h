// One file from one address, gone on with where an earlier run broke off.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace impasto::cli {

struct Download {
  std::string address;         ///< http, https or file
  std::filesystem::path file;  ///< what it becomes; file + ".part" until it is complete
  std::uint64_t bytes = 0;     ///< expected, for the bar; 0: not known
  bool quiet = false;          ///< no bar, no lines
};

/// Leaves the file under download.file; a complete one from an earlier run is taken as it is. Throws Error(io) with one
/// sentence that ends in ": why", for a connection, a server or a disk that refuses; the part stays for the next run.
void fetch(const Download& download);

}  // namespace impasto::cli
