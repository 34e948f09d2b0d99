// Compiles the stages for every target and hands them out.
#include "kernel/winograd/winograd_stages.h"

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/winograd/winograd_stages.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"
#include "kernel/winograd/filter_transform-inl.h"
#include "kernel/winograd/input_transform-inl.h"
#include "kernel/winograd/multiply-inl.h"
#include "kernel/winograd/output_transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

template <int kTile>
const WinogradStages* stages() {
  static constexpr WinogradStages kStages{kTile,
                                          Index{kTile + 2} * (kTile + 2),
                                          kLanes,
                                          kPanel,
                                          kRows,
                                          Transforms<kTile>::kAxisPoints,
                                          input_transform<kTile>,
                                          gather,
                                          filters<kTile>,
                                          multiply,
                                          output_transform<kTile>};
  return &kStages;
}

}  // namespace

const WinogradStages* get_winograd_stages(int tile) { return tile == 4 ? stages<4>() : stages<6>(); }

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

const WinogradStages* winograd_stages(SimdTarget target,
                                      int tile){IMPASTO_DISPATCH(target, get_winograd_stages(tile), nullptr)}

Index mask_bytes_per_pixel(Index lanes, Index channels) {
  return (channels + lanes - 1) / lanes * ((lanes + 7) / 8);
}

}  // namespace impasto::IMPASTO_ABI
#endif
