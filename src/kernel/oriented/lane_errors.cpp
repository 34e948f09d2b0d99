#include "kernel/oriented/lane_errors.h"

#include <cstdint>

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/oriented/lane_errors.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/oriented/unit-inl.h"
#include "kernel/simd/dispatch.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

using Halves = hn::Rebind<hwy::float16_t, Tag>;
using HalfBits = hn::Rebind<std::uint16_t, Tag>;

HWY_INLINE Unit difference(const float* f, const std::uint16_t* p) {
  const Unit a = load(f);
  Unit u;
  for (int v = 0; v < kParts; ++v) {
    const auto halves = hn::BitCast(Halves(), hn::LoadU(HalfBits(), p + v * kLanes));
    u.part[v] = hn::Sub(a.part[v], hn::PromoteTo(Tag(), halves));
  }
  return u;
}

double distance(const float* f, const std::uint16_t* p, Index width) {
  Unit sum;
  for (int v = 0; v < kParts; ++v) sum.part[v] = hn::Zero(Tag());
  for (Index w = 0; w < width; ++w) {
    const Unit u = difference(f + w * kUnit, p + w * kUnit);
    multiply_add(u, u, sum);
  }
  Vector total = sum.part[0];
  for (int v = 1; v < kParts; ++v) total = hn::Add(total, sum.part[v]);
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(Tag(), total)));
}

template <bool kAdd, bool kMasked>
void pull_row(const float* f, const std::uint16_t* p, Index width, float slope, float* d) {
  const Vector factor = hn::Set(Tag(), slope);
  for (Index w = 0; w < width; ++w) {
    const Unit u = difference(f + w * kUnit, p + w * kUnit);
    Unit result;
    for (int v = 0; v < kParts; ++v) {
      const Vector before = kAdd ? hn::Load(Tag(), d + w * kUnit + v * kLanes) : hn::Zero(Tag());
      result.part[v] = hn::MulAdd(factor, u.part[v], before);
    }
    store(kMasked ? masked(result, f + w * kUnit) : result, d + w * kUnit);
  }
}

void pull(const float* f, const std::uint16_t* p, Index width, float slope, bool add, bool masked, float* d) {
  if (masked) return (add ? pull_row<true, true> : pull_row<false, true>)(f, p, width, slope, d);
  (add ? pull_row<true, false> : pull_row<false, false>)(f, p, width, slope, d);
}

}  // namespace

const LaneErrorStages* get_lane_error_stages() {
  static constexpr LaneErrorStages kStages{distance, pull};
  return &kStages;
}

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

const LaneErrorStages* lane_error_stages(SimdTarget target) {
  IMPASTO_DISPATCH(target, get_lane_error_stages(), nullptr)
}

}  // namespace impasto::IMPASTO_ABI
#endif
