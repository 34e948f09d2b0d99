// Rows of an oriented layer (kernel/oriented/oriented.h), one unit of 16 channels at a time: what stands between two
// maps is a loop over positions without a branch. Rows are aligned, kUnit floats a position; signals are 4 floats a
// position, the last 0.
#pragma once

#include "impasto/context.h"
#include "kernel/oriented/oriented.h"

namespace impasto::IMPASTO_ABI {

/// Three rows, each pointing at the column of the first output: columns -1..width are read.
struct OrientedWindow {
  const float* row[3];
  Index width;
};

/// Rows whose positions are summed up under weights.
struct SignalTerm {
  const float* row;
  const float* weights;
};

struct OrientedStages {
  /// out = relu(bias + taps * z - inhibition * binomial of siblings + palette * the middle row's signals); z: lanes of
  /// x or signals, each where the unit has such
  void (*forward)(const OrientedUnit& unit, const OrientedWindow& x, const OrientedWindow& signals, float* out);
  /// out = or += turned taps * d - inhibition * binomial of siblings; 0 where `mask` (or null) is not positive
  void (*adjoint)(const OrientedUnit& unit, const OrientedWindow& d, bool add, const float* mask, float* out);
  /// sums[q] = the lanes of the terms of signal q, summed; `counts` terms of each signal, one after the other
  void (*gather)(const SignalTerm* terms, const Index* counts, Index width, float* sums);
  /// out = or += t at carried lanes; at the trunk's lanes of unit 0 what t and `sums` (or null: none) send to the
  /// signals; masked as above
  void (*divert)(const OrientedUnit& unit, const float* t, bool trunk, const float* sums, Index width, bool add,
                 const float* mask, float* out);
  /// d = 0 where `value` is not positive.
  void (*mask)(const float* value, Index width, float* d);
  /// Means of 2 x 2 windows of two rows; `width` of them.
  void (*pool)(const float* upper, const float* lower, Index width, float* out);
  /// The adjoint: a quarter of each of `width` positions, at four places.
  void (*unpool)(const float* pooled, Index width, float* upper, float* lower);
  /// lanes[w, .] = the segment's channels of channels[w, .], and 0 behind them; `lanes`: the unit's row
  void (*read)(const OrientedSegment& segment, const float* channels, Index C, Index width, float* lanes);
  /// channels[w, .] = or += the segment's lanes
  void (*write)(const OrientedSegment& segment, const float* lanes, Index width, bool add, float* channels, Index C);
};

/// nullptr when this build has none for the target (baseline).
const OrientedStages* oriented_stages(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
