// Own networks through the public interface.
#include "impasto/graph.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "impasto/stylise.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

template <class T>
void fill(std::span<T> values, T seed) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(seed * static_cast<T>(i + 1));
}

// y = x^3, whose gradient needs x.
template <class T>
NodeId cube(Graph<T>& graph, NodeId x) {
  return graph.record({.name = "cube",
                       .inputs = {x},
                       .sizes = graph.sizes(x),
                       .forward =
                           [](const OpArrays<T>& op) {
                             for (std::size_t i = 0; i < op.out().size(); ++i)
                               op.out()[i] = std::pow(op.in(0)[i], T(3));
                           },
                       .backward =
                           [](const OpArrays<T>& op) {
                             for (std::size_t i = 0; i < op.dout().size(); ++i) {
                               const T slope = 3 * op.in(0)[i] * op.in(0)[i] * op.dout()[i];
                               op.din(0)[i] = slope + (op.accumulates(0) ? op.din(0)[i] : T(0));
                             }
                           },
                       .reads_inputs = {true}});
}

TEST_CASE("graph: gradients of every op, and of one's own, are those of central differences") {
  Graph<double> graph(Context(1));
  const NodeId x = graph.variable({8, 9, 2}), w = graph.variable({3, 3, 2, 3}), b = graph.variable({3});
  const NodeId conv = graph.bias(graph.conv2d(x, w, 1, Padding::reflect), b);
  const NodeId pooled = graph.add(graph.pool(graph.relu(conv), Pooling::l2), graph.pool(conv, Pooling::average));
  const NodeId cubed = cube(graph, graph.pool(pooled, Pooling::max, 2, 1));
  const NodeId gram = graph.gram_matrix(graph.add(cubed, graph.scale(cubed, 0.5)));
  const NodeId target = graph.constant({3, 3}, std::vector<double>(9, 0.3));
  graph.set_loss(graph.add(graph.add(graph.squared_error(gram, target, 0.1), graph.total_variation(x, 0.2)),
                           graph.sum(graph.conv2d(x, w, 2))));
  fill(graph.value(x), 0.7);
  fill(graph.value(w), 1.3);
  fill(graph.value(b), 2.1);
  graph.forward();
  graph.backward();
  for (const NodeId id : {x, w, b}) {
    const std::vector<double> analytic(graph.gradient(id).begin(), graph.gradient(id).end());
    double largest = 0;
    for (const double g : analytic) largest = std::max(largest, std::abs(g));
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      const auto loss_at = [&](double step) {
        const double before = graph.value(id)[i];
        graph.value(id)[i] += step;
        graph.forward();
        graph.value(id)[i] = before;
        return graph.loss();
      };
      CHECK((loss_at(1e-6) - loss_at(-1e-6)) / 2e-6 == doctest::Approx(analytic[i]).epsilon(1e-7).scale(largest));
    }
    graph.forward();
    graph.backward();
  }
}

TEST_CASE("graph: the network's features have the layers' sizes and lead gradients to the picture") {
  const Weights weights = Weights::formula();
  Graph<float> graph(Context(2));
  const NodeId picture = graph.variable({16, 20, 3});
  const std::vector<NodeId> maps = graph.features(picture, weights, {"conv1_1", "block2_conv1"});
  CHECK(graph.sizes(maps[0])[0] == 16);
  CHECK(graph.sizes(maps[1])[1] == 10);
  graph.set_loss(graph.add(graph.sum(maps[0]), graph.sum(maps[1])));
  fill(graph.value(picture), 0.4F);
  CHECK(graph.planned_bytes() > 0);
  graph.forward();
  graph.backward();
  double length = 0;
  for (const float g : graph.gradient(picture)) length += std::abs(g);
  CHECK(length > 0.1);
  Graph<float> small;
  const NodeId little = small.variable({2, 2, 3});
  CHECK(contains(error_of(ErrorCode::input, [&] { small.features(little, weights, {"conv4_1"}); }), "at least"));
  CHECK_FALSE(error_of(ErrorCode::usage, [&] { small.features(little, weights, {"conv9_9"}); }).empty());
  CHECK(contains(error_of(ErrorCode::usage, [&] { small.features(little, weights, {}); }), "no layer"));
}

