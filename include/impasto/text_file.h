// Text files out, and where files go.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Replaces `file` by `text`, atomically; a symbolic link stays, and its target is replaced. Throws Error(io); on
/// failure the old file is untouched.
IMPASTO_API void save_text(std::string_view text, const std::filesystem::path& file);

/// Throws Error(io) unless save_text could write there now, found out before hours of work. Leaves nothing behind.
IMPASTO_API void check_text_output(const std::filesystem::path& file);

/// Where a file written as `file` lies in the end: symbolic links followed, also to what is not there yet. One to a
/// device or pipe is not followed: what /dev/stdout leads to may have no name in any folder.
IMPASTO_API std::filesystem::path follow_links(const std::filesystem::path& file);

/// Names of what lies in a folder, without "." and "..", in no order; none where it cannot be read. For
/// std::filesystem's iterators: those of libstdc++ end the process when memory is short.
IMPASTO_API std::vector<std::string> names_in_folder(const std::filesystem::path& folder);

}  // namespace impasto::IMPASTO_ABI
