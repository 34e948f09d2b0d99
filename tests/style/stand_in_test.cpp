// Layers that a network lacks: another one stands in, the loss is that of a network in which they change nothing, and
// it is said.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "support/error_of.h"
#include "support/narrow_case.h"
#include "support/narrow_vgg.h"
#include "support/relative_error.h"

namespace impasto::testing {
namespace {

NarrowCase<double> case_of(const Architecture& architecture) {
  NarrowCase<double> c;
  c.weights = narrow_vgg(architecture);
  c.scene = scene_of(random_tensor({45, 70, 3}, 1), random_tensor({39, 40, 3}, 2));
  c.start = random_tensor({45, 70, 3}, 3);
  c.options.content_layers = {{"block4_conv4", 1}};
  c.options.style_layers = {{"block1_conv1", 1}, {"conv3_4", 0.5}, {"relu3_3", 0.25}, {"block4_conv1", 1}};
  return c;
}

TEST_CASE(
    "style: the loss with stand-ins is that of a network whose missing layers change nothing, whole and in regions") {
  for (const int side : {0, 32}) {
    NarrowCase<double> sixteen = case_of(kVgg16), nineteen = case_of(kVgg19);
    sixteen.options.region_size = side;
    const LossAndGradient a = outcome_of(sixteen), b = outcome_of(nineteen);
    CHECK(a.losses.content == doctest::Approx(b.losses.content).epsilon(1e-9));
    CHECK(a.losses.style == doctest::Approx(b.losses.style).epsilon(1e-9));
    CHECK(relative_error(a.gradient, b.gradient) < 1e-9);
  }
}

TEST_CASE("style: a painting says which layers stand in for those that the network lacks") {
  std::vector<std::string> said;
  const Context context = Context(1).with_log([&](LogLevel, const std::string& line) { said.push_back(line); });
  Options options = case_of(kVgg16).options;
  options.iterations = {1};
  options.size = 64;
  Image content(64, 48), style(48, 48);
  for (Image* image : {&content, &style}) {
    for (std::size_t i = 0; i < image->pixels().size(); ++i)
      image->pixels()[i] = static_cast<float>(i * 37 % 101) / 101;
  }
  const auto told = [&](const std::string& part) {
    return std::count_if(said.begin(), said.end(), [&](const std::string& line) { return contains(line, part); });
  };
  stylise(content, style, Weights(narrow_vgg(kVgg16)), options, {}, context);
  CHECK(told("VGG16 has no layer block4_conv4; block4_conv3 stands in for it") == 1);
  CHECK(told("VGG16 has no layer conv3_4; block3_conv3 stands in for it") == 1);
  CHECK(told("stands in") == 2);
  said.clear();
  stylise(content, style, Weights(narrow_vgg(kVgg19)), options, {}, context);
  CHECK(told("stands in") == 0);
}

}  // namespace
}  // namespace impasto::testing
