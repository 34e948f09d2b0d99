// Kinds of settings: how a number, a word or a list becomes an OptionField.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/numbers.h"
#include "impasto/option_fields.h"

namespace impasto::inline v0_1 {

inline constexpr int kAnyInt = std::numeric_limits<int>::max();

/// A word of a fixed list and what it stands for.
template <class Value>
using Words = std::vector<std::pair<const char*, Value>>;

/// "max, avg or l2" with `between` ", " and `last` " or ".
template <class Value>
std::string join(const Words<Value>& words, const char* between, const char* last) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    list += i == 0 ? "" : i + 1 == words.size() ? last : between;
    list += words[i].first;
  }
  return list;
}

template <class Value>
std::optional<Value> find_word(const Words<Value>& words, const std::string& text) {
  for (const auto& [word, value] : words) {
    if (text == word) return value;
  }
  return std::nullopt;
}

template <class Value>
Value parse_word(const Words<Value>& words, const std::string& called, const std::string& text) {
  if (const std::optional<Value> value = find_word(words, text)) return *value;
  fail(ErrorCode::usage, called, " is '", text, "', wanted ", join(words, ", ", " or "));
}

template <class Value>
std::string word_of(const Words<Value>& words, const Value& value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return word;
  }
  return "";
}

// In the makers below `field` maps Options& to a reference to the setting: reading and showing cannot disagree.

template <class Field>
OptionField whole_field(const char* name, const char* help, int lowest, Field field) {
  return {.name = name,
          .label = "N",
          .help = help,
          .set =
              [=](Options& o, const std::string& called, const std::string& text) {
                field(o) = static_cast<int>(parse_integer(called, text, lowest, kAnyInt));
              },
          .get = [=](const Options& o) { return std::to_string(field(o)); }};
}

template <class Field>
OptionField real_field(const char* name, const char* help, Field field) {
  return {.name = name,
          .label = "X",
          .help = help,
          .set = [=](Options& o, const std::string& called,
                     const std::string& text) { field(o) = parse_real(called, text); },
          .get = [=](const Options& o) { return shortest(field(o)); }};
}

template <class Value, class Field>
OptionField word_field(const char* name, const char* help, const Words<Value>& words, Field field) {
  return {.name = name,
          .label = join(words, "|", "|"),
          .help = help,
          .set = [=](Options& o, const std::string& called,
                     const std::string& text) { field(o) = parse_word(words, called, text); },
          .get = [=](const Options& o) { return word_of(words, field(o)); }};
}

template <class Field>
OptionField layers_field(const char* name, const char* help, Field field) {
  return {.name = name,
          .label = "LIST",
          .help = help,
          .set =
              [=](Options& o, const std::string& called, const std::string& text) {
                try {
                  field(o) = parse_layers(text);
                } catch (const Error& error) {
                  fail(error.code(), called, ": ", error.what());
                }
              },
          .get = [=](const Options& o) { return format_layers(field(o)); }};
}

}  // namespace impasto::inline v0_1
