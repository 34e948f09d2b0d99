// What tells two paintings' ingredients apart: SHA-256 checksums of the checksums of stretches of numbers.
#pragma once

#include <cstddef>
#include <string>

#include "impasto/stylise.h"
#include "model/network_weights.h"
#include "style/scene.h"

namespace impasto::IMPASTO_ABI {

/// Of everything that the painting's largest scale is made from: the scene's pictures, and the masks. Empty where the
/// build cannot make checksums.
std::string digest_of(const Scene<float>& scene, const Pictures& pictures, const Context& context);

/// Of a style's picture, of where the guide's regions are on it (style k), and of what the statistics follow from
/// besides.
std::string digest_of_style(const Tensor<float>& picture, const Guide& guide, std::size_t k,
                            const std::string& circumstances, const Context& context);

/// Of the numbers in a file of weights; of the formula network the version of the program, which it is part of.
std::string digest_of(const NetworkWeights& weights, const Context& context);

}  // namespace impasto::IMPASTO_ABI
