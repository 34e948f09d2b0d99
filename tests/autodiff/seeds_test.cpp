// Going back from several outputs at once, with gradients that are given.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "autodiff/ops/ops.h"
#include "impasto/gradcheck.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

// A map that further ops read, the moments of another, and a scalar.
struct Outputs {
  Id x;
  std::vector<Id> ids;
};

template <class T>
Outputs record(Tape<T>& tape) {
  const Id x = tape.variable({9, 7, 3});
  const Id w = tape.input({3, 3, 3, 4}), b = tape.input({4});
  const Tensor<double> filters = random_tensor({3, 3, 3, 4}, 1), bias = random_tensor({4}, 2);
  std::copy_n(filters.template as<T>().data(), 108, tape.value(w).begin());
  std::copy_n(bias.template as<T>().data(), 4, tape.value(b).begin());
  const Id map = conv2d_relu(tape, x, w, b, Padding::zero);
  const MomentIds moments = channel_moments(tape, crop(tape, map, {2, 1, 5, 4}), {.sums = true});
  const Id smoothness = total_variation(tape, x, T(0.3), {}, Area{2, 1, 5, 4});
  Outputs outputs{x, {map, moments.gram, moments.sum, smoothness}};
  tape.set_outputs(outputs.ids);
  return outputs;
}

std::vector<Tensor<double>> seeds_of(const Tape<double>& tape, const Outputs& outputs) {
  std::vector<Tensor<double>> seeds;
  for (std::size_t k = 0; k < outputs.ids.size(); ++k)
    seeds.push_back(random_tensor(tape.shape(outputs.ids[k]), 10 + k));
  return seeds;
}

template <class T>
std::vector<std::span<const T>> spans(const std::vector<Tensor<T>>& seeds) {
  std::vector<std::span<const T>> all;
  for (const Tensor<T>& seed : seeds) all.push_back(seed.values());
  return all;
}

TEST_CASE("autodiff: backward from seeds is the gradient of their product with the outputs") {
  Tape<double> tape(Context(2));
  const Outputs outputs = record(tape);
  const std::vector<Tensor<double>> seeds = seeds_of(tape, outputs);
  const auto value = [&](std::span<const double> x) {
    std::copy(x.begin(), x.end(), tape.value(outputs.x).begin());
    tape.forward();
    double sum = 0;
    for (std::size_t k = 0; k < seeds.size(); ++k) {
      const std::span<const double> y = tape.value(outputs.ids[k]);
      for (std::size_t i = 0; i < y.size(); ++i) sum += seeds[k][static_cast<Index>(i)] * y[i];
    }
    return sum;
  };
  const auto gradient = [&](std::span<const double> x, std::span<double> g) {
    value(x);
    tape.backward(spans(seeds));
    std::copy(tape.gradient(outputs.x).begin(), tape.gradient(outputs.x).end(), g.begin());
  };
  const Tensor<double> start = random_tensor({9, 7, 3}, 4);
  const GradcheckResult result =
      gradcheck(value, gradient, {start.data(), static_cast<std::size_t>(start.shape().count())});
  CHECK_MESSAGE(result.passed, result.describe());
}

TEST_CASE("autodiff: a seed of one at a scalar is what backward() begins with, to the bit") {
  Tape<float> tape(Context(1));
  const Id x = tape.variable({5, 6, 3});
  tape.set_loss(sum(tape, gram_matrix(tape, x)));
  const Tensor<float> start = random_tensor({5, 6, 3}, 1).as<float>();
  std::copy_n(start.data(), 90, tape.value(x).begin());
  tape.forward();
  tape.backward();
  const std::vector<float> plain(tape.gradient(x).begin(), tape.gradient(x).end());
  const float one[] = {1};
  const std::span<const float> seed = one;
  tape.forward();
  tape.backward({&seed, 1});
  CHECK(std::equal(plain.begin(), plain.end(), tape.gradient(x).begin()));
}

TEST_CASE("autodiff: tapes share an arena, and a variable's memory, as long as they take turns") {
  std::vector<std::vector<float>> own, shared;
  for (const bool shares : {false, true}) {
    Tape<float> tapes[] = {Tape<float>(Context(1)), Tape<float>(Context(1))};
    std::vector<Id> variables;
    std::size_t bytes = 0;
    for (Index k = 0; k < 2; ++k) {
      Tape<float>& tape = tapes[k];
      variables.push_back(tape.unstored_variable({6 + k, 5, 3}));
      tape.set_loss(sum(tape, gram_matrix(tape, relu(tape, variables.back()))));
      bytes = std::max(bytes, tape.plan().arena_bytes);
    }
    const AlignedBytes arena = allocate_aligned(bytes);
    Tensor<float> pixels({7, 5, 3});
    for (Index k = 0; k < 2; ++k) {
      Tape<float>& tape = tapes[k];
      tape.lend(variables[static_cast<std::size_t>(k)], pixels.data());
      if (shares) tape.prepare({arena.get(), bytes});
      const Tensor<float> start = random_tensor({6 + k, 5, 3}, 3).as<float>();
      std::copy_n(start.data(), start.shape().count(), pixels.data());
      tape.forward();
      tape.backward();
      const std::span<const float> gradient = tape.gradient(variables[static_cast<std::size_t>(k)]);
      (shares ? shared : own).emplace_back(gradient.begin(), gradient.end());
    }
  }
  CHECK(own == shared);
}

}  // namespace
}  // namespace impasto::testing
