#include "lab/op_cases.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/half.h"
#include "base/random.h"
#include "kernel/convolution_choice.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Ids = std::vector<Id>;

// A leaf without gradient, the same numbers in both types.
template <class T>
Id fixed(Tape<T>& tape, const Shape& shape, std::uint64_t seed, double low = -1, double high = 1) {
  const Id id = tape.input(shape);
  Random random(seed);
  for (T& value : tape.value(id)) value = static_cast<T>(random.uniform(low, high));
  return id;
}

// The same, of numbers that 16 bits hold.
template <class T>
Id fixed_halves(Tape<T>& tape, const Shape& shape, std::uint64_t seed) {
  const Id id = fixed(tape, shape, seed);
  for (T& value : tape.value(id)) value = static_cast<T>(float_from_half(half_from_float(static_cast<float>(value))));
  return id;
}

// One function for both number types.
template <class Record>
OpCase both(std::string name, std::vector<Shape> shapes, Record record) {
  return {std::move(name), std::move(shapes), record, record};
}

std::array<Id, 4> pair_weights(auto& tape, std::uint64_t seed) {
  return {fixed(tape, {3, 3, 3, 4}, seed), fixed(tape, {4}, seed + 1), fixed(tape, {3, 3, 4, 5}, seed + 2),
          fixed(tape, {5}, seed + 3)};
}

// Weights of 0 at every third position.
std::shared_ptr<const PositionWeights> some_positions(const Shape& map) {
  auto weights = std::make_shared<PositionWeights>();
  for (Index p = 0; p < map[0] * map[1]; ++p) {
    if (p % 3 == 2 && p > 2) continue;
    weights->positions.push_back(p);
    weights->weights.push_back(0.5 + static_cast<double>(p % 5) / 4);
  }
  return weights;
}

void add_convolutions(std::vector<OpCase>& cases, const Shape& map, std::uint64_t seed,
                      const std::shared_ptr<const NetworkWeights>& formula) {
  const Index C = map[2];
  const Shape picture{map[0], map[1], 3}, filters{3, 3, C, 4};
  cases.push_back(both("conv2d", {map, filters},
                       []<class T>(Tape<T>& t, const Ids& v) { return conv2d(t, v[0], v[1], 1, Padding::replicate); }));
  cases.push_back(both("bias", {map, {C}}, []<class T>(Tape<T>& t, const Ids& v) { return bias(t, v[0], v[1]); }));
  cases.push_back(both("relu", {map}, []<class T>(Tape<T>& t, const Ids& v) { return relu(t, v[0]); }));
  cases.push_back(both("conv2d_relu", {map}, [=]<class T>(Tape<T>& t, const Ids& v) {
    return conv2d_relu(t, v[0], fixed(t, filters, seed), fixed(t, {4}, seed + 1), Padding::zero);
  }));
  cases.push_back(both("conv2d_relu_pair", {picture}, [=]<class T>(Tape<T>& t, const Ids& v) {
    const ConvPairIds ids =
        conv2d_relu_pair(t, v[0], pair_weights(t, seed), Padding::reflect, Pooling::none, PairMoments::gram_and_sum);
    const Id moments = add(t, sum(t, ids.gram), squared_error(t, ids.sum, fixed(t, t.shape(ids.sum), 5)));
    return add(t, sum(t, gram_matrix(t, ids.y)), moments);
  }));
  const auto plain = [formula]<class T>(Tape<T>& t, const Ids& v) {
    Id x = v[0];
    for (std::size_t k = 0; k < 2; ++k) {
      const ConvWeights& layer = formula->dense()[k];
      const Id w = t.input(layer.w.shape()), b = t.input(layer.b.shape());
      std::copy(layer.w.values().begin(), layer.w.values().end(), t.value(w).begin());
      std::copy(layer.b.values().begin(), layer.b.values().end(), t.value(b).begin());
      x = conv2d_relu(t, x, w, b, Padding::replicate);
    }
    return x;
  };
  const auto fast = [formula, plain](Tape<float>& t, const Ids& v) {
    const ConvolutionFacts facts{.x = t.shape(v[0]), .padding = Padding::replicate, .is_oriented = true};
    if (choose_convolution(t.context(), facts).algorithm != ConvolutionAlgorithm::oriented) return plain(t, v);
    return oriented_conv2d_relu(t, v[0], formula->oriented->layers().first(2)).y;
  };
  cases.push_back({"oriented_conv2d_relu", {picture}, plain, fast});
  const auto plain_distance = [plain, seed]<class T>(Tape<T>& t, const Ids& v) {
    const Id y = plain(t, v);
    return squared_error(t, y, fixed_halves(t, t.shape(y), seed));
  };
  const auto fast_distance = [=](Tape<float>& t, const Ids& v) {
    const ConvolutionFacts facts{.x = t.shape(v[0]), .padding = Padding::replicate, .is_oriented = true};
    if (choose_convolution(t.context(), facts).algorithm != ConvolutionAlgorithm::oriented) return plain_distance(t, v);
    const auto layers = formula->oriented->layers().first(2);
    const Id other = fixed_halves(t, {picture[0], picture[1], layers[1].channels}, seed);
    const Id target = oriented_target(t, other, layers[1]);
    return oriented_conv2d_relu(t, v[0], layers, {.targets = {{2, target}}}).errors[0];
  };
  cases.push_back({"oriented_target", {picture}, plain_distance, fast_distance});
}

