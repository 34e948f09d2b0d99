// Small networks with the first filter of the two trainings of VGG19 that everybody uses, as they are printed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "support/safetensors.h"

namespace impasto::testing {

/// Puts filter 0 of torchvision's conv1_1 (RGB) into an OIHW kernel.
inline void put_torchvision_filter(std::vector<NamedTensor>& tensors) {
  const float filter[] = {-5.3474e-02F, -4.9257e-02F, -6.7942e-02F, 1.5314e-02F, 4.5068e-02F, 2.1444e-03F,
                          3.6226e-02F,  1.9999e-02F,  1.9864e-02F,  1.7015e-02F, 5.5403e-02F, -6.2293e-03F,
                          1.4165e-01F,  2.2705e-01F,  1.3758e-01F,  1.2000e-01F, 2.0030e-01F, 9.2114e-02F,
                          -4.4885e-02F, 1.2680e-02F,  -1.4497e-02F, 5.9742e-02F, 1.3955e-01F, 5.4102e-02F,
                          -9.6141e-04F, 5.8304e-02F,  -2.9663e-02F};
  std::copy(std::begin(filter), std::end(filter), tensors[0].values.begin());
}

/// Puts what is printed of filter 0 of Caffe's and Keras' conv1_1 (BGR: the upper left tap, the bias) into an OIHW
/// kernel.
inline void put_caffe_filter(std::vector<NamedTensor>& tensors) {
  tensors[0].values[0] = 0.341195F;
  tensors[0].values[9] = 0.464184F;
  tensors[0].values[18] = 0.394167F;
  tensors[1].values[0] = 0.730178F;
}

/// The same of VGG16.
inline void put_caffe_filter_of_vgg16(std::vector<NamedTensor>& tensors) {
  tensors[0].values[0] = 0.42947057F;
  tensors[0].values[9] = 0.55037946F;
  tensors[0].values[18] = 0.4800154F;
  tensors[1].values[0] = 0.73429835F;
}

/// Turns all kernels, OIHW, by 180 degrees.
inline void turn_kernels(std::vector<NamedTensor>& tensors) {
  for (NamedTensor& tensor : tensors) {
    if (tensor.shape.size() != 4) continue;
    for (auto kernel = tensor.values.begin(); kernel != tensor.values.end(); kernel += 9)
      std::reverse(kernel, kernel + 9);
  }
}

/// Exchanges the first and the last channel of conv1_1, OIHW.
inline void turn_channels(std::vector<NamedTensor>& tensors) {
  for (std::size_t k = 0; k < tensors[0].shape[0]; ++k)
    std::swap_ranges(&tensors[0].values[k * 27], &tensors[0].values[k * 27 + 9], &tensors[0].values[k * 27 + 18]);
}

/// K C kh kw to kh kw C K.
inline std::vector<float> to_hwio(const NamedTensor& t) {
  const std::size_t K = t.shape[0], C = t.shape[1];
  std::vector<float> values(t.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t tap = i % 9, c = i / 9 % C, k = i / 9 / C;
    values[(tap * C + c) * K + k] = t.values[i];
  }
  return values;
}

/// The same under Keras' names and in its layout.
inline std::vector<NamedTensor> as_keras(std::vector<NamedTensor> tensors,
                                         const std::string& weights_suffix = "/kernel:0",
                                         const std::string& bias_suffix = "/bias:0") {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string layer = i < 2 ? "block1_conv1" : "block1_conv2";
    tensors[i].name = layer + (i % 2 == 0 ? weights_suffix : bias_suffix);
    if (i % 2 != 0) continue;
    tensors[i].values = to_hwio(tensors[i]);
    tensors[i].shape = {3, 3, tensors[i].shape[1], tensors[i].shape[0]};
  }
  return tensors;
}

/// The same under Caffe's names, in the layout of torchvision's.
inline std::vector<NamedTensor> as_caffe(std::vector<NamedTensor> tensors) {
  const char* names[] = {"conv1_1.weight", "conv1_1.bias", "conv1_2.weight", "conv1_2.bias"};
  for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].name = names[i];
  return tensors;
}

}  // namespace impasto::testing
