// Where the official files of VGG19's and VGG16's weights are, and how they are told from others.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/weights_tools.h"

namespace impasto::cli {

struct OfficialWeights {
  const char* name;     ///< as on the command line
  const char* network;  ///< "VGG19" or "VGG16"
  WeightsSource source;
  std::array<const char*, 2> folders;  ///< the addresses without the file's name: its own, and a mirror or ""
  const char* file;
  std::uint64_t bytes;
  bool exact;            ///< `bytes` is published; otherwise about
  const char* checksum;  ///< as published: MD5 (32 digits) or SHA-256 (64)

  std::vector<std::string> addresses() const;
};

/// The first is the one to take unless another is named.
std::span<const OfficialWeights> official_weights();

/// Throws Error(usage) for a name that is none of theirs.
const OfficialWeights& official_weights(const std::string& name);

/// Half a sentence: what to do without this program's help. `target` is where stylise looks.
std::string by_hand(const OfficialWeights& official, const std::string& target);

}  // namespace impasto::cli
