// Every op of the engine as a function that gradients can be checked of, in both number types.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "autodiff/tape_gradcheck.h"
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

struct OpCase {
  std::string name;
  std::vector<Shape> shapes;  ///< of the variables
  Recorder<double> in_double;
  Recorder<float> in_float;
};

/// All ops on a map of this shape, in the order of ops.h; those that need three channels take three, whatever the map
/// has. `seed`: of what an op reads beside its variables. Cases may throw Error(input) when they are recorded, for maps
/// that are too small. `formula`: the network whose first two layers are the case of oriented_conv2d_relu.
std::vector<OpCase> op_cases(const Shape& map, std::uint64_t seed,
                             const std::shared_ptr<const NetworkWeights>& formula);

}  // namespace impasto::IMPASTO_ABI
