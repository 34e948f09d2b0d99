#include "style/digest.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/checksum.h"
#include "impasto/version.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class Number>
void add(Sha256& sum, std::span<const Number> numbers) {
  sum.add({reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size_bytes()});
}

void add(Sha256& sum, const Tensor<float>& tensor) {
  std::array<std::int64_t, Shape::kMaxRank> sizes{};
  for (int i = 0; i < tensor.shape().rank(); ++i) sizes[static_cast<std::size_t>(i)] = tensor.shape()[i];
  add<std::int64_t>(sum, sizes);
  add<float>(sum, {tensor.data(), static_cast<std::size_t>(tensor.empty() ? 0 : tensor.shape().count())});
}

void add(Sha256& sum, const Image& image) {
  add<std::int64_t>(sum, std::array<std::int64_t, 2>{image.width(), image.height()});
  add<float>(sum, image.pixels());
  add<float>(sum, image.alpha());
}

}  // namespace

std::string digest_of(const Scene<float>& scene, const Pictures& pictures) {
  if (!has_checksums()) return {};
  Sha256 sum;
  add(sum, scene.content);
  add(sum, scene.original);
  for (const SceneStyle<float>& style : scene.styles) {
    add(sum, style.picture);
    add<double>(sum, std::array<double, 1>{style.weight});
  }
  for (const StylePicture& style : pictures.styles) add(sum, style.mask);
  for (const Image* mask : {&pictures.content_mask, &pictures.protect, &pictures.smooth}) add(sum, *mask);
  return sum.digits();
}

std::string digest_of_style(const Tensor<float>& picture, const Guide& guide, std::size_t k,
                            const std::string& circumstances) {
  Sha256 sum;
  add(sum, picture);
  for (const Region& region : guide.regions) add(sum, region.styles[k]);
  add<char>(sum, circumstances);
  return sum.digits();
}

std::string digest_of(const NetworkWeights& weights) {
  if (weights.oriented) return "impasto " IMPASTO_VERSION;
  if (!has_checksums()) return {};
  Sha256 sum;
  if (weights.architecture != kVgg19) add<int>(sum, weights.architecture.convolutions);
  for (const ConvWeights& layer : weights.convolutions) {
    add(sum, layer.w);
    add(sum, layer.b);
  }
  return sum.digits();
}

}  // namespace impasto::IMPASTO_ABI