void add_statistics(std::vector<OpCase>& cases, const Shape& map) {
  const Index C = map[2];
  cases.push_back(both("max_pool", {map}, []<class T>(Tape<T>& t, const Ids& v) { return max_pool(t, v[0]); }));
  cases.push_back(both("avg_pool", {map}, []<class T>(Tape<T>& t, const Ids& v) { return avg_pool(t, v[0]); }));
  cases.push_back(both("l2_pool", {map}, []<class T>(Tape<T>& t, const Ids& v) { return l2_pool(t, v[0]); }));
  cases.push_back(both("gram_matrix", {map}, []<class T>(Tape<T>& t, const Ids& v) { return gram_matrix(t, v[0]); }));
  const auto positions = some_positions(map);
  cases.push_back(both("channel_moments", {map}, [positions]<class T>(Tape<T>& t, const Ids& v) {
    const MomentIds ids = channel_moments(t, v[0], {true, positions});
    return add(t, sum(t, gram_matrix(t, v[0])), squared_error(t, ids.sum, fixed(t, t.shape(ids.sum), 5)));
  }));
  const double count = static_cast<double>(map[0] * map[1]);
  cases.push_back(both("covariance", {{C, C}, {C}}, [count]<class T>(Tape<T>& t, const Ids& v) {
    const CovarianceIds ids = covariance(t, v[0], v[1], count);
    return add(t, squared_error(t, ids.covariance, fixed(t, t.shape(ids.covariance), 6)),
               squared_error(t, ids.mean, fixed(t, t.shape(ids.mean), 7)));
  }));
}

void add_pictures(std::vector<OpCase>& cases, const Shape& map, std::uint64_t seed) {
  const Shape picture{map[0], map[1], 3}, plane{map[0], map[1]};
  cases.push_back(both("squared_error", {map, map},
                       []<class T>(Tape<T>& t, const Ids& v) { return squared_error(t, v[0], v[1], T(0.7)); }));
  cases.push_back(both("total_variation", {map}, [=]<class T>(Tape<T>& t, const Ids& v) {
    return total_variation(t, v[0], T(0.3), fixed(t, plane, seed, 0, 1));
  }));
  const Area inner{map[0] / 3, map[1] / 4, (map[0] + 1) / 2, (map[1] + 1) / 2};
  cases.push_back(both("crop", {map}, [inner]<class T>(Tape<T>& t, const Ids& v) { return crop(t, v[0], inner); }));
  cases.push_back(both("blend", {map}, [=]<class T>(Tape<T>& t, const Ids& v) {
    return blend(t, v[0], fixed(t, map, seed), fixed(t, plane, seed + 1, 0, 1));
  }));
  cases.push_back(both("normalise", {picture}, []<class T>(Tape<T>& t, const Ids& v) {
    return normalise(t, v[0], ChannelMap{{2, 0, 1}, {58.4, -2, 0.5}, {1, -103, 7}});
  }));
  cases.push_back(both("add", {map, map}, []<class T>(Tape<T>& t, const Ids& v) { return add(t, v[0], v[1]); }));
  cases.push_back(both("scale", {map}, []<class T>(Tape<T>& t, const Ids& v) { return scale(t, v[0], T(-1.7)); }));
  cases.push_back(both("sum", {map}, []<class T>(Tape<T>& t, const Ids& v) { return sum(t, v[0]); }));
}

}  // namespace

std::vector<OpCase> op_cases(const Shape& map, std::uint64_t seed,
                             const std::shared_ptr<const NetworkWeights>& formula) {
  std::vector<OpCase> cases;
  add_convolutions(cases, map, seed, formula);
  add_statistics(cases, map);
  add_pictures(cases, map, seed);
  return cases;
}

}  // namespace impasto::IMPASTO_ABI
