// HEIC and AVIF, the pictures of HEIF (ISO/IEC 23008-12), to pictures and back, through libheif. But for heif_kind()
// only for builds that have it (features.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// What libheif reads back and its encoders take.
inline constexpr int kMaxHeicSide = 16384;
inline constexpr int kMaxAvifSide = 32768;

/// By the brands in a file's first box: the first of them, or where that names no codec, those it is compatible with.
enum class HeifKind { none, heic, heic_sequence, avif, avif_sequence };
HeifKind heif_kind(std::span<const std::uint8_t> bytes);

/// The primary picture of 8 to 16 bits, turned and cut as the file says; alpha as straight. Throws Error(input) when
/// the data is truncated, not decodable or larger than the limits, for a sequence of pictures, for HDR (PQ and HLG),
/// and when libheif has no decoder of the codec.
Image decode_heif(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// RGB or RGBA with straight alpha of 8, 10 or 12 bits. EncodeOptions::webp_quality counts, 100 is lossless;
/// jpeg_subsampling is for the others. Throws Error(input) for a picture above kMaxHeicSide, kMaxAvifSide.
std::vector<std::uint8_t> encode_heic(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings = nullptr);
/// The same of 8 or 12 bits: from 10 bits without subsampling libheif 1.15 makes libaom end the process.
std::vector<std::uint8_t> encode_avif(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings = nullptr);

/// Which encoder libheif lacks, the end of a sentence; empty when it is there. Distributions ship them apart.
std::string heic_encoder_lacking();
std::string avif_encoder_lacking();

/// Why a size up to kMaxHeicSide cannot be written, the end of a sentence; empty when it can.
std::string heic_size_problem(int width, int height);

/// "libheif 1.15.1".
std::string heif_library();

}  // namespace impasto::IMPASTO_ABI
