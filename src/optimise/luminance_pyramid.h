// The change of variables that L-BFGS runs in: a picture's coarse luminance moves further than its fine luminance, and
// its colours less far, or further. docs/MATH.md, "L-BFGS and its variables".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "impasto/context.h"
#include "impasto/optimisers.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

inline constexpr std::size_t kPyramidLevels = 4;

/// The linear map S of pictures of H x W x 3, symmetric and positive definite: with u = (1, 1, 1) / sqrt 3, at every
/// position,
///
///   S x = c x + u (P L - c L),   L = u . x
///   P   = g_0 + E_1 (g_1 + E_2 (g_2 + E_3 g_3 D_3) D_2) D_1
///
/// D_l halves the sides by the filter (1 3 3 1) / 8, borders repeated, and E_l = 4 D_l^T enlarges by linear
/// interpolation. Of the last position of an odd side (1 3) / 8 sqrt 2 is read, so that E_l D_l of a constant is that
/// constant and E_l stays 4 D_l^T.
///
/// Its memory is 4/3 of a plane; `apply` takes none. Same bits for any number of threads. Thread
/// safety: one thread at a time.
template <class T>
class LuminancePyramid {
 public:
  /// g and c of what L-BFGS moves, but of LbfgsVariables::pixels, which need no map.
  LuminancePyramid(LbfgsVariables variables, const Shape& picture, const Context& context);
  static std::uint64_t bytes(const Shape& picture);

  /// y = S x; y may be x.
  void apply(std::span<const T> x, std::span<T> y);

 private:
  void shrink(const Tensor<T>& fine, Tensor<T>& coarse) const;
  void add_enlarged(const Tensor<T>& coarse, T gain, Tensor<T>& fine) const;

  Context context_;
  std::array<double, kPyramidLevels> gains_;  // g, from fine to coarse
  double colour_gain_;                        // c
  std::vector<Tensor<T>> levels_;             // H x W, each half as high and as wide as the one before
};

extern template class LuminancePyramid<float>;
extern template class LuminancePyramid<double>;

}  // namespace impasto::IMPASTO_ABI
