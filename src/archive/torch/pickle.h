// Python's pickles as a tree of plain values. Nothing is ever imported or called: what a pickle would call is a value
// like any other. Own reading of the opcodes (CPython's Lib/pickletools.py), strict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// One value. Views point into the pickle's bytes.
struct PickleValue {
  enum class Kind { none, boolean, integer, huge, real, text, bytes, list, tuple, dict, global, call, persistent };
  Kind kind = Kind::none;
  std::int64_t integer = 0;    ///< of boolean and integer
  std::string_view text = {};  ///< of text and bytes; of a global its module; of a huge integer its bytes, lowest first
  std::string_view name = {};  ///< of a global
  /// Indices of other values. dict: key, value, key, value, ...; call: what, its arguments (a tuple), then the keys and
  /// values that were set on the result; persistent: the one that names it.
  std::vector<std::uint32_t> items = {};
};

struct Pickle {
  std::vector<PickleValue> values;  ///< a value may be an item of several others, or of itself
  std::uint32_t root = 0;
  std::size_t bytes = 0;  ///< from the first opcode to the last

  const PickleValue& at(std::uint32_t index) const { return values[index]; }
};

/// Throws for a global that is not wanted. `depth`: how many values wait for it, none for the class of what the whole
/// pickle is.
using CheckGlobal = std::function<void(std::string_view module, std::string_view name, std::size_t depth)>;

/// The pickle that `bytes` begin with, of protocol 2 to 5. Every global that stands in it is shown to `check` before
/// anything is made of it. Throws Error(input) for a pickle that is damaged, has more than a million values, or uses an
/// opcode beyond those of numbers, texts, lists, tuples, dictionaries and calls, which is named.
Pickle read_pickle(std::span<const std::uint8_t> bytes, const std::string& label, const CheckGlobal& check);

}  // namespace impasto::IMPASTO_ABI
