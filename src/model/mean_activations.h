// Gatys' normalisation of a network: every filter's mean activation over some pictures becomes 1, and the maps stay the
// same up to those scales. A ReLU network allows it exactly: relu(a x) = a relu(x) for a > 0, and poolings agree.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/image.h"
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

/// Sums of the maps after their ReLUs, picture by picture. Thread safety: use one from one thread.
class MeanActivations {
 public:
  explicit MeanActivations(std::shared_ptr<const NetworkWeights> weights);

  /// The picture as it is, through the network's own preprocessing, padding and pooling. Throws Error(input) when it is
  /// too small for the deepest layer.
  void add(const Image& picture, const Context& context);
  /// means()[convolution][filter], over all positions of all pictures so far; there must be one.
  std::vector<std::vector<double>> means() const;

 private:
  std::shared_ptr<const NetworkWeights> weights_;
  std::vector<std::vector<double>> sums_;
  std::vector<double> positions_;
};

/// Below this part of its layer's mean a filter counts as silent: on other pictures its scale would drown the others.
inline constexpr double kSilent = 1e-6;

/// w_l[tap, c, k] * m_{l-1,c} / m_{l,k} and b_l[k] / m_{l,k}, rounded once; m is 1 for silent filters and for the
/// network's input. Gives the silent filters as "block4_conv2 filter 17", from 0.
std::vector<std::string> divide_by_means(NetworkWeights& weights, const std::vector<std::vector<double>>& means);

}  // namespace impasto::IMPASTO_ABI
