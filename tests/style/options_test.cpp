#include "impasto/options.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "impasto/option_fields.h"
#include "impasto/stylise.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

const Weights& formula() {
  static const Weights weights = Weights::formula();
  return weights;
}

template <class Change>
std::string refusal(Change change) {
  Options options = preset("default", formula());
  change(options);
  return error_of(ErrorCode::usage, [&] { validate(options, formula()); });
}

TEST_CASE("style: the tutorial preset has exactly the tutorial's numbers") {
  const Options o = preset("tutorial", formula());
  CHECK(o.width == 450);
  CHECK(o.height == 300);
  CHECK(o.style_exact);
  CHECK(o.resize.filter == Filter::bilinear);
  CHECK(o.colour == ColourMode::style);
  CHECK(format_layers(o.content_layers) == "block4_conv2=0.5,block5_conv2=0.5");
  CHECK(format_layers(o.style_layers) ==
        "block1_conv1=0.2,block2_conv1=0.2,block3_conv1=0.2,block4_conv1=0.2,block5_conv1=0.2");
  CHECK(o.content_weight == 1);
  CHECK(o.style_weight == 100);
  CHECK(o.tv_weight == 0);
  CHECK(o.loss_scale == LossScale::tutorial);
  CHECK(o.iterations == std::vector<int>{2000});
  CHECK(o.steps_per_epoch == 100);
  CHECK(o.optimiser == OptimiserKind::adam);
  CHECK(o.scale_count == 1);
  CHECK(o.adam.learning_rate == 0.03);
  CHECK(o.adam.beta1 == 0.9);
  CHECK(o.adam.beta2 == 0.999);
  CHECK(o.adam.epsilon == 1e-7);
  CHECK(o.adam.convention == AdamEpsilon::keras);
  CHECK(o.start == Start::blend);
  CHECK(o.noise == NoiseKind::uniform);
  CHECK(o.noise_amplitude == 0.2);
  CHECK(o.pooling == Pooling::max);
  CHECK(o.preprocess == Preprocess::literal);
  CHECK(o.encode.jpeg_quality == 95);
  CHECK(o.encode.jpeg_subsampling);
  CHECK(o.encode.rounding == Rounding::truncate);
}

TEST_CASE("style: tutorial-fast has the tutorial's picture and loss; only the way there is another") {
  const Options slow = preset("tutorial", formula()), fast = preset("tutorial-fast", formula());
  const std::set<std::string> way = {"scales",        "iterations", "steps-per-epoch", "optimiser", "lbfgs-variables",
                                     "lbfgs-history", "init",       "init-noise"};
  for (const OptionField& field : option_fields()) {
    INFO(field.name);
    CHECK((field.get(slow) != field.get(fast)) == way.contains(field.name));
  }
}

Image slanting_waves(int width, int height, double slope) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.pixels().size(); ++i) {
    const double x = static_cast<double>(i / 3 % static_cast<std::size_t>(width));
    const double y = static_cast<double>(i / 3 / static_cast<std::size_t>(width));
    image.pixels()[i] = static_cast<float>(0.5 + 0.4 * std::sin(0.3 * x + slope * y + 2 * static_cast<double>(i % 3)));
  }
  return image;
}

TEST_CASE("style: tutorial-fast ends lower than the tutorial in a tenth of its evaluations") {
  const auto lowest = [](const char* name, std::vector<int> iterations) {
    Options options = preset(name, formula());
    options.width = 72;
    options.height = 48;
    options.scale_count = std::min(options.scale_count, 2);  // a third would be too small for block5_conv2
    options.iterations = std::move(iterations);
    double loss = 1e30, work = 0;
    stylise(slanting_waves(72, 48, 0.1), slanting_waves(60, 60, -0.7), formula(), options,
            [&](const Stylizer&, const Step& step) {
              work += step.evaluations * static_cast<double>(step.width * step.height) / (72 * 48);
              if (step.width == 72) loss = std::min(loss, step.losses.total);
              return true;
            });
    return std::pair(loss, work);
  };
  const auto [slow, slow_work] = lowest("tutorial", {200});
  const auto [fast, fast_work] = lowest("tutorial-fast", {10, 12});
  CHECK(fast < slow);
  CHECK(fast_work < slow_work / 10);
}

TEST_CASE("style: every preset passes validation with the weights by formula, and the default comes first") {
  CHECK(presets().front().name == "default");
  for (const PresetInfo& info : presets()) {
    INFO(info.name);
    CHECK_FALSE(info.summary.empty());
    CHECK_NOTHROW(validate(preset(info.name, formula()), formula()));
  }
}

// Of a painting of `size`, in evaluations at full size.
double work(Options options, int size) {
  options.size = size;
  const std::vector<PaintingSize> sizes = painting_sizes(Image(16, 16), options);
  double sum = 0;
  for (std::size_t k = 0; k < sizes.size(); ++k)
    sum += iterations_at(options, static_cast<int>(k)) * std::pow(static_cast<double>(sizes[k].width) / size, 2);
  return sum;
}

