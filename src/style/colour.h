// Whose colours a painting has: what is done to the pictures before, and to the painting after. docs/MATH.md, "Colour".
#pragma once

#include <span>
#include <vector>

#include "impasto/context.h"
#include "impasto/options.h"
#include "style/histogram.h"
#include "style/scene.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// Changes scene.content, and for ColourMode::content_luminance the style pictures, as options.colour and
/// options.colour_amount say; scene.original stays. Several styles count as one cloud of colours by their weights.
void prepare_colours(const Options& options, Scene<float>& scene, const Context& context);

/// Changes the painting (normalised units, as many values as `original`) where options.colour wants that after the
/// painting: content_luminance keeps its luminance Y and takes I and Q of the original content.
void finish_colours(const Options& options, std::span<float> painting, const Tensor<float>& original,
                    const Context& context);

/// Gives `picture` the colour mean and covariance of `like` by the linear Monge-Kantorovich map (Pitie & Kokaram, "The
/// linear Monge-Kantorovitch linear colour mapping for example-based colour transfer", CVMP 2007):
///   y = T (x - mean_x) + mean_l,  T = Cx^-1/2 (Cx^1/2 Cl Cx^1/2)^1/2 Cx^-1/2
/// All h x w x 3, any sizes, normalised units. Variances below 1e-4 count as 1e-4 in both,
/// so a flat picture stays flat and a picture matched to itself stays as it is.
Tensor<float> match_colour(const Tensor<float>& picture, const std::vector<WeightedPicture>& like,
                           const Context& context = Context(1));

/// match_colour, and then along each principal axis of like's colours the distribution of `like` (style/histogram.h).
Tensor<float> match_histogram(const Tensor<float>& picture, const std::vector<WeightedPicture>& like,
                              const Context& context = Context(1));

}  // namespace impasto::IMPASTO_ABI
