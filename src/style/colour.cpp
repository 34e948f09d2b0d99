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
#include "base/ranges.h"
#include "model/network_weights.h"
#include "tensor/whole_arrays.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct Moments {
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
};

// Of the colours of a picture, about their mean, so that nothing is lost where it hardly varies.
Moments moments_of(const View<const float>& picture, const Context& context) {
  const Index count = picture.shape.count() / 3;
  const auto colour = [&](Index p) -> Eigen::Vector3d {
    return Eigen::Map<const Eigen::Vector3f>(picture.data + 3 * p).cast<double>();
  };
  Moments m;
  m.mean = sum_pieces(context, count,
                      [&](Index begin, Index end) {
                        Eigen::Vector3d sum = Eigen::Vector3d::Zero();
                        for (Index p = begin; p < end; ++p) sum += colour(p);
                        return sum;
                      }) /
           static_cast<double>(count);
  m.covariance = sum_pieces(context, count,
                            [&](Index begin, Index end) {
                              Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
                              for (Index p = begin; p < end; ++p) {
                                const Eigen::Vector3d away = colour(p) - m.mean;
                                sum += away * away.transpose();
                              }
                              return sum;
                            }) /
                 static_cast<double>(count);
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
  Tensor<float> result(picture.shape(), context);
  const Eigen::Matrix3f m = map.cast<float>();
  const Eigen::Vector3f o = offset.cast<float>();
  for_ranges(context, picture.shape().count() / 3, [&, x = picture.data(), y = result.data()](Index begin, Index end) {
    for (Index p = 3 * begin; p < 3 * end; p += 3) {
      for (int c = 0; c < 3; ++c) y[p + c] = m(c, 0) * x[p] + m(c, 1) * x[p + 1] + m(c, 2) * x[p + 2] + o[c];
    }
  });
  return result;
}

// A colour direction with less variance cannot be stretched to the other's without turning noise into colour.
constexpr double kFloor = 1e-4;

// Luminance Y of Y'IQ of every pixel, from normalised units.
auto luminance(std::span<const float> picture) {
  constexpr std::array<double, 3> kShare{0.299, 0.587, 0.114};
  constexpr auto kOffset =
      static_cast<float>(kShare[0] * kRgbMean[0] + kShare[1] * kRgbMean[1] + kShare[2] * kRgbMean[2]);
  const auto share = [&](std::size_t c) {
    return static_cast<float>(kShare[c] * kRgbDeviation[c]) * channel(picture, c);
  };
  return float{kOffset} + share(0) + share(1) + share(2);
}

// (1 - amount) picture + amount grey, with grey of luminance gain Y + offset.
void fade_to_grey(Tensor<float>& picture, double gain, double offset, double amount, const Context& context) {
  const auto g = static_cast<float>(gain), o = static_cast<float>(offset), a = static_cast<float>(amount);
  Tensor<float> memory({picture.shape().count() / 3}, context);
  auto grey = flat(memory.values());
  xt::noalias(grey) = g * luminance(picture.values()) + o;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto mean = static_cast<float>(kRgbMean[c]), deviation = static_cast<float>(kRgbDeviation[c]);
    auto x = channel(picture.values(), c);
    xt::noalias(x) += a * ((grey - mean) / deviation - x);
  }
}

// Content and styles without colour, each style's luminance with the mean and deviation of the content's.
void prepare_luminance(Scene<float>& scene, double amount, const Context& context) {
  static constexpr double kFlat = 0.01;  // a deviation below counts as this, so that a flat style is not made of noise
  const auto mean = [](const Tensor<float>& x) { return xt::mean<double>(luminance(x.values()))(); };
  const auto deviation = [](const Tensor<float>& x) {
    return std::max(xt::stddev<double>(luminance(x.values()))(), kFlat);
  };
  const double wanted_mean = mean(scene.content), wanted_deviation = deviation(scene.content);
  for (SceneStyle<float>& style : scene.styles) {
    const double gain = wanted_deviation / deviation(style.picture);
    fade_to_grey(style.picture, gain, wanted_mean - gain * mean(style.picture), amount, context);
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
    const auto from = flat(scene.content.values());
    auto to = flat(matched.values());
    xt::noalias(to) = from + share * (to - from);
  }
  scene.content = std::move(matched);
}

// Y'IQ has Y with the same share in R, G and B: its change alone is added to the original, which keeps I and Q.
void finish_colours(const Options& options, std::span<float> painting, const Tensor<float>& original,
                    const Context& context) {
  if (options.colour != ColourMode::content_luminance || options.colour_amount == 0) return;
  IMPASTO_ASSERT(painting.size() == original.values().size());
  const auto amount = static_cast<float>(options.colour_amount);
  Tensor<float> memory({original.shape().count() / 3}, context);
  auto change = flat(memory.values());
  xt::noalias(change) = luminance(painting) - luminance(original.values());
  for (std::size_t c = 0; c < 3; ++c) {
    const auto deviation = static_cast<float>(kRgbDeviation[c]);
    const auto from = channel(original.values(), c);
    auto x = channel(painting, c);
    xt::noalias(x) += amount * (from + change / deviation - x);
  }
}

}  // namespace impasto::IMPASTO_ABI
