// What every Highway kernel of ours shares: the vector of the target, and channels that do not fill the last one.
// Included once per target, inside no namespace.
#if defined(IMPASTO_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_LANES_INL_H
#undef IMPASTO_LANES_INL_H
#else
#define IMPASTO_LANES_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "tensor/shape.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

inline constexpr Index kLanes = static_cast<Index>(hn::MaxLanes(Tag()));
// The product's tile: kRows x 2 accumulators plus two of B and one of A fill 16 registers, or 27 of 32.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == IMPASTO_NEON
inline constexpr int kRows = 12;
#else
inline constexpr int kRows = 6;
#endif
inline constexpr Index kPanel = 2 * kLanes;
// make(number) gives the function for so many rows; there is none for 0.
template <class Function, class Make, int... kBelow>
constexpr std::array<Function, kRows + 1> functions_of_rows(const Make& make, std::integer_sequence<int, kBelow...>) {
  return {nullptr, make(std::integral_constant<int, kBelow + 1>())...};
}
template <class Function, class Make>
constexpr std::array<Function, kRows + 1> functions_of_rows(const Make& make) {
  return functions_of_rows<Function>(make, std::make_integer_sequence<int, kRows>());
}

// Bytes that hold one bit per lane.
inline constexpr Index kMaskBytes = (kLanes + 7) / 8;

constexpr Index vectors(Index channels) { return (channels + kLanes - 1) / kLanes; }

// Targets whose masked loads touch the wanted lanes only; elsewhere a full vector might cross into memory that another
// thread writes.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
inline constexpr bool kMasksMemory = true;
#else
inline constexpr bool kMasksMemory = false;
#endif

// The first n < kLanes lanes from memory, the others 0.
HWY_INLINE Vector load_first(Index n, const float* from) {
  const Tag d;
  if constexpr (kMasksMemory) return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(n)), d, from);
  HWY_ALIGN float lanes[kLanes] = {};
  for (Index i = 0; i < n; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
}

// In pieces of 4, 2 and 1 lanes where the target has no mask registers: vmaskmovps to memory takes Zen 1 to 3 tens of
// cycles (Fog, "Instruction tables").
HWY_INLINE void store_first(Vector v, Index n, float* to) {
  const Tag d;
#if HWY_TARGET == HWY_AVX3
  hn::BlendedStore(v, hn::FirstN(d, static_cast<std::size_t>(n)), d, to);
#elif HWY_TARGET == HWY_AVX2
  const hn::Half<Tag> half;
  const hn::Half<decltype(half)> quarter;
  auto low = hn::LowerHalf(half, v);
  if ((n & 4) != 0) {
    hn::StoreU(low, half, to);
    low = hn::UpperHalf(half, v);
    to += 4;
  }
  if ((n & 2) != 0) {
    hn::StoreU(hn::LowerHalf(quarter, low), quarter, to);
    low = hn::Shuffle1032(low);
    to += 2;
  }
  if ((n & 1) != 0) *to = hn::GetLane(low);
#else
  HWY_ALIGN float lanes[kLanes];
  hn::Store(v, d, lanes);
  for (Index i = 0; i < n; ++i) to[i] = lanes[i];
#endif
}

// n counts the lanes that exist from here on: all of them, or the last few.
HWY_INLINE Vector load_up_to(Index n, const float* from) {
  return HWY_LIKELY(n >= kLanes) ? hn::LoadU(Tag(), from) : load_first(n, from);
}
HWY_INLINE void store_up_to(Vector v, Index n, float* to) {
  if (HWY_LIKELY(n >= kLanes)) {
    hn::StoreU(v, Tag(), to);
  } else {
    store_first(v, n, to);
  }
}

// As store_up_to, or, `streaming_store`, without reading the line first; whole lines only.
HWY_INLINE void stream_up_to(Vector v, Index n, bool streaming_store, float* to) {
  if (kLanes == 16 && streaming_store && n >= kLanes && reinterpret_cast<std::uintptr_t>(to) % 64 == 0) {
    hn::Stream(v, Tag(), to);
  } else {
    store_up_to(v, n, to);
  }
}

// Lanes whose bit is set; the others 0.
HWY_INLINE Vector keep_bits(const std::uint8_t* bits, Vector v) {
  return hn::IfThenElseZero(hn::LoadMaskBits(Tag(), bits), v);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