TEST_CASE("style: draft has at most a third of default's evaluations at any size, in whole epochs") {
  for (const Weights& weights : {formula(), Weights::builtin()}) {
    INFO(weights.description());
    const Options draft = preset("draft", weights), usual = preset("default", weights);
    for (const int size : {128, 256, 512, 1024, 4096}) CHECK(work(draft, size) < work(usual, size) / 3);
    CHECK(iterations_at(draft, 0) % draft.steps_per_epoch == 0);
    CHECK(iterations_at(draft, 1) % draft.steps_per_epoch == 0);
  }
}

TEST_CASE("style: an unknown preset is refused and the known ones are listed") {
  const std::string message = error_of(ErrorCode::usage, [] { preset("gatsy", formula()); });
  CHECK(message.find("'gatsy'") != std::string::npos);
  CHECK(message.find("default, bold, fine, draft, gatys, neural-style, tutorial") != std::string::npos);
}

TEST_CASE("style: settings out of range are refused by name, with what was wanted") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal([](Options& o) { o.size = -5; }).find("size is -5; wanted 1 to 1048576") != std::string::npos);
  CHECK(refusal([](Options& o) { o.width = 100; }).find("width is set without height") != std::string::npos);
  CHECK(refusal([](Options& o) { o.height = 100; }).find("height is set without width") != std::string::npos);
  CHECK(refusal([](Options& o) { o.iterations = {}; }).find("for 0 scales") != std::string::npos);
  CHECK(refusal([](Options& o) { o.iterations = {3, 0}; }).find("iterations is 0") != std::string::npos);
  CHECK(refusal([](Options& o) { o.steps_per_epoch = 2000000; }).find("steps per epoch") != std::string::npos);
  CHECK(refusal([](Options& o) { o.style_scale = 0; }).find("style scale is 0") != std::string::npos);
  CHECK(refusal([](Options& o) { o.scale_count = 13; }).find("number of scales is 13") != std::string::npos);
  CHECK(refusal([](Options& o) { o.scale_sizes = {200, 100}; }).find("ascending") != std::string::npos);
  CHECK(refusal([](Options& o) { o.colour_amount = 1.5; }).find("amount of colour is 1.5") != std::string::npos);
  CHECK(refusal([](Options& o) { o.lbfgs.history = 0; }).find("history is 0") != std::string::npos);
  CHECK(refusal([](Options& o) { o.lbfgs.first_decrease = 1.5; }).find("first decrease is 1.5") != std::string::npos);
  CHECK(refusal([](Options& o) { o.adam.decay = 0; }).find("decay is 0") != std::string::npos);
  CHECK(refusal([](Options& o) { o.average = 1; }).find("average's factor is 1") != std::string::npos);
  CHECK(refusal([](Options& o) { o.stop_when_flat = -1; }).find("gain to stop at is -1") != std::string::npos);
  CHECK(refusal([&](Options& o) { o.style_weight = nan; }).find("style weight") != std::string::npos);
  CHECK(refusal([](Options& o) { o.content_weight = -1; }).find("content weight is -1") != std::string::npos);
  CHECK(refusal([](Options& o) { o.adam.learning_rate = 0; }).find("learning rate is 0") != std::string::npos);
  CHECK(refusal([](Options& o) { o.adam.beta1 = 1; }).find("beta1 is 1") != std::string::npos);
  CHECK(refusal([](Options& o) { o.encode.jpeg_quality = 0; }).find("JPEG quality is 0") != std::string::npos);
  CHECK(refusal([](Options& o) { o.pooling = Pooling::none; }).find("wanted auto, max, avg or l2") !=
        std::string::npos);
  CHECK(refusal([](Options& o) { o.padding = Padding::valid; }).find("wanted auto, zero, replicate or reflect") !=
        std::string::npos);
  CHECK(refusal([](Options& o) { o.content_layers = o.style_layers = {}; }).find("nothing to minimise") !=
        std::string::npos);
  CHECK(refusal([](Options& o) { o.content_weight = o.style_weight = 0; }).find("nothing to minimise") !=
        std::string::npos);
  CHECK(refusal([](Options& o) { o.style_layers = {{"conv9_9", 1}}; }).find("no layer 'conv9_9'") != std::string::npos);
  CHECK(refusal([](Options& o) {
          o.style_layers = {{"conv1_1", 1}, {"relu1_1", 1}};
        }).find("named twice") != std::string::npos);
  CHECK(refusal([](Options& o) { o.style_layers = {{"conv1_1", 0}}; }).find("weight 0") != std::string::npos);
}

TEST_CASE("style: a list of layers is read and written back") {
  CHECK(format_layers(parse_layers("block1_conv1=0.2,relu4_2,21=1e-3")) == "block1_conv1=0.2,relu4_2=1,21=0.001");
  for (const char* wrong :
       {"", "block1_conv1=", "block1_conv1=x", "block1_conv1=1x", "block1_conv1=1,,", "block9_conv1=1"}) {
    INFO(wrong);
    CHECK_FALSE(error_of(ErrorCode::usage, [&] { parse_layers(wrong); }).empty());
  }
}

}  // namespace
}  // namespace impasto::testing
