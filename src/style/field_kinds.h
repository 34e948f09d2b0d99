// Kinds of settings: how a number, a word or a list becomes an OptionField.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/numbers.h"
#include "base/words.h"
#include "impasto/option_fields.h"

namespace impasto::IMPASTO_ABI {

inline NumberRange at_least(double least) { return {.least = least}; }
inline NumberRange above(double least) { return {.least = least, .without_least = true}; }
inline NumberRange between(double least, double most) { return {.least = least, .most = most}; }
inline NumberRange from_to_below(double least, double most) {
  return {.least = least, .most = most, .without_most = true};
}
inline NumberRange above_to(double least, double most) { return {.least = least, .most = most, .without_least = true}; }

/// Reaches a member, or a member of a member: place(&Options::adam, &AdamOptions::beta1)(options). One place for
/// reading and for showing, so that they cannot disagree.
template <class... Members>
auto place(Members... members) {
  return [=](auto& options) -> auto& { return (options.*....*members); };
}

inline int parse_whole(const std::string& called, const std::string& text, const NumberRange& range) {
  return static_cast<int>(
      parse_integer(called, text, static_cast<std::int64_t>(range.least), static_cast<std::int64_t>(range.most)));
}

inline double parse_number(const std::string& called, const std::string& text, const NumberRange& range) {
  const double value = parse_real(called, text);
  require(range.holds(value), ErrorCode::usage, called, " is '", text, "', wanted ", range.text());
  return value;
}

/// `title`: the name with blanks, unless it is given.
inline OptionField field(FieldKind kind, std::string name, std::string help, std::string title = "") {
  if (title.empty()) {
    title = name;
    std::replace(title.begin(), title.end(), '-', ' ');
  }
  return {.name = std::move(name),
          .title = std::move(title),
          .group = {},
          .help = std::move(help),
          .kind = kind,
          .numbers = [](const Options&) { return std::vector<double>{}; }};
}

// `parse(called, text, range)` gives the number, `show(number)` its text.
template <class Place, class Parse, class Show>
OptionField numeric_field(OptionField made, NumberRange range, Place at, Parse parse, Show show) {
  made.range = range;
  made.set = [=](Options& o, const std::string& called, const std::string& text) {
    at(o) = parse(called, text, range);
  };
  made.get = [=](const Options& o) { return show(at(o)); };
  made.numbers = [=](const Options& o) { return std::vector<double>{static_cast<double>(at(o))}; };
  return made;
}

template <class Place>
OptionField whole_field(const char* name, const char* help, NumberRange range, Place at, const char* title = "") {
  return numeric_field(field(FieldKind::whole, name, help, title), range, at, parse_whole,
                       [](int value) { return std::to_string(value); });
}

template <class Place>
OptionField real_field(const char* name, const char* help, NumberRange range, Place at, const char* title = "") {
  return numeric_field(field(FieldKind::number, name, help, title), range, at, parse_number, shortest);
}

template <class Value, class Place>
OptionField word_field(const char* name, const char* help, Words<Value> words, Place at) {
  OptionField made = field(FieldKind::choice, name, help);
  for (const auto& [word, value] : words) made.choices.emplace_back(word);
  made.set = [=](Options& o, const std::string& called, const std::string& text) {
    at(o) = parse_word(words, called, text);
  };
  made.get = [=](const Options& o) { return word_of(words, at(o)); };
  return made;
}

template <class Place>
OptionField layers_field(const char* name, const char* help, Place at) {
  OptionField made = field(FieldKind::layers, name, help);
  made.set = [=](Options& o, const std::string& called, const std::string& text) {
    try {
      at(o) = parse_layers(text);
    } catch (const Error& error) {
      fail(error.code(), called, ": ", error.what());
    }
  };
  made.get = [=](const Options& o) { return format_layers(at(o)); };
  return made;
}

inline OptionField rare(OptionField made) {
  made.rare = true;
  return made;
}

/// The same field, which counts only while the field `name` has one of the words.
inline OptionField needs(OptionField made, const char* name, std::vector<std::string> words) {
  made.needs = name;
  made.needed = std::move(words);
  return made;
}

}  // namespace impasto::IMPASTO_ABI
