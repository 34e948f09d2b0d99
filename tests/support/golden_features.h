// What a framework computes with a golden network from the golden picture, and whether Impasto computes the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "impasto/image.h"
#include "impasto/stylise.h"
#include "model/vgg.h"
#include "model/weights_file.h"
#include "support/golden.h"

namespace impasto::testing {

inline std::filesystem::path golden_path(const std::string& name) {
  return std::filesystem::path(IMPASTO_GOLDEN_DIR) / name;
}

/// golden_weights_picture.png in the optimiser's units.
inline Tensor<float> golden_picture() {
  const Image image = load_image(golden_path("golden_weights_picture.png"));
  const std::vector<float> values = normalise(image);
  Tensor<float> picture({image.height(), image.width(), 3});
  std::copy(values.begin(), values.end(), picture.data());
  return picture;
}

/// Every number of both files, to the bit.
inline void check_same_numbers(const WeightsFile& wanted, const WeightsFile& file) {
  for (std::size_t i = 0; i < file.depth(); ++i) {
    const ConvWeights a = wanted.convolution(i), b = file.convolution(i);
    CHECK(std::equal(a.w.values().begin(), a.w.values().end(), b.w.values().begin(), b.w.values().end()));
    CHECK(std::equal(a.b.values().begin(), a.b.values().end(), b.b.values().begin(), b.b.values().end()));
  }
}

/// The input and the maps of all convolutions, and of what poolings it has, are those of `golden`, by Keras' names.
inline void check_features(const std::shared_ptr<const NetworkWeights>& weights, const Json& golden, double tolerance,
                           const Context& context) {
  const Vgg<float> network(weights);
  const std::vector<std::size_t> layers = weights->architecture.layers();
  const std::size_t depth = weights->depth();
  const std::size_t end = depth == layers.size() ? vgg_layers().size() : layers[depth - 1] + 1;
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < end; ++i) {
    if (golden.contains(vgg_layers()[i].keras_name())) wanted.push_back(i);
  }
  REQUIRE(wanted.size() >= depth);
  const Tensor<float> picture = golden_picture();
  Tape<float> tape(context);
  const Id x = tape.constant(picture.view());
  const Id input = normalise(tape, x, weights->input);
  const std::vector<Id> maps = network.record(tape, x, wanted);
  for (const Id id : maps) tape.keep(id);
  tape.keep(input);
  tape.forward();
  {
    INFO("the network's input");
    check_description<float>(golden["input"], tape.value(input), tolerance);
  }
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const std::string layer = vgg_layers()[wanted[k]].keras_name();
    INFO(layer);
    check_description<float>(golden[layer], tape.value(maps[k]), tolerance);
  }
}

}  // namespace impasto::testing
