// TIFF bytes to pictures and back, through libtiff. Only for builds that have it (features.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// Classic or BigTIFF.
/// The first page: grey, RGB and CMYK of 8 to 16 bits or floats of 16, 32 or 64 as they are, CIE L*a*b* of 8, 16 or
/// floats of 32, in strips or tiles, and whatever else libtiff turns into RGBA of 8 bits. Floats are taken as
/// sRGB-encoded unless a profile says otherwise. Throws Error(input) when the data is truncated, not decodable, not
/// finite or larger than the limits.
Image decode_tiff(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// The bytes that a file of so many bytes of samples may have at the most, with `beside` for metadata. Deflate adds 11
/// bytes to a strip that it cannot shrink (RFC 1950, 1951), LZW up to half.
std::uint64_t most_tiff_bytes(std::uint64_t samples, std::uint64_t beside, bool deflates);
/// Whether that may be more than the offsets of a classic TIFF reach, which have 32 bits.
bool needs_big_tiff(std::uint64_t most_bytes);

/// RGB or RGBA with straight alpha, 8 or 16 bits a sample, deflated; a BigTIFF where needs_big_tiff().
std::vector<std::uint8_t> encode_tiff(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings = nullptr);

/// "libtiff 4.5.0".
std::string tiff_library();

}  // namespace impasto::IMPASTO_ABI
