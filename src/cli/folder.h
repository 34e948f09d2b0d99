// Folders that a run makes.
#pragma once

#include <filesystem>

namespace impasto::cli {

/// With those above it; one that is there is left as it is. Throws Error(io).
void make_folder(const std::filesystem::path& folder);

}  // namespace impasto::cli
