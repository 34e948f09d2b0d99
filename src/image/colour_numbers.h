// Colours by the numbers of ITU-T H.273, which PNG's cICP, HEIF's nclx and JPEG XL share, or by chromaticities.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "image/colour_words.h"

namespace impasto::IMPASTO_ABI {

/// Chromaticities of red, green, blue and white; those of sRGB until told otherwise.
struct Primaries {
  std::array<std::array<double, 2>, 3> rgb = {{{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}};
  std::array<double, 2> white = {0.3127, 0.3290};
};

using Curve = std::function<double(double)>;  ///< light of a value, both 0..1

double decode_srgb(double x);

/// To sRGB; empty when the colours are sRGB's or no colours at all.
RowMap map_of_primaries(const Primaries& primaries, const Curve& curve);

struct ColourNumbers {
  int primaries = 1, transfer = 13;  // sRGB's
  int matrix = 0;                    // 0: values are RGB
  bool full_range = true;            // otherwise 16..235 of 255 are 0..1
};

/// What holds the numbers, for messages.
struct ColourPlace {
  const char* source;  // "cICP"
  const char* part;    // "chunk"
  const char* file;    // "a PNG"
};

/// Numbers that are not known here are a problem of the words. Throws Error(input) for HDR (PQ and HLG), by name: no
/// curve of 0..1 shows it as it is meant.
ColourWords words_of_numbers(const ColourNumbers& numbers, const ColourPlace& place, const std::string& name);

}  // namespace impasto::IMPASTO_ABI
