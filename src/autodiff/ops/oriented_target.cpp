// P[unit, h, w, lane] = x[h, w, channel of the lane], 0 or 1 where a lane holds none; rounded to 16 bits
#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "kernel/oriented/tile_errors.h"

namespace impasto::IMPASTO_ABI {

Id oriented_target(Tape<float>& tape, Id map, const OrientedLayer& layer) {
  const Shape xs = tape.shape(map);
  require(xs.rank() == 3 && xs[2] == layer.channels && !tape.needs_gradient(map), ErrorCode::input,
          "oriented_target: got ", xs, ", wanted a map H x W x ", layer.channels, " that takes no gradient");
  const auto forward = [&layer, xs](const OpBuffers<float>& r) {
    write_target(r.context(), layer, xs[0], xs[1], r.in(0), r.out(), r.scratch());
  };
  return tape.record({.name = "oriented_target",
                      .inputs = {map},
                      .shape = target_shape(layer, whole_area(xs)),
                      .forward = forward,
                      .forward_scratch = write_target_scratch(tape.context(), xs[1])});
}

}  // namespace impasto::IMPASTO_ABI
