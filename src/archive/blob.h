// Raw numbers in one file, described by a small JSON beside it: what any program can export. weights/FORMAT.md has the
// written form.
#pragma once

#include <filesystem>
#include <memory>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// `description` names the JSON; the numbers lie in the same folder. Throws Error(input).
std::unique_ptr<ArrayFile> open_blob(const std::filesystem::path& description);

/// The JSON beside `blob`, of the same name but for its extension, that names it; empty if there is none.
std::filesystem::path blob_description_of(const std::filesystem::path& blob);

}  // namespace impasto::IMPASTO_ABI
