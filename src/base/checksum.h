// Checksums of whole files, as publishers of weights print them. By OpenSSL, which a build may lack.
#pragma once

#include <filesystem>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Whether this build has OpenSSL.
bool has_checksums();
/// 64 hexadecimal digits. Throws Error(input) for a file that cannot be read; Error(usage) without OpenSSL.
std::string sha256_checksum(const std::filesystem::path& file);
/// 32 hexadecimal digits. Throws as above.
std::string md5_checksum(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
