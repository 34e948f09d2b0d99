#include "kernel/oriented/signal_stages.h"

#include <cstddef>

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/oriented/signal_stages.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"
#include "kernel/simd/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// A position.
using Four = hn::FixedTag<float, 4>;

struct Colours {
  alignas(16) float by_rgb[3][4] = {};     // [c][q]
  alignas(16) float by_signal[3][4] = {};  // [q][c]
  constexpr Colours() {
    for (std::size_t q = 0; q < 3; ++q) {
      for (std::size_t c = 0; c < 3; ++c) by_rgb[c][q] = by_signal[q][c] = static_cast<float>(kColour[q][c]);
    }
  }
};
constexpr Colours kColours;

// sum x[i] rows[i]
HWY_INLINE hn::Vec<Four> combined(const float* x, const float (*rows)[4]) {
  const Four d;
  auto sum = hn::Mul(hn::Set(d, x[0]), hn::Load(d, rows[0]));
  sum = hn::MulAdd(hn::Set(d, x[1]), hn::Load(d, rows[1]), sum);
  return hn::MulAdd(hn::Set(d, x[2]), hn::Load(d, rows[2]), sum);
}

void from_picture(const float* rgb, Index width, float* signals) {
  for (Index w = 0; w < width; ++w) hn::StoreU(combined(rgb + 3 * w, kColours.by_rgb), Four(), signals + 4 * w);
}

void to_picture(const float* signals, Index width, bool add, float* rgb) {
  alignas(16) float sums[4];
  for (Index w = 0; w < width; ++w, rgb += 3) {
    hn::Store(combined(signals + 4 * w, kColours.by_signal), Four(), sums);
    for (int c = 0; c < 3; ++c) rgb[c] = add ? rgb[c] + sums[c] : sums[c];
  }
}

void from_trunk(const float* lanes, Index width, float* signals) {
  const Four d;
  for (Index w = 0; w < width; ++w, lanes += kUnit) {
    const auto a = hn::Load(d, lanes), b = hn::Load(d, lanes + 4);
    const auto first = hn::Sub(a, hn::Shuffle2301(a)), second = hn::Sub(b, hn::Shuffle2301(b));
    const auto all = hn::ConcatEven(d, second, first);
    hn::StoreU(hn::IfThenElseZero(hn::FirstN(d, 3), all), d, signals + 4 * w);
  }
}

}  // namespace

const SignalStages* get_signal_stages() {
  static constexpr SignalStages kStages{from_picture, to_picture, from_trunk};
  return &kStages;
}

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

const SignalStages* signal_stages(SimdTarget target) { IMPASTO_DISPATCH(target, get_signal_stages(), nullptr) }

}  // namespace impasto::IMPASTO_ABI
#endif
