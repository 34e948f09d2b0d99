// Winograd, first stage: V = B^T d B for every tile and channel, reading zeros, repeated or mirrored borders,
// and, in the backward pass, gradients through the backward mask of ReLU and pooling.
#if defined(IMPASTO_INPUT_TRANSFORM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_INPUT_TRANSFORM_INL_H
#undef IMPASTO_INPUT_TRANSFORM_INL_H
#else
#define IMPASTO_INPUT_TRANSFORM_INL_H
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernel/winograd/transforms-inl.h"
#include "kernel/winograd/winograd_stages.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// How position (i, j) of a tile is read. kUnpool: the map is half as wide; kOdd: the tile begins in the second row and
// column of a 2 x 2 window.
template <bool kBits, bool kUnpool, bool kOdd>
struct TileReader {
  const float* x;  // position (0, 0) of the tile
  Index row_stride, C;
  const std::uint8_t* mask = nullptr;
  Index bits_row_stride = 0, bits_stride = 0;

  static constexpr Index half(Index i) { return kUnpool ? (i + (kOdd ? 1 : 0)) / 2 : i; }

  template <bool kWhole>
  HWY_INLINE Vector at(Index i, Index j, Index c) const {
    const float* from = x + half(i) * row_stride + half(j) * C + c;
    const Vector v = kWhole ? hn::LoadU(Tag(), from) : load_first(C - c, from);
    if constexpr (kBits) return keep_bits(mask + i * bits_row_stride + j * bits_stride + c / kLanes * kMaskBytes, v);
    return v;
  }
};

template <int kTile, bool kWhole, class Reader>
HWY_NOINLINE void transform_vector(const Reader& reader, Index c, float* HWY_RESTRICT V, Index point_stride) {
  constexpr int kSide = kTile + 2;
  Vector half[kSide][kSide];
  HWY_UNROLL(8)
  for (int j = 0; j < kSide; ++j) {
    Vector column[kSide], transformed[kSide];
    HWY_UNROLL(8)
    for (int i = 0; i < kSide; ++i) column[i] = reader.template at<kWhole>(i, j, c);
    Transforms<kTile>::input(column, transformed);
    HWY_UNROLL(8)
    for (int i = 0; i < kSide; ++i) half[i][j] = transformed[i];
  }
  HWY_UNROLL(8)
  for (int i = 0; i < kSide; ++i) {
    Vector transformed[kSide];
    Transforms<kTile>::input(half[i], transformed);
    HWY_UNROLL(8)
    for (int j = 0; j < kSide; ++j) hn::Store(transformed[j], Tag(), V + (i * kSide + j) * point_stride);
  }
}

template <int kTile, class Reader>
void transform_tile(const Reader& reader, Index C, Index count, float* V, Index point_stride) {
  Index c = 0;
  for (; c + kLanes <= C; c += kLanes) transform_vector<kTile, true>(reader, c, V + c * count, point_stride);
  if (c < C) transform_vector<kTile, false>(reader, c, V + c * count, point_stride);
}

// Fills in the free inputs of an axis, from `first` on, whose neighbours lie `step` values apart. The last of a tile is
// not read by any output inside the map.
template <int kTile>
void continue_axis(Index first, Index step, float* inputs) {
  const Recurrence& factors = Transforms<kTile>::kContinued[first - 3];
  for (Index i = first; i <= kTile; ++i) {
    for (Index c = 0; c < step; c += kLanes) {
      float* to = inputs + i * step + c;
      Vector sum = hn::Zero(Tag());
      for (Index back = 2; back <= i && back <= 6; back += 2)
        sum = hn::MulAdd(constant(factors[static_cast<std::size_t>(back / 2 - 1)]),
                         load_up_to(step - c, to - back * step), sum);
      store_up_to(sum, step - c, to);
    }
  }
}

// The values of a tile that reaches beyond the map, as a small map of their own.
template <int kTile>
void gather(const TileSource& s, TileAt at, float* patch) {
  constexpr Index kSide = kTile + 2;
  const Index C = s.channels, bytes = vectors(C) * kMaskBytes, x_width = s.unpool ? s.width / 2 : s.width;
  for (Index i = 0; i < kSide; ++i) {
    for (Index j = 0; j < kSide; ++j) {
      float* to = patch + (i * kSide + j) * C;
      const Index row = s.rows[at.row * kSide + i], column = s.columns[at.column * kSide + j];
      if (row < 0 || column < 0) {
        for (Index c = 0; c < C; ++c) to[c] = 0;
        continue;
      }
      const float* from = s.x + (s.unpool ? (row / 2) * x_width + column / 2 : row * x_width + column) * C;
      const std::uint8_t* mask = s.mask == nullptr ? nullptr : s.mask + (row * s.width + column) * bytes;
      for (Index c = 0; c < C; c += kLanes) {
        Vector v = load_up_to(C - c, from + c);
        if (mask != nullptr) v = keep_bits(mask + c / kLanes * kMaskBytes, v);
        store_up_to(v, C - c, to + c);
      }
    }
  }
  const auto free = [](const Index* inputs) { return std::find(inputs, inputs + kSide, kFreeInput) - inputs; };
  const Index row = free(s.rows + at.row * kSide), column = free(s.columns + at.column * kSide);
  if (row < kSide) continue_axis<kTile>(row, kSide * C, patch);
  for (Index i = 0; column < kSide && i < kSide; ++i) continue_axis<kTile>(column, C, patch + i * kSide * C);
}

template <int kTile>
void cut_inside(const TileSource& s, Index row, Index column, Index count, float* V, Index point_stride) {
  const Index C = s.channels, bytes = vectors(C) * kMaskBytes, x_width = s.unpool ? s.width / 2 : s.width;
  const float* x = s.x + (s.unpool ? (row / 2) * x_width + column / 2 : row * x_width + column) * C;
  const std::uint8_t* mask = s.mask == nullptr ? nullptr : s.mask + (row * s.width + column) * bytes;
  const auto transform = [&](auto reader) HWY_ATTR { transform_tile<kTile>(reader, C, count, V, point_stride); };
  if (mask == nullptr) {
    transform(TileReader<false, false, false>{x, x_width * C, C});
  } else if (!s.unpool) {
    transform(TileReader<true, false, false>{x, x_width * C, C, mask, s.width * bytes, bytes});
  } else if ((row & 1) != 0) {
    transform(TileReader<true, true, true>{x, x_width * C, C, mask, s.width * bytes, bytes});
  } else {
    transform(TileReader<true, true, false>{x, x_width * C, C, mask, s.width * bytes, bytes});
  }
}

template <int kTile>
void input_transform(const TileSource& source, const TileAt* tiles, Index first, Index last, Index count, float* patch,
                     float* V, Index point_stride) {
  constexpr Index kSide = kTile + 2;
  for (Index t = first; t < last; ++t) {
    const Index *rows = source.rows + tiles[t].row * kSide, *columns = source.columns + tiles[t].column * kSide;
    const bool inside = rows[0] >= 0 && rows[kSide - 1] == rows[0] + kSide - 1 && columns[0] >= 0 &&
                        columns[kSide - 1] == columns[0] + kSide - 1;
    if (HWY_LIKELY(inside)) {
      cut_inside<kTile>(source, rows[0], columns[0], count, V + t * kLanes, point_stride);
    } else {
      gather<kTile>(source, tiles[t], patch);
      const TileReader<false, false, false> reader{patch, kSide * source.channels, source.channels};
      transform_tile<kTile>(reader, source.channels, count, V + t * kLanes, point_stride);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
