// Which convolution an array of a weights file belongs to, by its name, and whose VGG the names as a whole are.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/array_file.h"
#include "model/vgg_layers.h"

namespace impasto::IMPASTO_ABI {

/// Who names layers like this; `graph`: nobody, the graph of an ONNX file tells which is which.
enum class Naming { torchvision, keras, caffe, graph };

/// "torchvision", "Keras", "Caffe", "its graph".
const char* to_string(Naming naming);

/// What an array is to its convolution: `scale` has what each filter of a kernel of I8 is multiplied by.
enum class ArrayRole { weights, bias, scale };

/// A convolution as its name tells it.
struct ConvolutionName {
  Naming naming;
  /// torchvision: the position in `features`. Others: 10 * block + index (block3_conv4, conv3_4: 34), or, of Keras 3
  /// without the layers' names, the position among all convolutions, from 0, minus 1000.
  int number;
  ArrayRole role;
};

/// Nothing for an array that is no weight, bias or scale of a convolution of a VGG. Understood, with any prefix that
/// ends in . / or _ (module.features.0.weight):
///   features.0.weight                                                     torchvision, timm
///   block1_conv1/kernel:0, block1_conv1/block1_conv1_W_1:0, block1_conv1.kernel, block1_conv1_W                  Keras
///   layers/conv2d/vars/0, with metadata "layers/conv2d/vars@name" = block1_conv1                               Keras 3
///   conv1_1.weight, conv1_1_W                                                                             Caffe, .npz
///   any name, with metadata "NAME@convolution" = block1_conv1/kernel                                    ONNX's graph
///   block1_conv1/scale                                                                             scales of filters
/// and . / _ : for each other between the parts.
std::optional<ConvolutionName> parse_convolution_name(const std::string& name,
                                                      const std::map<std::string, std::string>& metadata);

/// Keras name of the layer of `of` that is meant: "block3_conv4"; nothing for one that it lacks.
std::string layer_of(const ConvolutionName& name, const Architecture& of);

/// VGG19 and VGG16 begin alike, and a file that ends there tells by its metadata which of them it is of, or not at all.
/// Which one makes no difference to the maps.
inline constexpr Architecture kEither{"VGG19 or VGG16", kVgg19.convolutions};

/// Where the convolutions of VGG19 or VGG16 lie in a file.
struct ConvolutionPlaces {
  struct Place {
    std::string weights;  // entry of the file
    std::string bias;     // and this one; empty: there is none, and it is zeros
    std::string scale;    // of a kernel of I8; else empty
  };
  Naming naming;
  Architecture architecture;
  std::vector<Place> convolutions;  // of the first n of the architecture, n >= 1
};

/// Throws Error(input), one sentence, for a file with the names of another network (which it names: VGG13, ResNet,
/// ...), a classifier alone, a gap, or a layer that stands twice.
ConvolutionPlaces find_convolutions(const ArrayFile& file);

/// The network that the names of a file tell.
struct NamedNetwork {
  std::string name;  ///< "VGG19", "VGG16", "VGG19 with batch normalisation", "ResNet", ..., or "unknown"
  Architecture architecture = kVgg19;  ///< of `name`, if that is one that can be painted with
};
NamedNetwork network_by_names(const ArrayFile& file);

}  // namespace impasto::IMPASTO_ABI
