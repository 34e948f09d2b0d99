// Words of a fixed list and what they stand for: settings, metadata.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {

/// A view, as every std::initializer_list: tables are constants at namespace scope.
template <class Value>
using Words = std::initializer_list<std::pair<const char*, Value>>;

/// "max, avg or l2" with `between` ", " and `last` " or "; of any list of texts.
template <class List>
std::string joined(const List& words, const char* between, const char* last) {
  std::string list;
  std::size_t i = 0;
  for (const auto& word : words) {
    list += i == 0 ? "" : i + 1 == words.size() ? last : between;
    list += word;
    ++i;
  }
  return list;
}

/// The same of the words of a table.
template <class Value>
std::string join(Words<Value> words, const char* between, const char* last) {
  std::vector<const char*> names;
  names.reserve(words.size());
  for (const auto& [word, value] : words) names.push_back(word);
  return joined(names, between, last);
}

template <class Value>
std::optional<Value> find_word(Words<Value> words, const std::string& text) {
  for (const auto& [word, value] : words) {
    if (text == word) return value;
  }
  return std::nullopt;
}

/// Throws Error(usage): `called` is 'text', wanted the words, with `between` and `last`.
template <class Value>
Value parse_word(Words<Value> words, const std::string& called, const std::string& text, const char* between = ", ",
                 const char* last = " or ") {
  if (const std::optional<Value> value = find_word(words, text)) return *value;
  fail(ErrorCode::usage, called, " is '", text, "', wanted ", join(words, between, last));
}

/// Nothing for a value that has no word.
template <class Value>
std::string word_of(Words<Value> words, const Value& value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return word;
  }
  return "";
}

}  // namespace impasto::IMPASTO_ABI
