// Whole files in and out. A file appears under its name only when it is complete: written beside it, then renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// All bytes of a regular file or a pipe. `what` names it in messages ("content picture", "weights file").
/// Throws Error(input): missing, a directory, unreadable, or larger than `limit` bytes; Error(io) when memory does not
/// hold it.
std::vector<std::uint8_t> read_file(const std::filesystem::path& file, const char* what, std::uint64_t limit);

/// Replaces `file` by `bytes`, atomically. Throws Error(io); on failure the old file is untouched.
void write_file(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

/// Throws Error(io) unless a file could be written at `file` now: its folder exists, is a folder and takes files, and
/// `file` is not itself a folder. Leaves nothing behind, and removes what killed processes left in that folder.
void check_writable(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
