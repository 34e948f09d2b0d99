// PNG bytes to pictures and back, through libpng. (The library's own header is <png.h>, without a folder.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/byte_sink.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// Every colour type and depth; 16-bit values keep their precision. Throws Error(input) when the data is truncated, not
/// decodable or larger than the limits.
Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// Row by row, RGB or RGBA, 8 or 16 bits a sample. A profile that libpng refuses is left out, with a sentence in
/// `warnings`.
void write_png(const Image& image, const EncodeOptions& options, ByteSink& sink, std::vector<std::string>* warnings);
/// The same, all of it.
std::vector<std::uint8_t> encode_png(const Image& image, const EncodeOptions& options,
                                     std::vector<std::string>* warnings = nullptr);

/// "libpng 1.6.39".
std::string png_library();

}  // namespace impasto::IMPASTO_ABI
