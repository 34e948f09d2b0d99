// What a file says of its colours otherwise than by an ICC profile.
#pragma once

#include <string>

#include "image/icc.h"

namespace impasto::IMPASTO_ABI {

struct ColourWords {
  RowMap map = {};                 ///< of RGB to sRGB; empty: the values are sRGB
  std::string source = {};         ///< what said so, for messages: "EXIF (Adobe RGB)"; empty: nothing did
  bool overrules_profile = false;  ///< whether it counts more than a profile beside it
  std::string problem = {};        ///< a sentence for words that are not understood
};

/// Adobe RGB (1998): the primaries of its specification, 4.3.1, and its exponent, 563 / 256.
ColourWords adobe_rgb(const std::string& source);

/// The same of grey, which is RGB of three equal values.
RowMap of_grey(const RowMap& map);

}  // namespace impasto::IMPASTO_ABI
