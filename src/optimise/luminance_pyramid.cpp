#include "optimise/luminance_pyramid.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {
namespace {

// g of luminance from fine to coarse, and c of colours, found by how soon losses fall: about one over the root of the
// formula network's curvature; and of real VGG16's (docs/PERFORMANCE.md, "L-BFGS and its variables").
struct Gains {
  std::array<double, kPyramidLevels> luminance;
  double colours;
};
constexpr Gains kOfFormula = {{1, 0.8, 0.8, 0.4}, 0.65}, kOfTrained = {{1, 1, 1, 1}, 1.7};

const Gains& gains_of(LbfgsVariables variables) {
  return variables == LbfgsVariables::colour_pyramid ? kOfTrained : kOfFormula;
}

// Columns of the coarse plane that are made together: their rows stay in L1.
constexpr Index kColumns = 512;

// Of a picture's planes, each half as high and as wide as the one before.
std::array<Shape, kPyramidLevels> level_shapes(const Shape& picture) {
  std::array<Shape, kPyramidLevels> shapes{Shape{picture[0], picture[1]}};
  for (std::size_t l = 1; l < shapes.size(); ++l) shapes[l] = {(shapes[l - 1][0] + 1) / 2, (shapes[l - 1][1] + 1) / 2};
  return shapes;
}

// What the last position of a side is scaled by.
template <class T>
T end_scale(Index position, Index side) {
  return 2 * position + 1 == side ? std::numbers::sqrt2_v<T> : T(1);
}

// 2k - 1 .. 2k + 2 of the fine rows in one, on columns [begin, end); a row behind an odd height is 0.
template <class T>
void shrink_down(const Tensor<T>& fine, Index k, Index begin, Index end, T* row) {
  const Index H = fine.shape()[0], W = fine.shape()[1];
  const T scale = end_scale<T>(k, H) / 8;
  const T *b = fine.data() + 2 * k * W + begin, *a = k > 0 ? b - W : b;
  if (2 * k + 1 == H) {
    for (Index j = 0; j < end - begin; ++j) row[j] = scale * (a[j] + 3 * b[j]);
    return;
  }
  const T *c = b + W, *d = 2 * k + 2 < H ? c + W : c;
  for (Index j = 0; j < end - begin; ++j) row[j] = scale * (a[j] + 3 * (b[j] + c[j]) + d[j]);
}

// What E makes of the coarse rows for row i of the fine plane, on columns [begin, end).
template <class T>
void enlarge_down(const Tensor<T>& coarse, Index H, Index i, Index begin, Index end, T* row) {
  const Index W = coarse.shape()[1], k = i / 2;
  const Index beside = std::clamp(i % 2 == 0 ? k - 1 : k + 1, Index{0}, coarse.shape()[0] - 1);
  const T of_near = 3 * end_scale<T>(k, H) / 4, of_far = end_scale<T>(beside, H) / 4;
  const T *near = coarse.data() + k * W + begin, *far = coarse.data() + beside * W + begin;
  for (Index j = 0; j < end - begin; ++j) row[j] = of_near * near[j] + of_far * far[j];
}

}  // namespace

template <class T>
LuminancePyramid<T>::LuminancePyramid(LbfgsVariables variables, const Shape& picture, const Context& context)
    : context_(context), gains_(gains_of(variables).luminance), colour_gain_(gains_of(variables).colours) {
  IMPASTO_ASSERT(picture.rank() == 3 && picture[2] == 3);
  for (const Shape& shape : level_shapes(picture)) levels_.emplace_back(shape, context);
}

template <class T>
std::uint64_t LuminancePyramid<T>::bytes(const Shape& picture) {
  std::uint64_t values = 0;
  for (const Shape& shape : level_shapes(picture)) values += static_cast<std::uint64_t>(shape.count());
  return values * sizeof(T);
}

