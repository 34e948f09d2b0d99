// Colour as a cloud of points: its mean and covariance, and moving one cloud onto another.
#pragma once

#include "tensor/tensor.h"

namespace impasto {

/// Gives `picture` the colour mean and covariance of `like` by the linear Monge-Kantorovich map (Pitie & Kokaram, "The
/// linear Monge-Kantorovitch linear colour mapping for example-based colour transfer", CVMP 2007):
///   y = T (x - mean_x) + mean_l,  T = Cx^-1/2 (Cx^1/2 Cl Cx^1/2)^1/2 Cx^-1/2
/// Both H x W x 3, any sizes, normalised units. Variances below 1e-4 count as 1e-4 in both,
/// so a flat picture stays flat and a picture matched to itself stays as it is.
Tensor<float> match_colour(const Tensor<float>& picture, const Tensor<float>& like);

}  // namespace impasto
