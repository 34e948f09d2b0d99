// Winograd, last stage: Y = A^T M A, then bias, ReLU and 2 x 2 pooling while the values are in registers, with one bit
// kept per decision.
#if defined(IMPASTO_OUTPUT_TRANSFORM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_OUTPUT_TRANSFORM_INL_H
#undef IMPASTO_OUTPUT_TRANSFORM_INL_H
#else
#define IMPASTO_OUTPUT_TRANSFORM_INL_H
#endif

#include "kernel/simd/activation-inl.h"
#include "kernel/winograd/transforms-inl.h"
#include "kernel/winograd/winograd_stages.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// Plain output: the backward pass, whose values are gradients.
struct PlainOutput {
  const TileSink& sink;
  Index k;

  template <int kTile>
  HWY_INLINE void rows(Index h, Index w, const Vector (&upper)[kTile], const Vector (&lower)[kTile]) const {
    row(h, w, upper);
    row(h + 1, w, lower);
  }

  template <int kTile>
  HWY_INLINE void row(Index h, Index w, const Vector (&values)[kTile]) const {
    if (h >= sink.height) return;
    const Index lanes = sink.channels - k;
    float* to = sink.y + (h * sink.width + w) * sink.channels + k;
    HWY_UNROLL(6)
    for (int j = 0; j < kTile; ++j, to += sink.channels) {
      if (w + j >= sink.width) break;
      stream_up_to(sink.add ? hn::Add(values[j], load_up_to(lanes, to)) : values[j], lanes, sink.streaming_store, to);
    }
  }
};

// Plain output with a halo: tiles begin at (-1, -1).
struct RingOutput {
  const TileSink& sink;
  Index k;

  HWY_INLINE float* place(Index h, Index w) const {
    const Index H = sink.height, W = sink.width;
    if (h >= 1 && h <= H && w >= 1 && w <= W) return sink.y + ((h - 1) * W + w - 1) * sink.channels + k;
    const Index at = h == 0 ? w : h == H + 1 ? W + 2 + w : 2 * (W + 2) + (w == 0 ? h - 1 : H + h - 1);
    return sink.halo + at * sink.channels + k;
  }

  template <int kTile>
  HWY_INLINE void rows(Index h, Index w, const Vector (&upper)[kTile], const Vector (&lower)[kTile]) const {
    for (int j = 0; j < kTile; ++j) {
      store(h, w + j, upper[j]);
      store(h + 1, w + j, lower[j]);
    }
  }

  HWY_INLINE void store(Index h, Index w, Vector value) const {
    if (h >= sink.height + 2 || w >= sink.width + 2) return;
    const Index lanes = sink.channels - k;
    float* to = place(h, w);
    const bool add = sink.add && h >= 1 && h <= sink.height && w >= 1 && w <= sink.width;
    store_up_to(add ? hn::Add(value, load_up_to(lanes, to)) : value, lanes, to);
  }
};

// Forward: two rows at a time, for windows of 2 x 2.
template <Pooling kPool>
struct ActivatedOutput {
  Activation<kPool> activation;
  Vector bias;

  ActivatedOutput(const TileSink& sink, Index k)
      : activation{sink.y, sink.mask, sink.height, sink.width, sink.channels, k, sink.streaming_store},
        bias(load_up_to(sink.channels - k, sink.bias + k)) {}

  template <int kTile>
  HWY_INLINE void rows(Index h, Index w, const Vector (&upper)[kTile], const Vector (&lower)[kTile]) const {
    HWY_UNROLL(3)
    for (int j = 0; j < kTile; j += 2) {
      activation.window(h, w + j, hn::Add(upper[j], bias), hn::Add(upper[j + 1], bias), hn::Add(lower[j], bias),
                        hn::Add(lower[j + 1], bias));
    }
  }
};

template <int kTile, class Output>
HWY_NOINLINE void output_vector(const float* HWY_RESTRICT M, Index m_stride, Index h, Index w, const Output& output) {
  constexpr int kSide = kTile + 2;
  Vector half[kTile][kSide];
  HWY_UNROLL(8)
  for (int j = 0; j < kSide; ++j) {
    Vector column[kSide], transformed[kTile];
    HWY_UNROLL(8)
    for (int i = 0; i < kSide; ++i) column[i] = hn::Load(Tag(), M + (i * kSide + j) * m_stride);
    Transforms<kTile>::output(column, transformed);
    HWY_UNROLL(6)
    for (int i = 0; i < kTile; ++i) half[i][j] = transformed[i];
  }
  HWY_UNROLL(3)
  for (int i = 0; i < kTile; i += 2) {
    Vector upper[kTile], lower[kTile];
    Transforms<kTile>::output(half[i], upper);
    Transforms<kTile>::output(half[i + 1], lower);
    output.rows(h + i, w, upper, lower);
  }
}

template <int kTile, class MakeOutput>
void output_tiles(const TileSink& sink, const TileAt* tiles, Index count, const float* M, Index m_stride,
                  Columns columns, const MakeOutput& make_output) {
  for (Index k = 0; k < columns.count && columns.first + k < sink.channels; k += kLanes) {
    const auto output = make_output(columns.first + k);
    const float* from = M + (k / kPanel) * count * kPanel + k % kPanel;
    for (Index t = 0; t < count; ++t)
      output_vector<kTile>(from + t * kPanel, m_stride, Index{tiles[t].row} * kTile, Index{tiles[t].column} * kTile,
                           output);
  }
}

template <int kTile>
void output_transform(const TileSink& sink, const TileAt* tiles, Index count, const float* M, Index m_stride,
                      Columns columns) {
  const auto with = [&](const auto& make_output)
                        HWY_ATTR { output_tiles<kTile>(sink, tiles, count, M, m_stride, columns, make_output); };
  if (sink.halo != nullptr) {
    with([&](Index k) HWY_ATTR { return RingOutput{sink, k}; });
  } else if (sink.bias == nullptr) {
    with([&](Index k) HWY_ATTR { return PlainOutput{sink, k}; });
  } else if (sink.pool == Pooling::none) {
    with([&](Index k) HWY_ATTR { return ActivatedOutput<Pooling::none>(sink, k); });
  } else if (sink.pool == Pooling::max) {
    with([&](Index k) HWY_ATTR { return ActivatedOutput<Pooling::max>(sink, k); });
  } else {
    with([&](Index k) HWY_ATTR { return ActivatedOutput<Pooling::average>(sink, k); });
  }
  if (sink.streaming_store) hwy::FlushStream();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
