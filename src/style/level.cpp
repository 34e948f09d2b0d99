#include "style/level.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "style/colour.h"
#include "style/scales.h"

namespace impasto::inline v0_1 {
namespace {

Tensor<float> to_tensor(const Image& image, PaintingSize size, const ResizeOptions& how, const Context& context) {
  const bool same = image.width() == size.width && image.height() == size.height;
  const std::vector<float> values = normalise(same ? image : resize(image, size.width, size.height, how));
  Tensor<float> tensor({size.height, size.width, 3}, context);
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

}  // namespace

Scene<float> make_scene(const Pictures& pictures, const Guide& guide, const Options& options, PaintingSize size,
                        const Context& context) {
  Scene<float> scene;
  scene.content = to_tensor(pictures.content, size, options.resize, context);
  scene.original = scene.content.clone();
  for (const StylePicture& style : pictures.styles) {
    const PaintingSize own = style_size(style.image, options, size, painting_size(pictures.content, options));
    scene.styles.push_back({to_tensor(style.image, own, options.resize, context), style.weight});
  }
  scene.guide = &guide;
  scene.protect = grey_map(pictures.protect);
  scene.smooth = grey_map(pictures.smooth);
  prepare_colours(options, scene, context);
  return scene;
}

Level::Level(const Vgg19<float>& network, const NetworkWeights& weights, const Options& options, Scene<float> scene,
             const Context& context)
    : objective_(std::make_unique<Objective<float>>(network, weights, options, scene, context)),
      original_(std::move(scene.original)) {
  if (!scene.protect.empty()) protect_ = resize_map(scene.protect, original_.shape()[0], original_.shape()[1]);
}

Image Level::finish(Tensor<float> x, const Options& options, const Context& context) const {
  if (!protect_.empty()) {
    for (Index i = 0; i < x.shape().count(); ++i) x[i] += protect_[i / 3] * (original_[i] - x[i]);
  }
  finish_colours(options, x.values(), original_, context);
  return denormalise(x.values(), size().width, size().height);
}

}  // namespace impasto::inline v0_1
