// ReLU and 2 x 2 pooling of one window at a time, in registers, with a bit kept per decision:
//
//   none, average: the value is positive        max: it is positive and the first maximum of its window in row order
//
// so that the gradient of a value is its bit times the gradient of its output (a quarter of it for the average).
// A value that is not a number stays one, and is the maximum of its window.
#if defined(IMPASTO_ACTIVATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_ACTIVATION_INL_H
#undef IMPASTO_ACTIVATION_INL_H
#else
#define IMPASTO_ACTIVATION_INL_H
#endif

#include <cstdint>

#include "impasto/window.h"
#include "kernel/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

using MaskOf = hn::Mask<Tag>;

HWY_INLINE MaskOf positive(Vector v) { return hn::Gt(v, hn::Zero(Tag())); }
HWY_INLINE Vector rectified(Vector v) { return hn::IfThenZeroElse(hn::Lt(v, hn::Zero(Tag())), v); }

// hn::Max gives one of the two, another one on every target, where one is not a number.
HWY_INLINE Vector larger(Vector a, Vector b) { return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b); }

/// Writes channels [k, k + lanes) of an H x W map, or of its pooled map.
template <Pooling kPool>
struct Activation {
  float* y;
  std::uint8_t* mask;  // null: nobody goes back
  Index H, W, K, k;
  bool streaming_store;

  HWY_INLINE void keep(Index h, Index w, MaskOf decision) const {
    if (mask == nullptr) return;
    hn::StoreMaskBits(Tag(), decision, mask + ((h * W + w) * vectors(K) + k / kLanes) * kMaskBytes);
  }
  HWY_INLINE void store(Index h, Index w, Index width, Vector v) const {
    stream_up_to(v, K - k, streaming_store, y + (h * width + w) * K + k);
  }

  /// a b / c d: the window whose upper left corner is (h, w). Positions outside the map are dropped.
  HWY_INLINE void window(Index h, Index w, Vector a, Vector b, Vector c, Vector d) const {
    const bool right = w + 1 < W, below = h + 1 < H;
    if constexpr (kPool == Pooling::none) {
      if (h >= H || w >= W) return;
      single(h, w, a);
      if (right) single(h, w + 1, b);
      if (below) single(h + 1, w, c);
      if (right && below) single(h + 1, w + 1, d);
    } else {
      if (!right || !below) return;  // windows lie inside; what is left over takes no part
      if constexpr (kPool == Pooling::max) {
        maximum(h, w, a, b, c, d);
      } else {
        average(h, w, a, b, c, d);
      }
    }
  }

 private:
  HWY_INLINE void single(Index h, Index w, Vector v) const {
    keep(h, w, positive(v));
    store(h, w, W, rectified(v));
  }

  HWY_INLINE void average(Index h, Index w, Vector a, Vector b, Vector c, Vector d) const {
    keep(h, w, positive(a));
    keep(h, w + 1, positive(b));
    keep(h + 1, w, positive(c));
    keep(h + 1, w + 1, positive(d));
    const Vector sum = hn::Add(hn::Add(rectified(a), rectified(b)), hn::Add(rectified(c), rectified(d)));
    store(h / 2, w / 2, W / 2, hn::Mul(sum, hn::Set(Tag(), 0.25F)));
  }

  HWY_INLINE void maximum(Index h, Index w, Vector a, Vector b, Vector c, Vector d) const {
    const Vector top = larger(a, b), bottom = larger(c, d), most = larger(top, bottom);
    if (mask != nullptr) {
      const MaskOf alive = positive(most), upper = hn::And(alive, hn::Ge(top, bottom)),
                   lower = hn::AndNot(upper, alive);
      const MaskOf left = hn::Ge(a, b), lower_left = hn::Ge(c, d);
      keep(h, w, hn::And(upper, left));
      keep(h, w + 1, hn::AndNot(left, upper));
      keep(h + 1, w, hn::And(lower, lower_left));
      keep(h + 1, w + 1, hn::AndNot(lower_left, lower));
    }
    store(h / 2, w / 2, W / 2, rectified(most));
  }
};

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
