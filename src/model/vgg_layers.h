// VGG19's convolutional trunk as a table of data (Simonyan & Zisserman, arXiv:1409.1556, configuration E).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "tensor/area.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// A convolution (with its ReLU) or a pooling.
struct VggLayer {
  bool is_pool;
  int block;                       ///< 1..5
  int index;                       ///< of the convolution in its block, from 1
  int torchvision;                 ///< position in torchvision's `features`; its ReLU follows at + 1
  Index channels;                  ///< of the original network
  std::string keras_name() const;  ///< block4_conv2, block4_pool
  std::string caffe_name() const;  ///< conv4_2, pool4
};

/// All 16 convolutions and 5 poolings, in order.
std::span<const VggLayer> vgg_layers();

/// Position in vgg_layers() of a layer by any of its names: block4_conv2, conv4_2, relu4_2, block4_pool, pool4,
/// torchvision's index of the convolution, its ReLU or the pooling ("21", "features.22"). Capital letters do not
/// matter. Throws Error(usage) for an unknown name, with the nearest known one.
std::size_t find_layer(const std::string& name);

/// How often a picture's sides are halved on the way to a layer's map; a pooling's own halving counts.
int halvings(std::size_t layer);

/// The positions of a layer's map of a picture (H x W x 3), where borders are made up.
Area map_area(const Shape& picture, std::size_t layer);

/// The height and width a picture needs at least for a layer (position in vgg_layers()).
Index smallest_side(std::size_t layer);

}  // namespace impasto::IMPASTO_ABI
