// Recording, planning and replaying.
#include "autodiff/tape.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include "support/gradcheck.h"

namespace impasto {
namespace {

using testing::random_tensor;

template <class T>
void fill(std::span<T> values, std::uint64_t seed) {
  Random random(seed);
  for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
}

struct SmallNetwork {
  Id x, w1, w2, loss;
};

// Two convolutions, a pooling, and a loss on a Gram matrix. `train`: the weights take gradients.
template <class T>
SmallNetwork record(Tape<T>& tape, bool train) {
  SmallNetwork n;
  n.x = tape.variable({17, 19, 3});
  n.w1 = train ? tape.variable({3, 3, 3, 5}) : tape.input({3, 3, 3, 5});
  n.w2 = train ? tape.variable({3, 3, 5, 7}) : tape.input({3, 3, 5, 7});
  const Id a = max_pool(tape, relu(tape, conv2d(tape, n.x, n.w1)));
  n.loss = sum(tape, gram_matrix(tape, relu(tape, conv2d(tape, a, n.w2, 1, Padding::replicate))));
  tape.set_loss(n.loss);
  fill(tape.value(n.x), 1);
  fill(tape.value(n.w1), 2);
  fill(tape.value(n.w2), 3);
  return n;
}

TEST_CASE("autodiff: a replay at the same point gives the same bits again") {
  Tape<float> tape(Context(2));
  const SmallNetwork n = record(tape, true);
  tape.forward();
  tape.backward();
  const std::vector<float> first(tape.gradient(n.x).begin(), tape.gradient(n.x).end());
  const float loss = tape.value(n.loss)[0];
  for (int i = 0; i < 2; ++i) {
    tape.forward();
    tape.backward();
  }
  CHECK(loss == tape.value(n.loss)[0]);
  CHECK(std::equal(first.begin(), first.end(), tape.gradient(n.x).begin()));
}

TEST_CASE("autodiff: parameters without gradients cost no memory, and change neither loss nor the other gradient") {
  Tape<float> frozen(Context(1)), trained(Context(1));
  const SmallNetwork f = record(frozen, false), t = record(trained, true);
  CHECK(frozen.plan().arena_bytes < trained.plan().arena_bytes);
  frozen.forward();
  frozen.backward();
  trained.forward();
  trained.backward();
  CHECK(frozen.value(f.loss)[0] == trained.value(t.loss)[0]);
  CHECK(std::equal(frozen.gradient(f.x).begin(), frozen.gradient(f.x).end(), trained.gradient(t.x).begin()));
}

TEST_CASE("autodiff: what does not lie between a variable and the loss has no backward work") {
  for (const bool train : {true, false}) {
    Tape<float> tape(Context(1));
    int calls = 0;
    const Id leaf = train ? tape.variable({4}) : tape.input({4});
    const Id counted = tape.record({.name = "counted",
                                    .inputs = {leaf},
                                    .shape = {4},
                                    .forward = [](const OpBuffers<float>& r) { std::copy_n(r.in(0), 4, r.out()); },
                                    .backward =
                                        [&calls](const OpBuffers<float>& r) {
                                          ++calls;
                                          std::copy_n(r.dout(), 4, r.din(0));
                                        },
                                    .backward_scratch = 1000});
    tape.set_loss(sum(tape, add(tape, counted, tape.variable({4}))));
    tape.forward();
    tape.backward();
    CHECK(calls == (train ? 1 : 0));
    const auto is_scratch = [](const PlannedBuffer& b) { return b.name == "scratch of counted"; };
    CHECK(std::any_of(tape.plan().buffers.begin(), tape.plan().buffers.end(), is_scratch) == train);
  }
}

TEST_CASE("autodiff: going back twice over one forward pass is refused, for gradients have used up its values") {
  Tape<double> tape(Context(1));
  tape.set_loss(sum(tape, relu(tape, tape.variable({3}))));
  CHECK_THROWS_AS(tape.backward(), std::logic_error);
  tape.forward();
  tape.backward();
  CHECK_THROWS_AS(tape.backward(), std::logic_error);
}

TEST_CASE("autodiff: the plan shares memory, in place where an op allows it") {
  Tape<float> tape(Context(1));
  const Id x = tape.variable({64, 64, 3});
  const Id w = tape.input({3, 3, 3, 16}), b = tape.input({16});
  tape.set_loss(sum(tape, relu(tape, bias(tape, conv2d(tape, x, w), b))));
  const Plan& plan = tape.plan();
  CHECK(plan.arena_bytes < plan.unshared_bytes);
  const std::size_t map = 64 * 64 * 16 * sizeof(float);
  const auto maps =
      std::count_if(plan.buffers.begin(), plan.buffers.end(), [&](const PlannedBuffer& p) { return p.bytes == map; });
  CHECK(maps == 2);  // one for conv2d + bias + relu, one for their gradients
}

TEST_CASE("autodiff: buffers alive at the same time never overlap") {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<PlannedBuffer> wanted;
    for (int i = 0; i < 40; ++i) {
      const int begin = static_cast<int>(random.uniform(0, 30));
      wanted.push_back({"", 1 + static_cast<std::size_t>(random.uniform(0, 5000)), begin,
                        begin + static_cast<int>(random.uniform(0, 10))});
    }
    const Plan plan = plan_memory(wanted);
    for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
      const PlannedBuffer& a = plan.buffers[i];
      CHECK(a.offset % kAlignment == 0);
      CHECK(a.offset + a.bytes <= plan.arena_bytes);
      for (std::size_t j = 0; j < i; ++j) {
        const PlannedBuffer& b = plan.buffers[j];
        const bool same_time = a.begin <= b.end && b.begin <= a.end;
        const bool same_place = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        CHECK_FALSE((same_time && same_place));
      }
    }
  }
}

