// What the walks down a network share: who asked for which features, and how they are handed out.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "autodiff/ops/ops.h"
#include "impasto/weights.h"
#include "model/vgg_layers.h"
#include "model/window.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// What a loss reads of the network: the map F of a layer (position in vgg_layers()) after its ReLU or pooling, or what
/// is summed over its positions: its Gram matrix, or its squared distance from another map.
struct FeatureRequest {
  std::size_t layer;
  bool gram = false;
  bool sums = false;  ///< with the Gram matrix the sums of the channels
  /// Instead, |F - P|^2: returns P, of shape `form`, as a request `as_target` of the same layer gave it.
  std::function<Id(const Shape& form)> target = nullptr;
  bool as_target = false;  ///< the map, of a picture that takes no gradient, as the network compares others with it

  bool is_sum() const { return gram || target; }
};

/// Takes what was asked for: the index of the request, its value, the positions (H W) of the layer's map, and the sums,
/// if they were asked for. Of a window all of it is of its core.
using FeatureVisitor = std::function<void(std::size_t request, Id value, Index positions, Id sums)>;

/// By what maps pooled by `pooling` are multiplied for weights made for `expected`; 1 when they are the same. Of
/// VGG19's maps the mean of a window is about half its maximum, the root mean square 0.64 of it.
double pooling_gain(Pooling pooling, Pooling expected);

/// Weights and biases of a convolution: a view of them, or of a copy in another number type.
template <class T>
struct ConvParameters {
  Tensor<T> copy_w, copy_b;
  View<const T> w, b;
};

template <class T>
struct NetworkWalk {
  Tape<T>& tape;
  std::span<const FeatureRequest> requests;
  const FeatureVisitor& visit;
  std::size_t deepest;   ///< layer
  const Window* window;  ///< or null: the whole picture

  bool reads_map(std::size_t layer) const;
  bool is_read(std::size_t layer) const;
  /// The positions that count of a layer's map; all of them without a window.
  std::optional<Area> core(std::size_t layer) const;

  /// A layer's map on the core.
  Id cropped(std::size_t layer, Id map) const;
  /// Visits what was asked for of a layer's map: all of it, or the map only.
  void hand_out(std::size_t layer, Id map, bool all) const;
};

}  // namespace impasto::IMPASTO_ABI
