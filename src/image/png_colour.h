// What a PNG says of its colours: cICP before iCCP before sRGB before gAMA and cHRM (PNG, third edition, 4.3).
#pragma once

#include <string>
#include <vector>

#include "image/colour_words.h"
#include "image/png_chunks.h"

namespace impasto::IMPASTO_ABI {

/// Without the profile of iCCP, which unpacked_profile() unpacks; `overrules_profile` says that it does not count.
/// Throws Error(input) for HDR (PQ and HLG), by name: no curve of 0..1 shows it as it is meant.
ColourWords png_colour(const PngChunks& chunks, const std::string& name);

}  // namespace impasto::IMPASTO_ABI
