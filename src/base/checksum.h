// Checksums, as publishers of weights print them. By OpenSSL, which a build may lack.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// A SHA-256 checksum of bytes that come in pieces.
class Sha256 {
 public:
  /// Throws Error(usage) without OpenSSL.
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::span<const std::uint8_t> bytes);
  /// 64 hexadecimal digits, once.
  std::string digits();

 private:
  struct Digest;
  std::unique_ptr<Digest> digest_;
};

/// Whether this build has OpenSSL.
bool has_checksums();
/// 64 hexadecimal digits. Throws Error(input) for a file that cannot be read; Error(usage) without OpenSSL.
std::string sha256_checksum(const std::filesystem::path& file);
/// 32 hexadecimal digits. Throws as above.
std::string md5_checksum(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
