// Texts of files, whose encoding many formats leave open.
#pragma once

#include <string>
#include <string_view>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// A text up to its first zero: as it is when that is UTF-8, else taken for Latin-1.
std::string to_utf8(std::string_view text);
std::string utf8_of_latin1(std::string_view text);

}  // namespace impasto::IMPASTO_ABI
