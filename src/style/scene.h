// What a painting is made from at one of its sizes: pictures as tensors in normalised units, masks as maps.
#pragma once

#include <string>
#include <vector>

#include "impasto/image.h"
#include "impasto/style_cache.h"
#include "style/guide.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

template <class T>
struct SceneStyle {
  Tensor<T> picture;  ///< h x w x 3, of any size
  double weight = 1;  ///< its share among several, above 0
};

/// Thread safety: a plain value, moved and not copied.
template <class T>
struct Scene {
  Tensor<T> content;                  ///< H x W x 3: what the content loss compares with
  std::vector<SceneStyle<T>> styles;  ///< at least one
  const Guide* guide = nullptr;       ///< borrowed while the objective is built; null: every style everywhere
  Tensor<T> original;                 ///< H x W x 3: what protected places show; empty: the content, or nowhere wanted
  Image clear;                        ///< the content at H x W with its alpha, straight; empty: it is opaque
  Tensor<float> protect;              ///< h x w, of any size: 1 shows `original`, 0 is painted; empty: all is painted
  StyleCache* style_cache = nullptr;  ///< borrowed as the guide is; null: styles are measured
  std::string weights_digest;         ///< of the network, where there is a cache
  Tensor<float> smooth;               ///< h x w, of any size: share of the total-variation weight; empty: 1 everywhere
};

}  // namespace impasto::IMPASTO_ABI
