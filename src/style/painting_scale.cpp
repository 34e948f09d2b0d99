#include "style/painting_scale.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/resize.h"
#include "model/picture_units.h"
#include "style/colour.h"
#include "style/scales.h"

namespace impasto::IMPASTO_ABI {
namespace {

Image resized(const Image& image, PaintingSize size, const ResizeOptions& how, const Context& context) {
  const bool same = image.width() == size.width && image.height() == size.height;
  return same ? image : resize(image, size.width, size.height, how, context);
}

// What the network sees.
Tensor<float> to_tensor(const Image& image, PaintingSize size, const Context& context) {
  Tensor<float> tensor({size.height, size.width, 3}, context);
  normalise(image, tensor.data(), context);
  return tensor;
}

// The straight colour that under alpha a looks on white like `paint`, in place. Where the paint is darker than a little
// alpha can show, it keeps its hue: as far from the paint towards that colour as there are colours. `own`: the
// content's.
void make_straight(float* paint, const float* own, float a) {
  float straight[3], share = 1;
  for (int c = 0; c < 3; ++c) {
    const float low = std::min(own[c], 0.0F);
    paint[c] = std::clamp(paint[c], low, std::max(own[c], 1.0F));
    straight[c] = (paint[c] - (1 - a)) / a;
    if (straight[c] < low) share = std::min(share, (paint[c] - low) / (paint[c] - straight[c]));
  }
  for (int c = 0; c < 3; ++c) paint[c] += share * (straight[c] - paint[c]);
}

// Gives a painting that was seen on white its content's alpha and straight colours; the content's own where nobody can
// see them.
void make_clear(Image& painting, const Image& content) {
  constexpr float kSeen = 0.5F / 255;
  float* paint = painting.pixels().data();
  const float* own = content.pixels().data();
  for (const float a : content.alpha()) {
    if (a < kSeen) {
      std::copy(own, own + 3, paint);
    } else if (a < 1) {
      make_straight(paint, own, a);
    }
    paint += 3;
    own += 3;
  }
  painting.set_alpha(std::vector<float>(content.alpha().begin(), content.alpha().end()));
}

}  // namespace

Scene<float> make_scene(const Pictures& pictures, const Guide& guide, const Options& options, PaintingSize size,
                        const Context& context) {
  Scene<float> scene;
  Image content = resized(pictures.content, size, options.resize, context);
  scene.content = to_tensor(content, size, context);
  if (!content.alpha().empty() && content.alpha_use() == AlphaUse::straight) scene.clear = std::move(content);
  for (const StylePicture& style : pictures.styles) {
    const PaintingSize own = style_size(style.image, options, size, painting_size(pictures.content, options));
    scene.styles.push_back({to_tensor(resized(style.image, own, options.resize, context), own, context), style.weight});
  }
  scene.guide = &guide;
  scene.protect = grey_map(pictures.protect);
  scene.smooth = grey_map(pictures.smooth);
  if (!scene.protect.empty() || options.colour == ColourMode::content_luminance) scene.original = scene.content.clone();
  prepare_colours(options, scene, context);
  return scene;
}

PaintingScale::PaintingScale(Scene<float> scene) : shape_(scene.content.shape()), scene_(std::move(scene)) {
  if (!scene_.protect.empty()) protect_ = resize_map(scene_.protect, shape_[0], shape_[1]);
}

void PaintingScale::open(const Vgg<float>& network, const NetworkWeights& weights, const Options& options,
                         bool keeps_content, const Context& context) {
  objective_ = std::make_unique<Objective<float>>(network, weights, options, scene_, context,
                                                  std::vector<std::size_t>{}, keeps_content);
  scene_.content = {};
  scene_.styles.clear();
  scene_.smooth = {};
}

Image PaintingScale::finish(Tensor<float> x, const Options& options, const Context& context) const {
  if (!protect_.empty()) {
    for (Index i = 0; i < x.shape().count(); ++i) x[i] += protect_[i / 3] * (scene_.original[i] - x[i]);
  }
  finish_colours(options, x.values(), scene_.original, context);
  Image image = denormalise(x.values(), size().width, size().height);
  if (!scene_.clear.empty()) make_clear(image, scene_.clear);
  return image;
}

}  // namespace impasto::IMPASTO_ABI
