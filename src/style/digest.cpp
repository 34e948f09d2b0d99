#include "style/digest.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "base/parallel.h"
#include "impasto/version.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class Number>
void add(Sha256& sum, std::span<const Number> numbers) {
  sum.add({reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size_bytes()});
}

// The checksums of stretches, which threads take.
void add_stretches(Sha256& sum, std::span<const float> numbers, const Context& context) {
  constexpr std::size_t kStretch = std::size_t{1} << 15;
  std::vector<std::string> digits((numbers.size() + kStretch - 1) / kStretch);
  parallel_for(context, static_cast<std::ptrdiff_t>(digits.size()), [&](std::ptrdiff_t i, int) {
    const std::size_t begin = static_cast<std::size_t>(i) * kStretch;
    Sha256 own;
    add<float>(own, numbers.subspan(begin, std::min(kStretch, numbers.size() - begin)));
    digits[static_cast<std::size_t>(i)] = own.digits();
  });
  for (const std::string& own : digits) add<char>(sum, own);
}

void add(Sha256& sum, const Tensor<float>& tensor, const Context& context) {
  std::array<std::int64_t, Shape::kMaxRank> sizes{};
  for (int i = 0; i < tensor.shape().rank(); ++i) sizes[static_cast<std::size_t>(i)] = tensor.shape()[i];
  add<std::int64_t>(sum, sizes);
  add_stretches(sum, tensor.values(), context);
}

void add(Sha256& sum, const Image& image, const Context& context) {
  add<std::int64_t>(sum, std::array<std::int64_t, 2>{image.width(), image.height()});
  add_stretches(sum, image.pixels(), context);
  add_stretches(sum, image.alpha(), context);
}

}  // namespace

std::string digest_of(const Scene<float>& scene, const Pictures& pictures, const Context& context) {
  if (!has_checksums()) return {};
  Sha256 sum;
  add(sum, scene.content, context);
  add(sum, scene.original, context);
  for (const SceneStyle<float>& style : scene.styles) {
    add(sum, style.picture, context);
    add<double>(sum, std::array<double, 1>{style.weight});
  }
  for (const StylePicture& style : pictures.styles) add(sum, style.mask, context);
  for (const Image* mask : {&pictures.content_mask, &pictures.protect, &pictures.smooth}) add(sum, *mask, context);
  return sum.digits();
}

std::string digest_of_style(const Tensor<float>& picture, const Guide& guide, std::size_t k,
                            const std::string& circumstances, const Context& context) {
  Sha256 sum;
  add(sum, picture, context);
  for (const Region& region : guide.regions) add(sum, region.styles[k], context);
  add<char>(sum, circumstances);
  return sum.digits();
}

std::string digest_of(const NetworkWeights& weights, const Context& context) {
  if (weights.oriented) return "impasto " IMPASTO_VERSION;
  if (!has_checksums()) return {};
  Sha256 sum;
  if (weights.architecture != kVgg19) add<int>(sum, weights.architecture.convolutions);
  for (const ConvWeights& layer : weights.convolutions) {
    add(sum, layer.w, context);
    add(sum, layer.b, context);
  }
  return sum.digits();
}

}  // namespace impasto::IMPASTO_ABI
