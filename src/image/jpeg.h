// JPEG bytes to pictures and back, through libjpeg-turbo.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/byte_sink.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// JPEG's own limit, smaller than ours.
inline constexpr int kMaxJpegSide = 65500;

/// Any colour space, CMYK with 255 for "no ink", turned upright by its EXIF orientation. Throws Error(input) when
/// the data is truncated, not decodable or larger than the limits; harmless defects are passed over.
Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// Row by row. Throws Error(input) for a picture above kMaxJpegSide, Error(usage) for a quality outside 1..100.
void write_jpeg(const Image& image, const EncodeOptions& options, ByteSink& sink, std::vector<std::string>* warnings);
/// The same, all of it.
std::vector<std::uint8_t> encode_jpeg(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings = nullptr);

/// "libjpeg-turbo 2.1.5".
std::string jpeg_library();

}  // namespace impasto::IMPASTO_ABI
