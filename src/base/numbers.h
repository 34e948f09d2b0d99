// Numbers from words and words for numbers, the same in every locale.
#pragma once

#include <cstdint>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Whole number in lowest..highest. Throws Error(usage): `called` is 'text', wanted ...
std::int64_t parse_integer(const std::string& called, const std::string& text, std::int64_t lowest,
                           std::int64_t highest);
/// Whole number of 64 bits, 0 or more. Throws as above.
std::uint64_t parse_seed(const std::string& called, const std::string& text);
/// Finite number. Throws as above.
double parse_real(const std::string& called, const std::string& text);

/// The fewest digits that read back as the same number.
std::string shortest(double value);

}  // namespace impasto::IMPASTO_ABI
