// Pictures in other people's memory: 8-bit, 16-bit or float samples, RGB or BGR, with or without alpha, rows apart.
#pragma once

#include <cstddef>

#include "impasto/export.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// One sample. `u8`: 0..255. `u16`: 0..65535, in the machine's byte order, at even addresses. `f32`: 0..1 as Image has
/// it, at addresses that 4 divides.
enum class Sample { u8, u16, f32 };

/// The samples of a pixel, in memory in this order. Alpha is straight: the colours are not multiplied by it.
enum class Channels { rgb, rgba, bgr, bgra };

/// A picture in memory that somebody else owns. Row y begins `y * stride` bytes after `data`, its pixels are dense.
struct PixelView {
  const void* data = nullptr;
  int width = 0;
  int height = 0;
  Sample sample = Sample::u8;
  Channels channels = Channels::rgb;
  std::ptrdiff_t stride = 0;  ///< bytes; 0: rows follow each other without a gap; negative: the bottom row lies first
};

/// Memory to be written to, laid out as a PixelView.
struct PixelTarget {
  void* data = nullptr;
  int width = 0;
  int height = 0;
  Sample sample = Sample::u8;
  Channels channels = Channels::rgb;
  std::ptrdiff_t stride = 0;
};

/// A copy as an Image. As load_image does it, alpha is kept aside and the colours stay what they are
/// (AlphaUse::straight); a picture that is opaque everywhere has none. Floats are taken as they are, alpha clipped to
/// 0..1. Throws Error(input) for a size outside an Image's limits, Error(usage) for no data, misaligned data or a
/// stride shorter than a row, Error(io) when memory is short. Thread safety: any thread.
///
/// Floats that are dense RGB already need no copy: Image(width, height, std::move(values)) takes a vector over, and
/// Image::pixels() shows what an Image holds.
IMPASTO_API Image from_pixels(const PixelView& view);

/// Writes the picture: straight alpha where the target takes it (1 for an opaque picture), composited on white where it
/// does not. u8 and u16 are clipped and rounded to the nearest; floats are written as they are, unclipped.
/// Throws Error(input) for an empty picture or another size than the target's, Error(usage) as from_pixels.
IMPASTO_API void copy_to(const Image& image, const PixelTarget& target);

}  // namespace impasto::IMPASTO_ABI
