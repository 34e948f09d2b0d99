// Files that people hand over as weights and that are something else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// What a file that begins with `start` is, and what to do ("a PNG picture; name ..."); empty when it is nothing that
/// is known here. `bytes` is the size of the file.
std::string foreign_file(std::string_view start, std::uint64_t bytes);

}  // namespace impasto::IMPASTO_ABI
