// What a window that slides over a map finds beyond the map's edge, and what pooling makes of the values it holds.
#pragma once

#include <string>

#include "impasto/export.h"
#include "impasto/parse.h"

namespace impasto::IMPASTO_ABI {

/// `valid`: windows stay inside the map. The others give a map of ceil(size / stride): zeros beyond the edge, the edge
/// value repeated, or the map mirrored about its edge value (PyTorch's names and meaning).
enum class Padding { valid, zero, replicate, reflect };

/// "valid", "zero", "replicate", "reflect".
IMPASTO_API std::string to_string(Padding padding);
template <>
IMPASTO_API Padding parse<Padding>(const std::string& word, const std::string& called);

/// `l2`: the root of the mean square, which lies between the other two.
enum class Pooling { none, max, average, l2 };

/// "none", "max", "average", "l2".
IMPASTO_API std::string to_string(Pooling pooling);
template <>
IMPASTO_API Pooling parse<Pooling>(const std::string& word, const std::string& called);

}  // namespace impasto::IMPASTO_ABI
