// Distributions of colours along axes, and giving one picture those of others.
#pragma once

#include <array>
#include <vector>

#include "impasto/context.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

struct WeightedPicture {
  View<const float> values;  ///< h x w x 3
  double weight = 1;
};

/// Three orthonormal directions of colour.
using ColourAxes = std::array<std::array<float, 3>, 3>;

/// Moves every pixel along each axis so that the coordinates are distributed as those of `like`, several pictures
/// counting by their weights. Per axis, with histograms of kHistogramBins bins over the range of each and their
/// cumulative distributions F at the bins' edges: y = F_like^-1(F_picture(x)) at the picture's edges, linear between.
void match_distributions(Tensor<float>& picture, const std::vector<WeightedPicture>& like, const ColourAxes& axes,
                         const Context& context);

inline constexpr int kHistogramBins = 1024;

}  // namespace impasto::IMPASTO_ABI