TEST_CASE("autodiff: a chain needs memory for its widest moment only") {
  std::vector<PlannedBuffer> chain;
  for (int i = 0; i < 20; ++i) chain.push_back({"", 640, i, i + 1});
  CHECK(plan_memory(chain).arena_bytes == 2 * 640);
}

TEST_CASE("autodiff: a variable that does not reach the loss has gradient zero") {
  Tape<double> tape(Context(1));
  const Id used = tape.variable({2, 2, 1}), unused = tape.variable({3, 3, 1});
  relu(tape, unused);
  tape.set_loss(sum(tape, used));
  tape.forward();
  tape.backward();
  for (const double g : tape.gradient(unused)) CHECK(g == 0);
  for (const double g : tape.gradient(used)) CHECK(g == 1);
}

TEST_CASE("autodiff: relu's slope at 0 is 0, and a value that is not a number passes through") {
  Tape<double> tape(Context(1));
  const Id x = tape.variable({3});
  const Id y = relu(tape, x);
  tape.keep(y);
  tape.set_loss(sum(tape, y));
  tape.value(x)[0] = 0;
  tape.value(x)[1] = 2;
  tape.value(x)[2] = std::numeric_limits<double>::quiet_NaN();
  tape.forward();
  tape.backward();
  CHECK(tape.gradient(x)[0] == 0);
  CHECK(tape.gradient(x)[1] == 1);
  CHECK(tape.value(y)[2] != tape.value(y)[2]);
}

TEST_CASE("autodiff: of equal maxima the first in row order takes the gradient") {
  Tape<double> tape(Context(1));
  const Id x = tape.variable({2, 2, 1});
  tape.set_loss(sum(tape, max_pool(tape, x)));
  for (double& value : tape.value(x)) value = 3;
  tape.forward();
  tape.backward();
  CHECK(tape.gradient(x)[0] == 1);
  for (std::size_t i = 1; i < 4; ++i) CHECK(tape.gradient(x)[i] == 0);
}

TEST_CASE("autodiff: ops refuse shapes that do not fit, and name them") {
  Tape<float> tape(Context(1));
  const Id map = tape.input({4, 5, 3}), other = tape.input({4, 5, 2}), weights = tape.input({3, 3, 2, 4});
  CHECK_THROWS_WITH_AS(conv2d(tape, map, weights), doctest::Contains("4 x 5 x 3 and weights of 3 x 3 x 2 x 4"), Error);
  CHECK_THROWS_AS(bias(tape, map, tape.input({2})), Error);
  CHECK_THROWS_AS(add(tape, map, other), Error);
  CHECK_THROWS_AS(squared_error(tape, map, other), Error);
  CHECK_THROWS_AS(normalise(tape, other, {}), Error);
  CHECK_THROWS_WITH_AS(max_pool(tape, tape.input({1, 5, 3})), doctest::Contains("too small"), Error);
  CHECK_THROWS_WITH_AS(conv2d(tape, tape.input({2, 9, 2}), weights, 1, Padding::valid), doctest::Contains("too small"),
                       Error);
}

template <class T>
std::vector<T> bits_with(int threads, SimdTarget target) {
  Tape<T> tape(Context(threads, target));
  const Id x = tape.variable({61, 47, 3}), w = tape.variable({3, 3, 3, 33}), b = tape.variable({33});
  const Id y = relu(tape, bias(tape, conv2d(tape, x, w, 1, Padding::reflect), b));
  const Id loss = add(tape, squared_error(tape, gram_matrix(tape, avg_pool(tape, y)), tape.input({33, 33})),
                      total_variation(tape, x));
  tape.set_loss(loss);
  fill(tape.value(x), 1);
  fill(tape.value(w), 2);
  tape.forward();
  tape.backward();
  std::vector<T> all(1, tape.value(loss)[0]);
  for (const Id id : {x, w, b}) all.insert(all.end(), tape.gradient(id).begin(), tape.gradient(id).end());
  return all;
}

TEST_CASE_TEMPLATE("autodiff: 1, 2 and 3 threads give the same bits on every target", T, float, double) {
  for (const SimdTarget target : available_targets()) {
    INFO(to_string(target));
    const std::vector<T> one = bits_with<T>(1, target);
    CHECK(one == bits_with<T>(2, target));
    CHECK(one == bits_with<T>(3, target));
  }
}

TEST_CASE("autodiff: the gradient of the whole loss on a small VGG matches differences") {
  testing::expect_gradient(
      [](Tape<double>& t, const std::vector<Id>& v) {
        const Id a = relu(t, bias(t, conv2d(t, v[0], v[1], 1, Padding::replicate), v[2]));
        const Id b = relu(t, conv2d(t, avg_pool(t, a), v[3], 1, Padding::replicate));
        const Id c = relu(t, conv2d(t, max_pool(t, b), v[4]));
        Id loss = add(t, sum(t, gram_matrix(t, a)), sum(t, gram_matrix(t, b)));
        loss = add(t, scale(t, loss, 0.01), squared_error(t, c, t.input(t.shape(c)), 0.5));
        return add(t, loss, total_variation(t, v[0], 0.1));
      },
      {{11, 9, 3}, {3, 3, 3, 4}, {4}, {3, 3, 4, 5}, {3, 3, 5, 6}});
}

}  // namespace
}  // namespace impasto
