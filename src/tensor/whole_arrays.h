// Whole arrays of numbers as xtensor expressions: arithmetic that reads like its formula. For what happens once a
// picture: it runs on one thread, and a term that is read twice is computed twice.
//
// - xt::noalias(to) = expression writes in place, element by element; without it xtensor first makes an array of its
//   own, outside of the context's memory. The right side may read `to` at the element that is written, nowhere else.
// - Both sides have one shape. A view alone has a smaller one spread over it; an array takes the right side's, which
//   borrowed memory cannot.
// - Sums of floats are taken in float unless told otherwise: xt::sum<double>, xt::mean<double>.
// - An expression refers to what has a name and holds what has none. A function that returns one takes references to
//   what its caller keeps.
// - xt::arange, xt::linspace and xt::eye allocate and are noexcept: where memory runs out, they end the program.
#pragma once

#include <array>
#include <cstddef>
#include <span>

// A project around ours may have switched these on for all of xtensor; a sum has one order, on one thread.
#undef XTENSOR_USE_XSIMD
#undef XTENSOR_USE_TBB
#undef XTENSOR_USE_OPENMP
#include "impasto/xtensor.h"

namespace impasto::IMPASTO_ABI {

/// The numbers in a row.
template <class T>
auto flat(std::span<T> values) {
  return xt::adapt(values.data(), values.size(), xt::no_ownership(), std::array<std::size_t, 1>{values.size()});
}

/// One channel of a map of P positions, P x C: P numbers.
template <class T>
auto channel(std::span<T> map, std::size_t index, std::size_t channels = 3) {
  const std::array<std::size_t, 2> shape{map.size() / channels, channels};
  return xt::view(xt::adapt(map.data(), map.size(), xt::no_ownership(), shape), xt::all(), index);
}

}  // namespace impasto::IMPASTO_ABI
