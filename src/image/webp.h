// WebP bytes to pictures and back, through libwebp. Only for builds that have it (features.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// WebP's own limit, smaller than ours.
inline constexpr int kMaxWebpSide = 16383;

/// Lossy or lossless; of an animation the first frame, on its canvas. Throws Error(input) when the data is truncated,
/// not decodable or larger than the limits.
Image decode_webp(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// RGB or RGBA of 8 bits, lossless for a quality of 100. Throws Error(input) for a picture above kMaxWebpSide.
std::vector<std::uint8_t> encode_webp(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings = nullptr);

/// "libwebp 1.2.4".
std::string webp_library();

}  // namespace impasto::IMPASTO_ABI
