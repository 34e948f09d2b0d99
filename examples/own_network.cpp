// Your own network on the tape, weights and all: one that learns a sine, and one that tells lines across from lines
// down. Nothing here knows of VGG19. own_network
#include <cmath>
#include <cstddef>
#include <iostream>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include "impasto/impasto.h"

namespace {

using impasto::NodeId;

// Values with He's deviation, sqrt(2 / inputs), from a fixed seed; the variables are noted in `all`.
template <class T>
class Parameters {
 public:
  explicit Parameters(impasto::Graph<T>& graph) : graph_(graph) {}

  NodeId weights(const impasto::Sizes& sizes) {
    const NodeId id = graph_.variable(sizes);
    std::normal_distribution<T> normal(0, std::sqrt(T(2) / static_cast<T>(sizes[0] * sizes[1] * sizes[2])));
    for (T& value : graph_.value(id)) value = normal(random_);
    all.push_back(id);
    return id;
  }
  NodeId biases(std::ptrdiff_t count) {
    all.push_back(graph_.variable({count}));
    return all.back();
  }
  NodeId layer(NodeId x, std::ptrdiff_t side, std::ptrdiff_t outputs) {
    return graph_.bias(graph_.conv2d(x, weights({side, side, graph_.sizes(x)[2], outputs})), biases(outputs));
  }
  std::vector<NodeId> all;

 private:
  impasto::Graph<T>& graph_;
  std::mt19937 random_{1};
};

// y = sin(x) on -pi..pi. Points are positions of a map, so a dense layer is a 1 x 1 convolution: 64 x 1 x C.
double learn_a_sine() {
  constexpr int kPoints = 64;
  impasto::Graph<double> graph;
  Parameters<double> parameters(graph);
  const NodeId x = graph.input({kPoints, 1, 1}), y = graph.input({kPoints, 1, 1});
  const NodeId hidden = graph.relu(parameters.layer(graph.relu(parameters.layer(x, 1, 16)), 1, 16));
  graph.set_loss(graph.squared_error(parameters.layer(hidden, 1, 1), y, 1.0 / kPoints));
  for (std::size_t i = 0; i < kPoints; ++i) {
    graph.value(x)[i] = std::numbers::pi * (2.0 * static_cast<double>(i) / (kPoints - 1) - 1);
    graph.value(y)[i] = std::sin(graph.value(x)[i]);
  }
  impasto::GraphAdam<double> adam(graph, parameters.all, {.learning_rate = 0.01});
  double loss = 0;
  for (int step = 0; step < 1000; ++step) loss = adam.step();
  return std::sqrt(loss);
}

// 12 x 12 pictures of a line across (1) or down (-1) in noise.
float draw_line(std::mt19937& random, std::span<float> picture) {
  std::normal_distribution<float> noise(0, 0.3f);
  for (float& value : picture) value = noise(random);
  const std::size_t place = random() % 12;
  const bool across = random() % 2 == 0;
  for (std::size_t i = 0; i < 12; ++i) picture[across ? place * 12 + i : i * 12 + place] += 1;
  return across ? 1.0f : -1.0f;
}

// Of 200 pictures it never saw, the share that the network gets right.
double tell_lines() {
  impasto::Graph<float> graph;
  Parameters<float> parameters(graph);
  const NodeId picture = graph.input({12, 12, 1}), answer = graph.input({1, 1, 1});
  const NodeId edges = graph.pool(graph.relu(parameters.layer(picture, 3, 8)), impasto::Pooling::max);  // 5 x 5 x 8
  const NodeId output = parameters.layer(edges, 5, 1);
  graph.set_loss(graph.squared_error(output, answer));
  graph.keep(output);

  std::mt19937 random(2);
  impasto::GraphAdam<float> adam(graph, parameters.all, {.learning_rate = 0.01});
  for (int step = 0; step < 1500; ++step) {
    graph.value(answer)[0] = draw_line(random, graph.value(picture));
    adam.step();
  }
  int right = 0;
  for (int i = 0; i < 200; ++i) {
    const float truth = draw_line(random, graph.value(picture));
    graph.forward();
    right += graph.value(output)[0] * truth > 0 ? 1 : 0;
  }
  return right / 200.0;
}

}  // namespace

int main() try {
  const double error = learn_a_sine(), share = tell_lines();
  std::cout << "sine: root mean square error " << error << "\nlines: " << 100 * share << " % right\n";
  return error < 0.05 && share > 0.9 ? 0 : 1;
} catch (const impasto::Error& failure) {
  std::cerr << failure.what() << '\n';
  return 1;
}