template <class T>
void LuminancePyramid<T>::apply(std::span<const T> x, std::span<T> y) {
  const T u = std::numbers::inv_sqrt3_v<T>, c = static_cast<T>(colour_gain_);
  const T* in = x.data();
  T *out = y.data(), *L = levels_.front().data();
  const Index positions = levels_.front().shape().count();
  for_ranges(context_, positions, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) L[i] = u * (in[3 * i] + in[3 * i + 1] + in[3 * i + 2]);
  });
  for (std::size_t l = 1; l < levels_.size(); ++l) shrink(levels_[l - 1], levels_[l]);
  for (T& value : levels_.back().values()) value *= static_cast<T>(gains_.back());
  for (std::size_t l = levels_.size() - 1; l > 0; --l)
    add_enlarged(levels_[l], static_cast<T>(gains_[l - 1]), levels_[l - 1]);
  for_ranges(context_, positions, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const T R = in[3 * i], G = in[3 * i + 1], B = in[3 * i + 2];
      const T more = u * (L[i] - c * u * (R + G + B));
      out[3 * i] = c * R + more;
      out[3 * i + 1] = c * G + more;
      out[3 * i + 2] = c * B + more;
    }
  });
}

// coarse = D fine
template <class T>
void LuminancePyramid<T>::shrink(const Tensor<T>& fine, Tensor<T>& coarse) const {
  const Index W = fine.shape()[1], columns = coarse.shape()[1];
  parallel_for(context_, coarse.shape()[0], [&](Index k, int) {
    std::array<T, 2 * kColumns + 3> values;
    for (Index begin = 0; begin < columns; begin += kColumns) {
      const Index end = std::min(columns, begin + kColumns);
      T* row = values.data() + 1;  // of column 2 begin
      const Index left = begin == 0 ? 0 : 1, right = std::min(W, 2 * end + 1);
      shrink_down(fine, k, 2 * begin - left, right, row - left);
      if (begin == 0) row[-1] = row[0];
      for (Index j = right; j < 2 * end + 1; ++j) row[j - 2 * begin] = W % 2 == 0 ? row[W - 1 - 2 * begin] : T(0);
      T* to = coarse.data() + k * columns + begin;
      for (Index j = 0; j < end - begin; ++j)
        to[j] = (row[2 * j - 1] + 3 * (row[2 * j] + row[2 * j + 1]) + row[2 * j + 2]) / 8;
      to[end - begin - 1] *= end_scale<T>(end - 1, W);
    }
  });
}

// fine = gain fine + E coarse
template <class T>
void LuminancePyramid<T>::add_enlarged(const Tensor<T>& coarse, T gain, Tensor<T>& fine) const {
  const Index H = fine.shape()[0], W = fine.shape()[1], columns = coarse.shape()[1];
  parallel_for(context_, H, [&](Index i, int) {
    std::array<T, kColumns + 2> values;
    for (Index begin = 0; begin < columns; begin += kColumns) {
      const Index end = std::min(columns, begin + kColumns);
      T* row = values.data() + 1;  // of column `begin`
      const Index left = begin == 0 ? 0 : 1, right = std::min(columns, end + 1);
      enlarge_down(coarse, H, i, begin - left, right, row - left);
      if (right == columns) row[columns - 1 - begin] *= end_scale<T>(columns - 1, W);
      if (begin == 0) row[-1] = row[0];
      if (end == columns) row[end - begin] = row[end - begin - 1];
      T* to = fine.data() + i * W + 2 * begin;
      for (Index j = 0; j < (std::min(W, 2 * end) - 2 * begin) / 2; ++j) {
        to[2 * j] = gain * to[2 * j] + (3 * row[j] + row[j - 1]) / 4;
        to[2 * j + 1] = gain * to[2 * j + 1] + (3 * row[j] + row[j + 1]) / 4;
      }
      if (2 * end <= W) continue;
      T& last = to[W - 1 - 2 * begin];
      last = gain * last + (3 * row[end - 1 - begin] + row[end - 2 - begin]) / 4;
    }
  });
}

template class LuminancePyramid<float>;
template class LuminancePyramid<double>;

}  // namespace impasto::IMPASTO_ABI
