// Painting with the built-in network: what must hold whatever it was trained to.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

// Slanting waves, their crests in another place in each channel.
Image slanting(int width, int height, float frequency) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        image.at(x, y, c) = 0.5F + 0.4F * std::sin(frequency * static_cast<float>(x + y) + static_cast<float>(c));
    }
  }
  return image;
}

Result paint(int scales, const Context& context) {
  const Weights weights = Weights::builtin();
  Options options = preset("default", weights);
  options.size = 64;
  options.scale_count = scales;
  options.iterations = {8, 4};
  return stylise(slanting(64, 48, 0.2F), slanting(50, 60, 0.9F), weights, options, {}, context);
}

TEST_CASE("style: the default painting with the built-in network lowers its loss, by the same bits on any threads") {
  const Result at_once = paint(1, Context(2));
  CHECK(at_once.last.total < at_once.first.total);
  const Result one = paint(2, Context(1));
  CHECK(one.steps == 12);
  CHECK(one.values == paint(2, Context(3)).values);
}

TEST_CASE("style: presets that name what the built-in network has are valid with it, and the others say what to do") {
  const Weights weights = Weights::builtin();
  for (const PresetInfo& info : presets()) {
    INFO(info.name);
    if (info.name.starts_with("tutorial")) continue;
    CHECK_NOTHROW(validate(preset(info.name, weights), weights));
    CHECK(stand_ins(preset(info.name, weights), weights).empty());
  }
  CHECK(error_of(ErrorCode::usage, [&] { validate(preset("tutorial", weights), weights); }) ==
        "content layer 'block5_conv2' is not in the weights, which end at block5_conv1; use a shallower layer, or "
        "weights "
        "that go deeper: --weights formula, or a file of all of VGG19 or VGG16");
}

TEST_CASE("style: the built-in network's recipe compares no layer that is pooled right after it") {
  const Options options = preset("default", Weights::builtin());
  CHECK(options.style_layers.size() == 7);
  for (const LayerWeight& layer : options.style_layers) {
    CHECK(layer.weight == 1);
    for (const char* pooled : {"block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3"})
      CHECK(layer.layer != pooled);
  }
  CHECK(format_layers(options.content_layers) == "block4_conv2=1");
}

}  // namespace
}  // namespace impasto::testing
