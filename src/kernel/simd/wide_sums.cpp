#include "kernel/simd/wide_sums.h"

#include <cstddef>
#include <cstdint>

#include "base/half.h"
#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/simd/wide_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
constexpr Index kChains = 8;
using Doubles = hn::CappedTag<double, kChains>;
using Floats = hn::Rebind<float, Doubles>;
constexpr Index kLanes = static_cast<Index>(hn::MaxLanes(Doubles()));
constexpr Index kVectors = kChains / kLanes;

double wide(float value) { return static_cast<double>(value); }
double wide(std::uint16_t half) { return static_cast<double>(float_from_half(half)); }

auto load_wide(const float* from) { return hn::PromoteTo(Doubles(), hn::LoadU(Floats(), from)); }
auto load_wide(const std::uint16_t* from) {
  const hn::Rebind<std::uint16_t, Doubles> bits;
  const hn::Rebind<hwy::float16_t, Doubles> halves;
  return hn::PromoteTo(Doubles(), hn::PromoteTo(Floats(), hn::BitCast(halves, hn::LoadU(bits, from))));
}

template <class Value>
void products(const Value* HWY_RESTRICT b, const double* HWY_RESTRICT y, const double* HWY_RESTRICT g, Index count,
              double& by, double& bg) {
  const Doubles d;
  hn::Vec<Doubles> with_y[kVectors], with_g[kVectors];
  for (Index v = 0; v < kVectors; ++v) with_y[v] = with_g[v] = hn::Zero(d);
  Index i = 0;
  for (; i + kChains <= count; i += kChains) {
    HWY_UNROLL(4)
    for (Index v = 0; v < kVectors; ++v) {
      const Index at = i + v * kLanes;
      const auto value = load_wide(b + at);
      with_y[v] = hn::Add(with_y[v], hn::Mul(value, hn::LoadU(d, y + at)));
      with_g[v] = hn::Add(with_g[v], hn::Mul(value, hn::LoadU(d, g + at)));
    }
  }
  HWY_ALIGN double chains_y[kChains], chains_g[kChains];
  for (Index v = 0; v < kVectors; ++v) {
    hn::Store(with_y[v], d, chains_y + v * kLanes);
    hn::Store(with_g[v], d, chains_g + v * kLanes);
  }
  for (; i < count; ++i) {
    const double value = wide(b[i]);
    chains_y[0] += value * y[i];
    chains_g[0] += value * g[i];
  }
  for (Index chain = 0; chain < kChains; ++chain) {
    by += chains_y[chain];
    bg += chains_g[chain];
  }
}

template <class Value>
void combine(double a, const Value* HWY_RESTRICT s, double b, const Value* HWY_RESTRICT y, Index count,
             double* HWY_RESTRICT sum) {
  const Doubles d;
  const auto of_s = hn::Set(d, a), of_y = hn::Set(d, b);
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const auto with_s = hn::Mul(of_s, load_wide(s + i));
    const auto with_y = hn::Mul(of_y, load_wide(y + i));
    hn::StoreU(hn::Add(hn::LoadU(d, sum + i), hn::Add(with_s, with_y)), d, sum + i);
  }
  for (; i < count; ++i) sum[i] += a * wide(s[i]) + b * wide(y[i]);
}

}  // namespace

WideSums get_wide_sums() { return {products<float>, combine<float>}; }
HalfSums get_half_sums() { return {products<std::uint16_t>, combine<std::uint16_t>}; }

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {
namespace {

double wide(float value) { return static_cast<double>(value); }
double wide(std::uint16_t half) { return static_cast<double>(float_from_half(half)); }

template <class Value>
void baseline_products(const Value* b, const double* y, const double* g, Index count, double& by, double& bg) {
  constexpr std::size_t kChains = 8;
  double with_y[kChains] = {}, with_g[kChains] = {};
  Index i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < kChains; ++lane) {
      const Index at = i + static_cast<Index>(lane);
      with_y[lane] += wide(b[at]) * y[at];
      with_g[lane] += wide(b[at]) * g[at];
    }
  }
  for (; i < count; ++i) {
    with_y[0] += wide(b[i]) * y[i];
    with_g[0] += wide(b[i]) * g[i];
  }
  for (std::size_t lane = 0; lane < kChains; ++lane) {
    by += with_y[lane];
    bg += with_g[lane];
  }
}

template <class Value>
void baseline_combine(double a, const Value* s, double b, const Value* y, Index count, double* sum) {
  for (Index i = 0; i < count; ++i) sum[i] += a * wide(s[i]) + b * wide(y[i]);
}

}  // namespace

WideSums wide_sums(SimdTarget target){
    IMPASTO_DISPATCH(target, get_wide_sums(), (WideSums{baseline_products<float>, baseline_combine<float>}))}

HalfSums half_sums(SimdTarget target) {
  using Half = std::uint16_t;
  IMPASTO_DISPATCH(target, get_half_sums(), (HalfSums{baseline_products<Half>, baseline_combine<Half>}))
}

}  // namespace impasto::IMPASTO_ABI
#endif
