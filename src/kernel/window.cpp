#include "impasto/window.h"

#include <string>

#include "base/words.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Words<Padding> kPaddings = {{"valid", Padding::valid},
                                      {"zero", Padding::zero},
                                      {"replicate", Padding::replicate},
                                      {"reflect", Padding::reflect}};
constexpr Words<Pooling> kPoolings = {
    {"none", Pooling::none}, {"max", Pooling::max}, {"average", Pooling::average}, {"l2", Pooling::l2}};

}  // namespace

std::string to_string(Padding padding) { return word_of(kPaddings, padding); }

template <>
Padding parse(const std::string& word, const std::string& called) {
  return parse_word(kPaddings, called, word);
}

std::string to_string(Pooling pooling) { return word_of(kPoolings, pooling); }

template <>
Pooling parse(const std::string& word, const std::string& called) {
  return parse_word(kPoolings, called, word);
}

}  // namespace impasto::IMPASTO_ABI
