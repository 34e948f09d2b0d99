// VGG19's convolutional trunk as a table of data (Simonyan & Zisserman, arXiv:1409.1556, configuration E), and its
// recording on a tape. Widths, padding and pooling come with the weights.
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
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

/// A convolution (with its ReLU) or a pooling.
struct Vgg19Layer {
  bool is_pool;
  int block;                       ///< 1..5
  int index;                       ///< of the convolution in its block, from 1
  int torchvision;                 ///< position in torchvision's `features`; its ReLU follows at + 1
  Index channels;                  ///< of the original network
  std::string keras_name() const;  ///< block4_conv2, block4_pool
  std::string caffe_name() const;  ///< conv4_2, pool4
};

/// All 16 convolutions and 5 poolings, in order.
std::span<const Vgg19Layer> vgg19_layers();

/// Position in vgg19_layers() of a layer by any of its names: block4_conv2, conv4_2, relu4_2, block4_pool, pool4,
/// torchvision's index of the convolution, its ReLU or the pooling ("21", "features.22"). Capital letters do not
/// matter. Throws Error(usage) for an unknown name, with the nearest known one.
std::size_t find_layer(const std::string& name);

/// The height and width a picture needs at least for a layer (position in vgg19_layers()).
Index smallest_side(std::size_t layer);

/// What a loss reads of the network: the map of a layer (position in vgg19_layers()) after its ReLU or pooling, or the
/// map's Gram matrix.
struct Reading {
  std::size_t layer;
  bool gram = false;
  bool sums = false;  ///< with the Gram matrix the sums of the channels
};

/// How a network is run where that is not what its weights were made for.
struct Running {
  /// Another pooling's maps are multiplied by what keeps them about as large as the weights expect (pooling_gain).
  std::optional<Pooling> pooling = std::nullopt;
  std::optional<Padding> padding = std::nullopt;
  bool literal = false;  ///< without preprocessing
};

/// How a convolution sees what lies beyond its map.
Border border_of(Padding padding);

/// By what maps pooled by `pooling` are multiplied for weights made for `expected`; 1 when they are the same. Of
/// VGG19's maps the mean of a window is about half its maximum, the root mean square 0.64 of it.
double pooling_gain(Pooling pooling, Pooling expected);

/// Records the network from a picture up to the deepest wanted layer.
/// T = float borrows the weights; double holds a converted copy. Tapes borrow them from here: it must outlive those
/// it recorded on. Thread safety: const use from any thread.
template <class T>
class Vgg19 {
 public:
  explicit Vgg19(std::shared_ptr<const NetworkWeights> weights);

  /// Takes what was asked for: the index of the reading, its value, the positions (H W) of the layer's map,
  /// and the sums, if they were asked for.
  using Reader = std::function<void(std::size_t reading, Id value, Index positions, Id sums)>;

  /// `picture`: H x W x 3 in the optimiser's units (RGB, torchvision's mean and deviation). The reader is called right
  /// after the layer above has been recorded: what it records goes back just before that layer does, and may put the
  /// gradient of a map in the place of the map.
  /// Throws Error(input) when the picture is too small for the deepest layer, Error(usage) when the weights lack it.
  void read(Tape<T>& tape, Id picture, std::span<const Reading> readings, const Running& how,
            const Reader& reader) const;
  /// The maps of `wanted`, positions in vgg19_layers().
  std::vector<Id> record(Tape<T>& tape, Id picture, std::span<const std::size_t> wanted, const Running& how = {}) const;

 private:
  struct Recording;
  struct Parameters {
    Tensor<T> copy_w, copy_b;  // double only
    View<const T> w, b;
  };
  struct Dense {
    std::once_flag once;
    std::vector<Parameters> parameters;
  };
  const std::vector<Parameters>& parameters() const;

  std::shared_ptr<const NetworkWeights> weights_;
  std::unique_ptr<Dense> dense_;  // made when first recorded: the built-in network seldom is, as plain convolutions
};

extern template class Vgg19<float>;
extern template class Vgg19<double>;

}  // namespace impasto::IMPASTO_ABI
