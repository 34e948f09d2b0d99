// One step, looked into.
#include "impasto/inspect.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/pictures.h"

namespace impasto {
namespace {

using testing::contains;
using testing::error_of;

struct Case {
  Weights weights = Weights::formula();
  Options options = preset("default", weights);
  Pictures pictures{.content = testing::waves(40, 24, 0.3), .styles = {{.image = testing::waves(32, 32, 0.8)}}};
  Context context{1};

  Case() {
    options.size = 40;
    options.scale_count = 1;
    options.scale_sizes.clear();
  }
  Inspection run(const std::vector<std::string>& layers = {}) const {
    return inspect(pictures, weights, options, layers, context);
  }
};

double sum_of_squares(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

TEST_CASE("lab: an inspection has the losses of a step to the bit, and every op's numbers, time and place") {
  Case c;
  c.options.optimiser = OptimiserKind::adam;
  const Inspection seen = c.run();
  Stylizer stylizer(c.pictures, c.weights, c.options, c.context);
  const Step step = stylizer.step();
  CHECK(seen.losses.total == step.losses.total);
  CHECK(seen.losses.style == step.losses.style);
  CHECK(seen.layer_losses.size() == c.options.content_layers.size() + c.options.style_layers.size());
  const InspectedNode& picture = seen.nodes.front();
  CHECK(picture.kind == "variable");
  CHECK(picture.shape == std::vector<std::size_t>{24, 40, 3});
  REQUIRE(picture.gradient);
  CHECK(picture.gradient->deviation > 0);
  const InspectedNode& loss = seen.nodes.back();
  CHECK(loss.value.mean == seen.losses.total);
  CHECK(loss.gradient->mean == 1);  // of the loss with respect to itself
  for (const InspectedNode& node : seen.nodes) {
    INFO(node.name);
    CHECK(node.value.not_finite == 0);
    for (const int input : node.inputs) CHECK(input < node.index);
    if (node.kind != "op") continue;
    CHECK(node.forward_seconds > 0);
    REQUIRE(node.value_place);
    CHECK(node.value_place->offset + node.value_place->bytes <= seen.arena_bytes);
    CHECK(node.value_place->begin <= node.index);
  }
}

TEST_CASE("lab: numbers of content targets that are kept by lanes in 16 bits are those of the content's maps") {
  const Case c;
  const Inspection seen = c.run();
  int targets = 0;
  for (const InspectedNode& node : seen.nodes) {
    if (node.name != "content target by lanes") continue;
    ++targets;
    CHECK(node.value.minimum == 0);
    CHECK(node.value.maximum > 0.1);
    CHECK(node.value.maximum < 100);
    CHECK(node.value.mean > 1e-3);
  }
  CHECK(targets == static_cast<int>(c.options.content_layers.size()));
}

TEST_CASE("lab: a layer's gradient holds what its Gram matrix adds, and its Gram matrix is that of its features") {
  Case c;
  c.options.content_layers = {};
  c.options.style_layers = {{"conv2_1", 1}};
  const Inspection seen = c.run({"relu2_1", "conv3_1"});
  REQUIRE(seen.layers.size() == 2);
  const InspectedLayer& layer = seen.layers[0];
  CHECK(layer.layer == "block2_conv1");
  CHECK(layer.receptive_field == 10);
  CHECK(layer.stride == 2);
  CHECK(layer.height == 12);
  CHECK(layer.features.size() == static_cast<std::size_t>(layer.height * layer.width * layer.channels));
  CHECK(sum_of_squares(layer.gradient) > 0);  // no layer above it is read
  double entry = 0;
  for (int p = 0; p < layer.height * layer.width; ++p) {
    const float* at = layer.features.data() + p * layer.channels;
    entry += static_cast<double>(at[1]) * static_cast<double>(at[3]);
  }
  CHECK(layer.gram[static_cast<std::size_t>(layer.channels) + 3] ==
        doctest::Approx(entry / (layer.height * layer.width)).epsilon(1e-4));
  CHECK(seen.layers[1].gradient.empty());  // above every loss
}

TEST_CASE("lab: without a style there are content terms only") {
  Case c;
  c.pictures.styles.clear();
  const Inspection seen = c.run();
  CHECK(seen.losses.style == 0);
  CHECK(seen.losses.content > 0);  // the start has noise
}

TEST_CASE("lab: tables, JSON and graph tell of every node") {
  const Inspection seen = Case().run({"conv1_1"});
  const auto json = nlohmann::json::parse(inspection_json(seen));
  CHECK(json["nodes"].size() == seen.nodes.size());
  CHECK(json["layers"][0]["receptive_field"] == 3);
  const std::string csv = nodes_csv(seen), dot = graph_dot(seen), table = inspection_text(seen);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == static_cast<std::ptrdiff_t>(seen.nodes.size()) + 1);
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  CHECK(commas(csv.substr(0, csv.find('\n'))) * static_cast<std::ptrdiff_t>(seen.nodes.size() + 1) == commas(csv));
  CHECK(contains(dot, "n" + std::to_string(seen.nodes.size() - 1) + " ["));
  const auto graph = nlohmann::json::parse(graph_json(seen));
  CHECK(graph["nodes"].size() == seen.nodes.size());
  CHECK(graph["heads"] == nlohmann::json::parse("[[" + std::to_string(seen.nodes.size() - 1) + ",0,0]]"));
  for (const auto& leaf : graph["arg_nodes"]) CHECK(graph["nodes"][leaf.get<std::size_t>()]["op"] == "null");
  CHECK(contains(table, "receptive field"));
  CHECK(contains(table, "conv2d_relu"));
  const auto has_reason = [](const InspectedNode& node) { return !node.reason.empty(); };
  CHECK(std::any_of(seen.nodes.begin(), seen.nodes.end(), has_reason));
  for (const InspectedNode& node : seen.nodes) CHECK(contains(table, node.reason));
  CHECK_FALSE(contains(table, "NOT FINITE"));
}

TEST_CASE("lab: a number that is none is counted, and named with its op where numbers are checked") {
  Case c;
  c.options.start = Start::values;
  c.options.start_values.assign(40 * 24 * 3, 0.1F);
  c.options.start_values[(5 * 40 + 7) * 3 + 2] = std::numeric_limits<float>::quiet_NaN();
  c.options.noise_amplitude = 0;
  CHECK(c.run().nodes.front().value.not_finite == 1);
  CHECK(contains(inspection_text(c.run()), "NOT FINITE"));
  c.context = c.context.with_number_checks();
  CHECK(contains(error_of(ErrorCode::diverged, [&] { c.run(); }),
                 "'picture' (node 0, 24 x 40 x 3) is nan at (5, 7, 2) before any op"));
  CHECK(contains(error_of(ErrorCode::diverged, [&] { stylise(c.pictures, c.weights, c.options, {}, c.context); }),
                 "'picture'"));
  c.options.start_values[(5 * 40 + 7) * 3 + 2] = 3e38F;
  CHECK(
      contains(error_of(ErrorCode::diverged, [&] { c.run(); }), "going forward, 'oriented_conv2d_relu block1_conv1'"));
}

TEST_CASE("lab: a mosaic shows each channel, and a heat map each entry") {
  const std::vector<float> map = {0, 4, 0, 1, 0, 4, 0, 1};  // 2 x 2 x 2: channel 0 is dead
  const Image picture = mosaic(map, 2, 2, 2, MosaicScale::values);
  CHECK(picture.at(2, 2, 2) > picture.at(2, 2, 0));  // blue
  CHECK(picture.at(6, 2, 0) == 1);
  CHECK(picture.at(7, 2, 0) == 0.5F);
  CHECK(picture.width() == 10);
  CHECK(picture.height() == 6);
  for (const int x : {0, 4, 9}) CHECK(picture.at(x, 3, 2) == 0.18F);  // the page between tiles
  const Image signs =
      mosaic(std::vector<float>{-4, std::numeric_limits<float>::infinity()}, 1, 2, 1, MosaicScale::signed_values);
  CHECK(signs.at(2, 2, 2) > signs.at(2, 2, 0));                                // blue below 0
  for (const int c : {0, 1, 2}) CHECK(signs.at(3, 2, c) == (c == 1 ? 0 : 1));  // magenta: no number
  const Image heat = heat_map(std::vector<float>{1, 0, 0, 1}, 2);
  CHECK(heat.width() == 512);
  CHECK(heat.at(0, 0, 0) == 1);
  CHECK(heat.at(511, 0, 0) == 0);
  const Image row = heat_map(std::vector<float>{0, 1, std::nanf(""), 0}, 2);
  CHECK(row.at(256, 255, 0) == 1);  // row 0, column 1
  CHECK(row.at(255, 256, 1) == 0);  // row 1, column 0: magenta
  CHECK(row.at(255, 256, 2) == 1);
  CHECK(row.at(256, 256, 2) == 0);
  CHECK(contains(error_of(ErrorCode::usage, [] { heat_map(std::vector<float>(3), 2); }), "got 3 values"));
}

}  // namespace
}  // namespace impasto
