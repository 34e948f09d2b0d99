// Which convolution an array of a weights file belongs to, by its name, and whose VGG the names as a whole are.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// Who names layers like this.
enum class Naming { torchvision, keras, caffe };

/// "torchvision", "Keras", "Caffe".
const char* to_string(Naming naming);

/// A convolution as its name tells it.
struct ConvolutionName {
  Naming naming;
  /// torchvision: the position in `features`. Others: 10 * block + index (block3_conv4, conv3_4: 34), or, of Keras 3
  /// without the layers' names, the position among all convolutions, from 0, minus 1000.
  int number;
  bool is_bias;
};

/// Nothing for an array that is no weight or bias of a convolution of a VGG. Understood, with any prefix that ends
/// in . / or _ (module.features.0.weight):
///   features.0.weight                                                     torchvision, timm
///   block1_conv1/kernel:0, block1_conv1/block1_conv1_W_1:0, block1_conv1.kernel, block1_conv1_W                  Keras
///   layers/conv2d/vars/0, with metadata "layers/conv2d/vars@name" = block1_conv1                               Keras 3
///   conv1_1.weight, conv1_1_W                                                                             Caffe, .npz
/// and . / _ : for each other between the parts.
std::optional<ConvolutionName> parse_convolution_name(const std::string& name,
                                                      const std::map<std::string, std::string>& metadata);

/// Keras name of the VGG19 layer that is meant: "block3_conv4"; nothing for one that VGG19 lacks.
std::string layer_of(const ConvolutionName& name);

/// Where the convolutions of VGG19 lie in a file.
struct ConvolutionPlaces {
  struct Place {
    std::string weights, bias;  // entries of the file
  };
  Naming naming;
  std::vector<Place> convolutions;  // of the first n of VGG19, n >= 1
};

/// Throws Error(input), one sentence, for a file with the names of another network (which it names: VGG16, ResNet,
/// ...), a classifier alone, a gap, a weight without its bias, or a layer that stands twice.
ConvolutionPlaces find_convolutions(const ArrayFile& file);

/// The network that the names of a file tell: "VGG19", "VGG16", "VGG19 with batch normalisation", "ResNet", ..., or
/// "unknown".
std::string network_by_names(const ArrayFile& file);

}  // namespace impasto::IMPASTO_ABI
