// JPEG XL bytes to pictures and back, through libjxl. Only for builds that have it (features.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// One picture, grey or RGB of 1 to 32 bits or floats, in a codestream of its own or in boxes, upright as it says
/// itself; alpha as straight. Throws Error(input) when the data is truncated, not decodable, not finite or larger than
/// the limits, for an animation, CMYK and HDR (PQ and HLG).
Image decode_jxl(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// RGB or RGBA with straight alpha, 8 or 16 bits. EncodeOptions::webp_quality counts, 100 is lossless.
std::vector<std::uint8_t> encode_jxl(const Image& image, const EncodeOptions& options,
                                     std::vector<std::string>* warnings = nullptr);

/// "libjxl 0.7.0".
std::string jxl_library();

}  // namespace impasto::IMPASTO_ABI
