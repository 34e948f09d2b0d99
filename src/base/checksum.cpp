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
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes

class OpensslDigest {
 public:
  /// `what` it computes ends a message.
  OpensslDigest(const EVP_MD* algorithm, std::string what)
      : what_(std::move(what)), digest_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    check(digest_ != nullptr && EVP_DigestInit_ex(digest_.get(), algorithm, nullptr) == 1);
  }
  void add(std::span<const std::uint8_t> bytes) {
    check(EVP_DigestUpdate(digest_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string digits() {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    check(EVP_DigestFinal_ex(digest_.get(), bytes, &count) == 1);
    std::string digits;
    for (unsigned i = 0; i < count; ++i) {
      digits += "0123456789abcdef"[bytes[i] >> 4];
      digits += "0123456789abcdef"[bytes[i] & 15];
    }
    return digits;
  }

 private:
  void check(bool success) const {
    require(success, ErrorCode::io, "OpenSSL refuses to compute the ", what_, "; its configuration may forbid it");
  }

  std::string what_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest_;
};

std::string checksum(const std::filesystem::path& path, const EVP_MD* algorithm, const char* name) {
  const FileReader file(path, "file");
  OpensslDigest digest(algorithm, text(name, " checksum of '", path.string(), "'"));
  std::vector<std::uint8_t> piece(saturated(std::min<std::uint64_t>(file.size(), kPiece)));
  for (std::uint64_t at = 0; at < file.size(); at += piece.size()) {
    piece.resize(saturated(std::min<std::uint64_t>(file.size() - at, kPiece)));
    file.read(at, piece);
    digest.add(piece);
  }
  return digest.digits();
}

}  // namespace

struct Sha256::Digest : OpensslDigest {
  Digest() : OpensslDigest(EVP_sha256(), "SHA-256 checksum") {}
};
void Sha256::add(std::span<const std::uint8_t> bytes) { digest_->add(bytes); }
std::string Sha256::digits() { return digest_->digits(); }

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

struct Sha256::Digest {
  Digest() { refuse(); }
};
void Sha256::add(std::span<const std::uint8_t>) {}
std::string Sha256::digits() { return {}; }

bool has_checksums() { return false; }
std::string sha256_checksum(const std::filesystem::path&) { refuse(); }
std::string md5_checksum(const std::filesystem::path&) { refuse(); }

}  // namespace impasto::IMPASTO_ABI

#endif

namespace impasto::IMPASTO_ABI {

Sha256::Sha256() : digest_(std::make_unique<Digest>()) {}
Sha256::~Sha256() = default;

}  // namespace impasto::IMPASTO_ABI
