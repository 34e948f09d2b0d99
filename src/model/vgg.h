// The recording of VGG on a tape. Which layers there are, widths, padding and pooling come with the weights.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autodiff/ops/ops.h"
#include "model/network_walk.h"
#include "model/network_weights.h"
#include "model/vgg_layers.h"

namespace impasto::IMPASTO_ABI {

/// How a network is run where that is not what its weights were made for.
struct NetworkOptions {
  /// Another pooling's maps are multiplied by what keeps them about as large as the weights expect (pooling_gain).
  std::optional<Pooling> pooling = std::nullopt;
  std::optional<Padding> padding = std::nullopt;
  bool literal = false;  ///< without preprocessing
  /// The picture is this window of one; none: it is whole.
  std::optional<Window> window = std::nullopt;
};

/// Throws Error(input) for a picture (H x W x 3) that is too small for a layer (position in vgg_layers()).
void check_picture_size(const Shape& picture, std::size_t layer);

/// Records the network from a picture up to the deepest wanted layer.
/// T = float borrows the weights; double holds a converted copy. Tapes borrow them from here: it must outlive those
/// it recorded on. Thread safety: const use from any thread.
template <class T>
class Vgg {
 public:
  explicit Vgg(std::shared_ptr<const NetworkWeights> weights);

  /// `picture`: H x W x 3, or the area of a window, in the optimiser's units (RGB, torchvision's mean and deviation).
  /// The visitor is called right after the layer above has been recorded: what it records goes back just before that
  /// layer does, and may put the gradient of a map in the place of the map. Throws Error(input) when the picture is too
  /// small for the deepest layer, Error(usage) when the network or the weights lack a layer,
  /// Error(input) when the network's input is not known and `how` is not literal.
  void read(Tape<T>& tape, Id picture, std::span<const FeatureRequest> requests, const NetworkOptions& how,
            const FeatureVisitor& visit) const;
  /// The maps of `wanted`, positions in vgg_layers().
  std::vector<Id> record(Tape<T>& tape, Id picture, std::span<const std::size_t> wanted,
                         const NetworkOptions& how = {}) const;

 private:
  struct Dense {
    std::once_flag once;
    std::vector<ConvParameters<T>> parameters;
  };
  const std::vector<ConvParameters<T>>& parameters() const;

  std::shared_ptr<const NetworkWeights> weights_;
  std::unique_ptr<Dense> dense_;  // made when first recorded: the formula network seldom is, as plain convolutions
};

extern template class Vgg<float>;
extern template class Vgg<double>;

}  // namespace impasto::IMPASTO_ABI
