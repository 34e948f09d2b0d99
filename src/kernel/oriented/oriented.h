// The layers of an oriented-energy network (model/formula.cpp) in a form that costs a hundredth of a dense convolution.
//
// Channels live in units of 16 lanes, at the same lanes in every layer. A lane is fed by
//   its own lane of the layer below (carried), or by one of three colour signals (trunk and fresh channels):
//   y = relu(bias + taps * z - inhibition * binomial of the sum of z over the lane's 8 siblings),  z: lane or signal
//   the palette's lanes add the centres of the other two signals.
// Signals are L, RG, BY of the picture, later the differences of lanes 0 - 1, 2 - 3, 4 - 5.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

inline constexpr Index kUnit = 16;
inline constexpr Index kSignals = 3;
/// Lane 6 of unit 0 holds no channel: set to 1, it makes the channel sums a row of the Gram matrix.
inline constexpr Index kOnesLane = 6;

/// How the 8 siblings of a group lie: side by side, or the positive and negative ones of 16 in turns.
enum class Siblings : std::uint8_t { none, adjacent, interleaved };

/// Lanes that hold no channel have all numbers 0 (but for the bias of kOnesLane).
struct OrientedUnit {
  alignas(64) float taps[9][kUnit] = {};    ///< row by row, cross-correlation
  alignas(64) float turned[9][kUnit] = {};  ///< by 180 degrees: the adjoint's
  alignas(64) float bias[kUnit] = {};
  alignas(64) float inhibition[kUnit] = {};       ///< of sum of siblings under (1 2 1)^T (1 2 1)
  alignas(64) float palette[2][kUnit] = {};       ///< centre of RG and of BY
  alignas(64) std::int32_t signal[kUnit] = {};    ///< a fresh lane's signal 0..2; kSignals: none
  alignas(64) float reads[kSignals][kUnit] = {};  ///< 1 at the fresh lanes of a signal
  Siblings siblings = Siblings::none;
  bool carried = false;  ///< some lanes read the layer below
  bool fresh = false;    ///< some lanes read signals
  bool has_palette = false;
  bool reads_any[kSignals] = {};
};

/// `count` channels from `channel` on stand at lanes from `slot` on; `zeros` lanes behind them hold no channel.
struct OrientedSegment {
  Index channel, slot, count, zeros;
};

struct OrientedLayer {
  Index inputs = 0, channels = 0;  ///< of the plain form: 3 for the picture
  bool reads_picture = false;
  std::vector<OrientedUnit> units;
  std::vector<Index> slots;                     ///< of the channels
  std::vector<OrientedSegment> segments;        ///< the same in runs
  std::vector<OrientedSegment> input_segments;  ///< of the layer below; none for the picture
  Index input_units = 0;
};

/// L, RG, BY of normalised RGB.
inline constexpr double kRoot3 = 0.57735026918962576451, kRoot2 = 0.70710678118654752440,
                        kRoot6 = 0.40824829046386301637;  // 1 / sqrt n
inline constexpr double kColour[kSignals][3] = {
    {kRoot3, kRoot3, kRoot3}, {kRoot2, -kRoot2, 0}, {kRoot6, kRoot6, -2 * kRoot6}};

/// Runs of channels that follow each other in a unit, by slot. Lane 0 of every unit holds a channel.
std::vector<OrientedSegment> segments_of(const std::vector<Index>& slots);

}  // namespace impasto::IMPASTO_ABI
