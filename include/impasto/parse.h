// Words of enums, the other way round: each enum that has to_string() has parse() beside it.
#pragma once

#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The value that to_string() calls `word`. Throws Error(usage) for any other text: "`called` is 'word', wanted ...".
/// Defined for the enums that declare it. Thread safety: any thread.
template <class Enum>
Enum parse(const std::string& word, const std::string& called);

}  // namespace impasto::IMPASTO_ABI