TEST_CASE("graph: Adam finds the minimum, and leaves the variables alone when the loss is no number") {
  Graph<float> graph(Context(1));
  const NodeId x = graph.variable({3}), scale = graph.input({3});
  graph.set_loss(graph.squared_error(graph.add(x, scale), graph.constant({3}, {1, 2, 3})));
  GraphAdam<float> adam(graph, {x}, {.learning_rate = 0.1});
  const double first = adam.step();
  CHECK(first == doctest::Approx(14));
  for (int i = 0; i < 300; ++i) adam.step();
  CHECK(graph.value(x)[2] == doctest::Approx(3).epsilon(1e-3));
  const std::vector<float> before(graph.value(x).begin(), graph.value(x).end());
  graph.value(scale)[0] = std::numeric_limits<float>::infinity();
  CHECK(contains(error_of(ErrorCode::diverged, [&] { adam.step(); }), "learning rate"));
  CHECK(std::equal(before.begin(), before.end(), graph.value(x).begin()));
}

TEST_CASE("graph: misuse is an Error that says what to do") {
  Graph<float> graph(Context(1));
  const NodeId x = graph.variable({4, 4, 2}), y = graph.input({4, 4, 2}), alone = graph.variable({1});
  const NodeId sum = graph.sum(graph.add(x, y));
  const auto refused = [&](ErrorCode code, const char* part, auto&& call) {
    CHECK(contains(error_of(code, call), part));
  };
  refused(ErrorCode::usage, "not of this graph", [&] { graph.relu({99}); });
  refused(ErrorCode::usage, "not of this graph", [&] { graph.relu({}); });
  refused(ErrorCode::input, "up to 4", [&] { graph.variable({1, 1, 1, 1, 1}); });
  refused(ErrorCode::input, "not possible", [&] { graph.variable({0}); });
  refused(ErrorCode::input, "32 values", [&] { graph.constant({4, 4, 2}, {1.0F}); });
  const NodeId fixed = graph.constant({1}, {2});
  refused(ErrorCode::usage, "is a constant", [&] { graph.value(fixed); });
  refused(ErrorCode::input, "shapes", [&] { graph.add(x, alone); });
  refused(ErrorCode::usage, "stride is 0", [&] { graph.conv2d(x, y, 0); });
  refused(ErrorCode::usage, "the pooling is none", [&] { graph.pool(x, Pooling::none); });
  refused(ErrorCode::usage, "no variable", [&] { GraphAdam<float>(graph, {x, y}); });
  refused(ErrorCode::usage, "no forward function", [&] { graph.record({.name = "nothing"}); });
  refused(ErrorCode::usage, "no backward function",
          [&] { graph.record({.name = "half", .inputs = {x}, .forward = [](const OpArrays<float>&) {}}); });
  refused(ErrorCode::usage, "wanted is a scalar", [&] { graph.set_loss(x); });
  refused(ErrorCode::usage, "needs a loss", [&] { graph.backward(); });
  refused(ErrorCode::usage, "no loss", [&] { graph.loss(); });
  graph.set_loss(sum);
  refused(ErrorCode::usage, "no value yet", [&] { graph.value(sum); });
  refused(ErrorCode::usage, "forward()", [&] { graph.backward(); });
  graph.forward();
  refused(ErrorCode::usage, "no gradients", [&] { graph.gradient(x); });
  refused(ErrorCode::usage, "further nodes", [&] { graph.variable({1}); });
  graph.backward();
  refused(ErrorCode::usage, "once after each forward()", [&] { graph.backward(); });
  refused(ErrorCode::usage, "the pooling is none", [&] { graph.pool(x, Pooling::none); });
  refused(ErrorCode::usage, "no variable", [&] { graph.gradient(y); });
  CHECK(graph.gradient(alone)[0] == 0);
  CHECK(graph.gradient(x)[0] == 1);
}

TEST_CASE("graph: an op that asks for an input it does not have is told so") {
  for (const int slot : {-1, 1}) {
    Graph<float> graph(Context(1));
    const NodeId x = graph.variable({3});
    graph.set_loss(graph.record({.name = "curious",
                                 .inputs = {x},
                                 .sizes = {1},
                                 .forward = [slot](const OpArrays<float>& a) { a.out()[0] = a.in(slot)[0]; },
                                 .backward = [](const OpArrays<float>&) {}}));
    CHECK(contains(error_of(ErrorCode::usage, [&] { graph.forward(); }), "and the op has 1"));
  }
}

}  // namespace
}  // namespace impasto::testing
