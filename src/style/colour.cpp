#include "style/colour.h"

#include <Eigen/Eigenvalues>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace impasto {
namespace {

struct Moments {
  Eigen::Vector3d mean;
  Eigen::Matrix3d covariance;
};

// Rows are pixels, columns are channels.
auto as_pixels(const Tensor<float>& picture) {
  const std::array<std::size_t, 2> shape{static_cast<std::size_t>(picture.shape().count() / 3), 3};
  return xt::adapt(picture.data(), static_cast<std::size_t>(picture.shape().count()), xt::no_ownership(), shape);
}

Moments moments_of(const Tensor<float>& picture) {
  const auto pixels = as_pixels(picture);
  Moments m;
  for (int a = 0; a < 3; ++a) m.mean[a] = xt::mean<double>(xt::view(pixels, xt::all(), a))();
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      const auto product = (xt::cast<double>(xt::view(pixels, xt::all(), a)) - m.mean[a]) *
                           (xt::cast<double>(xt::view(pixels, xt::all(), b)) - m.mean[b]);
      m.covariance(a, b) = xt::mean<double>(product)();
    }
  }
  return m;
}

// C^exponent of a symmetric matrix, through its eigenvalues, none of which counts as less than `floor`.
Eigen::Matrix3d power(const Eigen::Matrix3d& matrix, double exponent, double floor) {
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(matrix);
  const Eigen::Vector3d values = solver.eigenvalues().cwiseMax(floor).array().pow(exponent);
  return solver.eigenvectors() * values.asDiagonal() * solver.eigenvectors().transpose();
}

}  // namespace

Tensor<float> match_colour(const Tensor<float>& picture, const Tensor<float>& like) {
  const Moments from = moments_of(picture), to = moments_of(like);
  // A colour direction with less variance cannot be stretched to the other's without turning noise into colour.
  constexpr double kFloor = 1e-4;
  const Eigen::Matrix3d root = power(from.covariance, 0.5, kFloor), inverse = power(from.covariance, -0.5, kFloor);
  const Eigen::Matrix3d target = power(to.covariance, 1, kFloor);
  const Eigen::Matrix3d map = inverse * power(root * target * root, 0.5, 0) * inverse;
  Tensor<float> matched(picture.shape());
  for (Index i = 0; i < picture.shape().count(); i += 3) {
    const Eigen::Vector3d x(picture[i], picture[i + 1], picture[i + 2]);
    const Eigen::Vector3d y = map * (x - from.mean) + to.mean;
    for (Index c = 0; c < 3; ++c) matched[i + c] = static_cast<float>(y[c]);
  }
  return matched;
}

}  // namespace impasto
