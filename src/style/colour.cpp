#include "style/colour.h"

#include <Eigen/Eigenvalues>

#include "kernel/ranges.h"
#include "model/network_weights.h"

namespace impasto {
namespace {

struct Moments {
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
};

constexpr Index kPixels = 8192;  // of a piece; sums depend on it, not on the number of threads

// Sums of x - shift and of its products, over a piece of the pixels.
struct Sums {
  std::array<double, 3> first{};
  std::array<double, 6> second{};  // 00 01 02 11 12 22
};

Sums sums_of(const float* pixels, Index count, const Eigen::Vector3d& shift) {
  Sums sums;
  for (Index i = 0; i < count; ++i) {
    const double r = static_cast<double>(pixels[3 * i]) - shift[0],
                 g = static_cast<double>(pixels[3 * i + 1]) - shift[1],
                 b = static_cast<double>(pixels[3 * i + 2]) - shift[2];
    const std::array<double, 3> x{r, g, b};
    const std::array<double, 6> xx{r * r, r * g, r * b, g * g, g * b, b * b};
    for (std::size_t k = 0; k < 3; ++k) sums.first[k] += x[k];
    for (std::size_t k = 0; k < 6; ++k) sums.second[k] += xx[k];
  }
  return sums;
}

// Mean and covariance of the pixels: about the first one, so that nothing is lost where a picture hardly varies.
Moments moments_of(View<const float> picture, const Context& context) {
  const Index P = picture.shape.count() / 3, pieces = (P + kPixels - 1) / kPixels;
  const Eigen::Vector3d shift(picture.data[0], picture.data[1], picture.data[2]);
  std::vector<Sums> parts(static_cast<std::size_t>(pieces));
  parallel_for(context, pieces, [&](Index i, int) {
    parts[static_cast<std::size_t>(i)] =
        sums_of(picture.data + 3 * i * kPixels, std::min(kPixels, P - i * kPixels), shift);
  });
  Moments m;
  Eigen::Matrix3d products = Eigen::Matrix3d::Zero();
  for (const Sums& part : parts) {
    for (int k = 0; k < 3; ++k) m.mean[k] += part.first[static_cast<std::size_t>(k)] / static_cast<double>(P);
    for (int a = 0, k = 0; a < 3; ++a) {
      for (int b = a; b < 3; ++b, ++k)
        products(a, b) += part.second[static_cast<std::size_t>(k)] / static_cast<double>(P);
    }
  }
  for (int a = 0; a < 3; ++a) {
    for (int b = a; b < 3; ++b) m.covariance(a, b) = m.covariance(b, a) = products(a, b) - m.mean[a] * m.mean[b];
  }
  m.mean += shift;
  return m;
}

// Of several pictures as one cloud, each with its weight.
Moments moments_of(const std::vector<WeightedPicture>& pictures, const Context& context) {
  double total = 0;
  for (const WeightedPicture& picture : pictures) total += picture.weight;
  std::vector<Moments> each;
  Moments cloud;
  for (const WeightedPicture& picture : pictures) {
    each.push_back(moments_of(picture.values, context));
    cloud.mean += picture.weight / total * each.back().mean;
  }
  for (std::size_t k = 0; k < each.size(); ++k) {
    const Eigen::Vector3d away = each[k].mean - cloud.mean;
    cloud.covariance += pictures[k].weight / total * (each[k].covariance + away * away.transpose());
  }
  return cloud;
}

// C^exponent of a symmetric matrix, through its eigenvalues, none of which counts as less than `floor`.
Eigen::Matrix3d power(const Eigen::Matrix3d& matrix, double exponent, double floor) {
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(matrix);
  const Eigen::Vector3d values = solver.eigenvalues().cwiseMax(floor).array().pow(exponent);
  return solver.eigenvectors() * values.asDiagonal() * solver.eigenvectors().transpose();
}

// y = map x + offset for every pixel.
Tensor<float> transformed(const Tensor<float>& picture, const Eigen::Matrix3d& map, const Eigen::Vector3d& offset,
                          const Context& context) {
  Tensor<float> result(picture.shape());
  const Eigen::Matrix3f m = map.cast<float>();
  const Eigen::Vector3f o = offset.cast<float>();
  const Index P = picture.shape().count() / 3;
  parallel_for(context, (P + kPixels - 1) / kPixels, [&](Index piece, int) {
    for (Index i = 3 * piece * kPixels; i < 3 * std::min(P, (piece + 1) * kPixels); i += 3) {
      const float r = picture[i], g = picture[i + 1], b = picture[i + 2];
      for (int c = 0; c < 3; ++c) result[i + c] = m(c, 0) * r + m(c, 1) * g + m(c, 2) * b + o[c];
    }
  });
  return result;
}

// A colour direction with less variance cannot be stretched to the other's without turning noise into colour.
constexpr double kFloor = 1e-4;

}  // namespace

Tensor<float> match_colour(const Tensor<float>& picture, const std::vector<WeightedPicture>& like,
                           const Context& context) {
  const Moments from = moments_of(picture.view(), context), to = moments_of(like, context);
  const Eigen::Matrix3d root = power(from.covariance, 0.5, kFloor), inverse = power(from.covariance, -0.5, kFloor);
  const Eigen::Matrix3d target = power(to.covariance, 1, kFloor);
  const Eigen::Matrix3d map = inverse * power(root * target * root, 0.5, 0) * inverse;
  return transformed(picture, map, to.mean - map * from.mean, context);
}

void prepare_colours(const Options& options, Scene<float>& scene, const Context& context) {
  if (options.colour != ColourMode::match) return;
  std::vector<WeightedPicture> styles;
  for (const SceneStyle<float>& style : scene.styles) styles.push_back({style.picture.view(), style.weight});
  scene.content = match_colour(scene.content, styles, context);
}

}  // namespace impasto
