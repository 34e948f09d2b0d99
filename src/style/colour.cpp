#include "style/colour.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "kernel/ranges.h"
#include "model/network_weights.h"

namespace impasto::inline v0_1 {
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

// body(pixel index) over all pixels.
template <class Body>
void for_pixels(const Context& context, Index pixels, Body&& body) {
  for_ranges(context, pixels, [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p) body(p);
  });
}

// y = map x + offset for every pixel.
Tensor<float> transformed(const Tensor<float>& picture, const Eigen::Matrix3d& map, const Eigen::Vector3d& offset,
                          const Context& context) {
  Tensor<float> result(picture.shape(), context);
  const Eigen::Matrix3f m = map.cast<float>();
  const Eigen::Vector3f o = offset.cast<float>();
  for_pixels(context, picture.shape().count() / 3, [&](Index p) {
    const Index i = 3 * p;
    const float r = picture[i], g = picture[i + 1], b = picture[i + 2];
    for (int c = 0; c < 3; ++c) result[i + c] = m(c, 0) * r + m(c, 1) * g + m(c, 2) * b + o[c];
  });
  return result;
}

// A colour direction with less variance cannot be stretched to the other's without turning noise into colour.
constexpr double kFloor = 1e-4;

// Luminance Y of Y'IQ, of a pixel in normalised units.
float luminance(const float* pixel) {
  constexpr std::array<double, 3> kShare{0.299, 0.587, 0.114};
  constexpr auto kOffset =
      static_cast<float>(kShare[0] * kRgbMean[0] + kShare[1] * kRgbMean[1] + kShare[2] * kRgbMean[2]);
  float sum = kOffset;
  for (std::size_t c = 0; c < 3; ++c) sum += static_cast<float>(kShare[c] * kRgbDeviation[c]) * pixel[c];
  return sum;
}

struct Spread {
  double mean, deviation;
};

Spread luminance_of(const Tensor<float>& picture, const Context& context) {
  const Index P = picture.shape().count() / 3;
  const double shift = static_cast<double>(luminance(picture.data()));
  const auto total = [&](int power) {
    return sum_pieces(context, P, [&](Index begin, Index end) {
      return sum_of(begin, end, [&](Index p) {
        const double y = static_cast<double>(luminance(picture.data() + 3 * p)) - shift;
        return power == 1 ? y : y * y;
      });
    });
  };
  const double mean = total(1) / static_cast<double>(P);
  return {shift + mean, std::sqrt(std::max(total(2) / static_cast<double>(P) - mean * mean, 0.0))};
}

// (1 - amount) picture + amount grey, with grey of luminance gain Y + offset.
void fade_to_grey(Tensor<float>& picture, double gain, double offset, double amount, const Context& context) {
  const auto g = static_cast<float>(gain), o = static_cast<float>(offset), a = static_cast<float>(amount);
  for_pixels(context, picture.shape().count() / 3, [&](Index p) {
    float* pixel = picture.data() + 3 * p;
    const float grey = g * luminance(pixel) + o;
    for (std::size_t c = 0; c < 3; ++c) {
      const float wanted = (grey - static_cast<float>(kRgbMean[c])) / static_cast<float>(kRgbDeviation[c]);
      pixel[c] += a * (wanted - pixel[c]);
    }
  });
}

// Content and styles without colour, each style's luminance with the mean and deviation of the content's.
void prepare_luminance(Scene<float>& scene, double amount, const Context& context) {
  const Spread content = luminance_of(scene.content, context);
  constexpr double kFlat = 0.01;  // a deviation below counts as this, so that a flat style is not made of noise
  for (SceneStyle<float>& style : scene.styles) {
    const Spread own = luminance_of(style.picture, context);
    const double gain = std::max(content.deviation, kFlat) / std::max(own.deviation, kFlat);
    fade_to_grey(style.picture, gain, content.mean - gain * own.mean, amount, context);
  }
  fade_to_grey(scene.content, 1, 0, amount, context);
}

// match_colour to a cloud whose moments are known.
Tensor<float> matched_to(const Tensor<float>& picture, const Moments& to, const Context& context) {
  const Moments from = moments_of(picture.view(), context);
  const Eigen::Matrix3d root = power(from.covariance, 0.5, kFloor), inverse = power(from.covariance, -0.5, kFloor);
  const Eigen::Matrix3d target = power(to.covariance, 1, kFloor);
  const Eigen::Matrix3d map = inverse * power(root * target * root, 0.5, 0) * inverse;
  return transformed(picture, map, to.mean - map * from.mean, context);
}

}  // namespace

Tensor<float> match_colour(const Tensor<float>& picture, const std::vector<WeightedPicture>& like,
                           const Context& context) {
  return matched_to(picture, moments_of(like, context), context);
}

Tensor<float> match_histogram(const Tensor<float>& picture, const std::vector<WeightedPicture>& like,
                              const Context& context) {
  const Moments to = moments_of(like, context);
  Tensor<float> matched = matched_to(picture, to, context);
  const Eigen::Matrix3d vectors = Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(to.covariance).eigenvectors();
  ColourAxes axes;
  for (int k = 0; k < 3; ++k) {
    for (int c = 0; c < 3; ++c)
      axes[static_cast<std::size_t>(k)][static_cast<std::size_t>(c)] = static_cast<float>(vectors(c, k));
  }
  match_distributions(matched, like, axes, context);
  return matched;
}

void prepare_colours(const Options& options, Scene<float>& scene, const Context& context) {
  const double amount = options.colour_amount;
  if (options.colour == ColourMode::style || amount == 0) return;
  if (options.colour == ColourMode::content_luminance) return prepare_luminance(scene, amount, context);
  std::vector<WeightedPicture> styles;
  for (const SceneStyle<float>& style : scene.styles) styles.push_back({style.picture.view(), style.weight});
  Tensor<float> matched = options.colour == ColourMode::match ? match_colour(scene.content, styles, context)
                                                              : match_histogram(scene.content, styles, context);
  if (amount < 1) {
    const auto share = static_cast<float>(amount);
    for_ranges(context, matched.shape().count(), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) matched[i] = scene.content[i] + share * (matched[i] - scene.content[i]);
    });
  }
  scene.content = std::move(matched);
}

// Y'IQ has Y with the same share in R, G and B: its change alone is added to the original, which keeps I and Q.
void finish_colours(const Options& options, std::span<float> painting, const Tensor<float>& original,
                    const Context& context) {
  if (options.colour != ColourMode::content_luminance || options.colour_amount == 0) return;
  IMPASTO_ASSERT(painting.size() == original.values().size());
  const auto amount = static_cast<float>(options.colour_amount);
  for_pixels(context, original.shape().count() / 3, [&](Index p) {
    float* pixel = painting.data() + 3 * p;
    const float* from = original.data() + 3 * p;
    const float change = luminance(pixel) - luminance(from);
    for (std::size_t c = 0; c < 3; ++c) {
      const float wanted = from[c] + change / static_cast<float>(kRgbDeviation[c]);
      pixel[c] += amount * (wanted - pixel[c]);
    }
  });
}

}  // namespace impasto::inline v0_1
