// The channels of the formula network, as a list: what model/formula.cpp makes both its forms of, the plain
// convolutions and the units of kernel/oriented/oriented.h.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

using Kernel3x3 = std::array<double, 9>;  // row by row, cross-correlation

/// K on its source, minus kFormulaInhibition B on each sibling; then gain and bias by the table's group, and ReLU.
struct FormulaChannel {
  Kernel3x3 kernel;
  std::array<double, 3> colour{};    ///< trunk and fresh: factors of L, RG, BY
  Index source = -1;                 ///< carried: the channel of the layer below
  std::vector<Index> siblings = {};  ///< carried oriented: channels of the layer below, itself included
  int angle = 0;                     ///< multiples of pi / 8
  std::string kind;                  ///< siblings share kind and octave
  int octave = 0;                    ///< block that made it
  std::string group;                 ///< row of the table
  Index slot = 0;                    ///< its lane in the units (kernel/oriented/oriented.h), the same in every layer
};
using FormulaLayer = std::vector<FormulaChannel>;

/// By each of its siblings' binomials.
inline constexpr double kFormulaInhibition = 1.5 / 8;

Kernel3x3 delta();
/// (1 2 1)^T (1 2 1) / 16
Kernel3x3 binomial();

/// Channels of all 16 convolutions.
std::vector<FormulaLayer> formula_layers();

}  // namespace impasto::IMPASTO_ABI
