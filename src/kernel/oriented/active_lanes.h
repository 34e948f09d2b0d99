// Gram matrices of sparse maps. After its ReLU a channel of an oriented layer is 0 at three of four positions: only the
// lanes that are not, at one of four neighbouring positions, are multiplied.
//
// Maps lie unit by unit (kernel/oriented/oriented_tile.h). Matrices are cut into chunks of a few columns:
// [chunk][row][column], so that a chunk stays in L1 while positions pass.
#pragma once

#include <cstdint>

#include "impasto/context.h"
#include "kernel/oriented/oriented.h"

namespace impasto::IMPASTO_ABI {

/// Part of a row of a map: lane i of unit u at position p is first[u * plane + p * kUnit + i].
struct UnitRow {
  const float* first;
  Index plane, width, units;
};

/// The lanes of each group of positions, group after group: four positions while there are as many, then one at a time.
struct ActiveLanes {
  std::int32_t* slots;  ///< unit * kUnit + lane, ascending in a group
  std::int32_t* ends;   ///< per group and unit: the end of the slots in that unit
};

struct ActiveLaneStages {
  Index columns;  ///< of a chunk; the last one of a matrix may use fewer
  /// Lists a row's lanes from entry `begin` on; returns the end.
  std::int32_t (*list)(const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes);
  /// G += f^T f over the row's positions f, for columns of `chunk`, rows up to the chunk's last unit; G: the chunk.
  void (*gram)(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, float* G);
  /// d = or += f S over the row's positions f, for columns of `chunk`; `masked`: 0 where f is not positive. d lies as
  /// f, S: the chunk.
  void (*product)(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, const float* S,
                  bool add, bool masked, float* d);
};

inline constexpr Index active_groups(Index width) { return width / 4 + width % 4; }

/// nullptr when this build has none for the target (baseline).
const ActiveLaneStages* active_lane_stages(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
