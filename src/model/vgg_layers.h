// The convolutional trunks of VGG (Simonyan & Zisserman, arXiv:1409.1556) as data: five blocks of 3 x 3 convolutions, a
// pooling behind each. All that sets one network apart from another is how many convolutions its blocks have.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tensor/area.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// A convolution (with its ReLU) or a pooling.
struct VggLayer {
  bool is_pool;
  int block;                       ///< 1..5
  int index;                       ///< of the convolution in its block, from 1; of a pooling: behind all of them
  Index channels;                  ///< of the original network
  std::string keras_name() const;  ///< block4_conv2, block4_pool
  std::string caffe_name() const;  ///< conv4_2, pool4
};

/// The layers of VGG19, of which the other networks have a part: 16 convolutions and 5 poolings, in order. A layer's
/// position in them is what all else calls it by, whichever network it is of.
std::span<const VggLayer> vgg_layers();

/// Which VGG.
struct Architecture {
  const char* name;
  std::array<int, 5> convolutions;  ///< of each block, 4 at most

  bool has(std::size_t layer) const;
  /// Positions of its convolutions, in order.
  std::vector<std::size_t> layers() const;
  /// The layer itself, or the last one before it where the network lacks it: what its map is when the layers that the
  /// network lacks are taken to change nothing.
  std::size_t stand_in(std::size_t layer) const;
  /// Position in torchvision's `features`, where each convolution is followed by its ReLU and, with `normalised`, by
  /// batch normalisation before that.
  int features_index(std::size_t layer, bool normalised = false) const;

  bool operator==(const Architecture& other) const { return convolutions == other.convolutions; }
};

inline constexpr Architecture kVgg19{"VGG19", {2, 2, 4, 4, 4}};
inline constexpr Architecture kVgg16{"VGG16", {2, 2, 3, 3, 3}};

/// Position of a layer by any of its names: block4_conv2, conv4_2, relu4_2, block4_pool, pool4, torchvision's index in
/// `of` of the convolution, its ReLU or the pooling ("21", "features.22"). Capital letters do not matter, and names of
/// layers that `of` lacks are known. Throws Error(usage) for an unknown name, with the nearest known one.
std::size_t find_layer(const std::string& name, const Architecture& of = kVgg19);

/// How often a picture's sides are halved on the way to a layer's map; a pooling's own halving counts.
int halvings(std::size_t layer);

/// The positions of a layer's map of a picture (H x W x 3), where borders are made up.
Area map_area(const Shape& picture, std::size_t layer);

/// The height and width a picture needs at least for a layer (position in vgg_layers()).
Index smallest_side(std::size_t layer);

}  // namespace impasto::IMPASTO_ABI
