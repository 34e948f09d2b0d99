#include "base/checksum.h"

#include "base/check.h"
#include "base/sizes.h"

#ifdef IMPASTO_HAS_CHECKSUMS

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes

std::string checksum(const std::filesystem::path& path, const EVP_MD* algorithm, const char* name) {
  const FileReader file(path, "file");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto check = [&](int success) {
    require(success == 1, ErrorCode::io, "OpenSSL refuses to compute the ", name, " checksum of '", path.string(),
            "'; its configuration may forbid it");
  };
  check(digest != nullptr && EVP_DigestInit_ex(digest.get(), algorithm, nullptr) == 1);
  std::vector<std::uint8_t> piece(saturated(std::min<std::uint64_t>(file.size(), kPiece)));
  for (std::uint64_t at = 0; at < file.size(); at += piece.size()) {
    piece.resize(saturated(std::min<std::uint64_t>(file.size() - at, kPiece)));
    file.read(at, piece);
    check(EVP_DigestUpdate(digest.get(), piece.data(), piece.size()));
  }
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  check(EVP_DigestFinal_ex(digest.get(), bytes, &count));
  std::string digits;
  for (unsigned i = 0; i < count; ++i) {
    digits += "0123456789abcdef"[bytes[i] >> 4];
    digits += "0123456789abcdef"[bytes[i] & 15];
  }
  return digits;
}

}  // namespace

bool has_checksums() { return true; }
std::string sha256_checksum(const std::filesystem::path& file) { return checksum(file, EVP_sha256(), "SHA-256"); }
std::string md5_checksum(const std::filesystem::path& file) { return checksum(file, EVP_md5(), "MD5"); }

}  // namespace impasto::IMPASTO_ABI

#else

namespace impasto::IMPASTO_ABI {
namespace {

[[noreturn]] void refuse() {
  fail(ErrorCode::usage,
       "this build of Impasto cannot compute checksums (it was made without OpenSSL); build it with "
       "-DIMPASTO_CHECKSUMS=ON");
}

}  // namespace

bool has_checksums() { return false; }
std::string sha256_checksum(const std::filesystem::path&) { refuse(); }
std::string md5_checksum(const std::filesystem::path&) { refuse(); }

}  // namespace impasto::IMPASTO_ABI

#endif
