// The picture formats: by which ending a file is written, and which of them this build has.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "impasto/error.h"

namespace impasto::IMPASTO_ABI {

enum class Format { jpeg, png, tiff, webp };

/// Whatever the case of the ending.
std::optional<Format> format_of_ending(const std::filesystem::path& file);

/// Throws Error(code): `what`, because this build lacks the library of the format.
[[noreturn]] void fail_absent(Format format, const std::string& what, ErrorCode code);

}  // namespace impasto::IMPASTO_ABI
