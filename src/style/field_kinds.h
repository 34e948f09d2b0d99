// Kinds of settings: how a number, a word or a list becomes an OptionField.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/numbers.h"
#include "base/words.h"
#include "impasto/option_fields.h"

namespace impasto::inline v0_1 {

inline constexpr int kAnyInt = std::numeric_limits<int>::max();

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
OptionField word_field(const char* name, const char* help, Words<Value> words, Field field) {
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
