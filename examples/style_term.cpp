// A style term that the library does not have, on the tape: Gram matrices of a map added to itself turned by `kShift`
// columns, so that what repeats across a distance counts too (after Berger & Memisevic, "Incorporating long-range
// consistency in CNN-based texture generation", 2016). style_term STYLE TEXTURE
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "impasto/impasto.h"

namespace {

using impasto::Graph;
using impasto::NodeId;
using Arrays = impasto::OpArrays<float>;

constexpr std::size_t kSide = 64, kShift = 5;
const std::vector<std::string> kLayers{"block1_conv2", "block2_conv1"};

// y[h,w,c] = x[h,(w+shift) mod W,c]: an op of our own. Its gradient turns every row back.
NodeId turned(Graph<float>& graph, NodeId x) {
  const impasto::Sizes s = graph.sizes(x);
  const auto row = static_cast<std::size_t>(s[1] * s[2]), by = kShift * static_cast<std::size_t>(s[2]);
  const auto forward = [=](const Arrays& op) {
    for (std::size_t i = 0; i < op.out().size(); ++i) op.out()[i] = op.in(0)[i / row * row + (i % row + by) % row];
  };
  const auto backward = [=](const Arrays& op) {
    if (!op.accumulates(0)) std::ranges::fill(op.din(0), 0.0f);
    for (std::size_t i = 0; i < op.dout().size(); ++i) op.din(0)[i / row * row + (i % row + by) % row] += op.dout()[i];
  };
  return graph.record({.name = "turned", .inputs = {x}, .sizes = s, .forward = forward, .backward = backward});
}

// What is compared: the statistic of each layer, per position.
std::vector<NodeId> statistics(Graph<float>& graph, NodeId picture, const impasto::Weights& weights) {
  std::vector<NodeId> grams;
  for (const NodeId map : graph.features(picture, weights, kLayers)) {
    const impasto::Sizes s = graph.sizes(map);
    const NodeId gram = graph.gram_matrix(graph.add(map, turned(graph, map)));
    grams.push_back(graph.scale(gram, 1.0f / static_cast<float>(s[0] * s[1])));
  }
  return grams;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw impasto::Error(impasto::ErrorCode::usage, "usage: style_term STYLE TEXTURE");
  const impasto::Weights weights = impasto::Weights::builtin();
  const impasto::Image style = resize_antialiased(impasto::load_image(argv[1]), kSide, kSide);

  Graph<float> of_style;
  const NodeId target = of_style.constant({kSide, kSide, 3}, normalise(style));
  const std::vector<NodeId> wanted = statistics(of_style, target, weights);
  for (const NodeId id : wanted) of_style.keep(id);
  of_style.forward();

  Graph<float> graph;
  const NodeId picture = graph.variable({kSide, kSide, 3});
  NodeId loss = graph.total_variation(picture, 1e-6f);
  const std::vector<NodeId> found = statistics(graph, picture, weights);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::span<float> values = of_style.value(wanted[i]);
    const NodeId constant = graph.constant(graph.sizes(found[i]), {values.begin(), values.end()});
    loss = graph.add(loss, graph.squared_error(found[i], constant));
  }
  graph.set_loss(loss);
  for (std::size_t i = 0; i < graph.value(picture).size(); ++i) {  // grey with a grain that repeats nowhere
    graph.value(picture)[i] = static_cast<float>((i * i + 7 * i) % 101) / 202.0f - 0.25f;
  }

  impasto::GraphAdam<float> adam(graph, {picture}, {.learning_rate = 0.05});
  const double first = adam.step();
  double last = first;
  for (int i = 1; i < 60; ++i) last = adam.step();
  std::cout << "loss " << first << " -> " << last << '\n';
  save_image(impasto::denormalise(graph.value(picture), kSide, kSide), argv[2]);
  return last < first / 4 ? 0 : 1;
} catch (const impasto::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
