// Pictures, arrays and nodes of a graph as xtensor expressions, and back. The one header that needs more than the
// standard library: xtensor 0.24 or newer. impasto.h does not include it. With it come xtensor's containers, views and
// arithmetic, in whichever folders that version keeps them.
//
// Views copy nothing: they are valid, and write through, as long as what they look at lives and keeps its size.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#if __has_include(<xtensor/containers/xtensor.hpp>)  // 0.26 and newer
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include "impasto/error.h"
#include "impasto/graph.h"
#include "impasto/image.h"
#include "impasto/npy.h"

namespace impasto::IMPASTO_ABI {

/// H x W x 3 of floats with std::vector inside, which an Image can take over.
using PixelTensor = xt::xtensor_container<std::vector<float>, 3>;

/// The pixels, H x W x 3.
inline auto as_xtensor(Image& image) {
  const std::array<std::size_t, 3> shape{static_cast<std::size_t>(image.height()),
                                         static_cast<std::size_t>(image.width()), 3};
  return xt::adapt(image.pixels().data(), image.pixels().size(), xt::no_ownership(), shape);
}
inline auto as_xtensor(const Image& image) {
  const std::array<std::size_t, 3> shape{static_cast<std::size_t>(image.height()),
                                         static_cast<std::size_t>(image.width()), 3};
  return xt::adapt(image.pixels().data(), image.pixels().size(), xt::no_ownership(), shape);
}

/// The values, in the array's shape.
inline auto as_xtensor(NpyArray& array) { return xt::adapt(array.values, array.shape); }
inline auto as_xtensor(const NpyArray& array) { return xt::adapt(array.values, array.shape); }

/// A node's value, to read, and to fill where it is an input or a variable. Errors as Graph::value.
template <class T>
auto as_xtensor(Graph<T>& graph, NodeId id) {
  const Sizes sizes = graph.sizes(id);
  const std::span<T> values = graph.value(id);
  return xt::adapt(values.data(), values.size(), xt::no_ownership(),
                   std::vector<std::size_t>(sizes.begin(), sizes.end()));
}
/// A variable's gradient. Errors as Graph::gradient.
template <class T>
auto gradient_as_xtensor(const Graph<T>& graph, NodeId id) {
  const Sizes sizes = graph.sizes(id);
  const std::span<const T> values = graph.gradient(id);
  return xt::adapt(values.data(), values.size(), xt::no_ownership(),
                   std::vector<std::size_t>(sizes.begin(), sizes.end()));
}

/// Takes the tensor's memory over. Throws Error(input) unless it is H x W x 3.
inline Image to_image(PixelTensor&& pixels) {
  const auto shape = pixels.shape();
  if (shape[2] != 3 || shape[0] > std::size_t{kMaxImageSide} || shape[1] > std::size_t{kMaxImageSide}) {
    throw Error(ErrorCode::input, "a tensor of " + std::to_string(shape[0]) + " x " + std::to_string(shape[1]) + " x " +
                                      std::to_string(shape[2]) + " is no picture; wanted is H x W x 3");
  }
  return Image(static_cast<int>(shape[1]), static_cast<int>(shape[0]), std::move(pixels.storage()));
}
/// Evaluates any expression of three dimensions once, into the picture's memory.
template <class E>
Image to_image(const xt::xexpression<E>& expression) {
  if (expression.derived_cast().dimension() != 3) {
    throw Error(ErrorCode::input, "an expression of " + std::to_string(expression.derived_cast().dimension()) +
                                      " dimensions is no picture; wanted is H x W x 3");
  }
  return to_image(PixelTensor(expression));
}

/// Evaluates an expression of 1 to 4 dimensions and writes it as float32. Errors as the other save_npy.
template <class E>
void save_npy(const xt::xexpression<E>& expression, const std::filesystem::path& file) {
  const xt::xarray_container<std::vector<float>, xt::layout_type::row_major> values(expression);
  const std::vector<std::size_t> shape(values.shape().begin(), values.shape().end());
  save_npy(values.storage(), shape, file);
}

}  // namespace impasto::IMPASTO_ABI
