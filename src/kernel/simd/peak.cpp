// Chains of multiply-accumulates, each waiting only for itself: enough of them keep every unit of a core busy.
#include "kernel/simd/peak.h"

#include <cstddef>

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/simd/peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Two units of 4 to 5 cycles latency need 10 chains; with factor and summand 12 fit into 16 registers.
constexpr int kChains = 12;

double multiply_adds(Index rounds) {
  const hn::ScalableTag<float> d;
  const auto half = hn::Set(d, 0.5F);  // x / 2 + 1/2 tends to 1: never denormal, never infinite
  hn::Vec<decltype(d)> chain[kChains];
  HWY_UNROLL(12)
  for (int i = 0; i < kChains; ++i) chain[i] = hn::Set(d, static_cast<float>(i));
  for (Index round = 0; round < rounds; ++round) {
    HWY_UNROLL(12)
    for (int i = 0; i < kChains; ++i) chain[i] = hn::MulAdd(chain[i], half, half);
  }
  auto sum = hn::Zero(d);
  HWY_UNROLL(12)
  for (int i = 0; i < kChains; ++i) sum = hn::Add(sum, chain[i]);
  // Reading the result keeps the compiler from dropping the loop.
  const double lanes = static_cast<double>(hn::Lanes(d));
  return hn::GetLane(hn::SumOfLanes(d, sum)) < 0 ? 0 : 2 * lanes * kChains * static_cast<double>(rounds);
}

}  // namespace

double run(Index rounds) { return multiply_adds(rounds); }

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {
namespace {

// The same in the compiler's own vectors, as wide as the plain architecture's registers: what Eigen is compiled for.
double baseline_multiply_adds(Index rounds) {
  constexpr int kChains = 12;
  constexpr std::size_t kLanes = __BIGGEST_ALIGNMENT__ / sizeof(float);
  using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
  Lanes chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = Lanes{} + static_cast<float>(i);
  for (Index round = 0; round < rounds; ++round) {
    HWY_UNROLL(12)
    for (int i = 0; i < kChains; ++i) chain[i] = chain[i] * 0.5F + 0.5F;
  }
  Lanes sum{};
  for (const Lanes& one : chain) sum += one;
  float total = 0;
  for (std::size_t i = 0; i < kLanes; ++i) total += sum[i];
  return total < 0 ? 0 : 2.0 * kLanes * kChains * static_cast<double>(rounds);
}

}  // namespace

double run_multiply_adds(SimdTarget target, Index rounds) {
  IMPASTO_DISPATCH(target, run(rounds), baseline_multiply_adds(rounds))
}

}  // namespace impasto::IMPASTO_ABI
#endif
