// The formula network's fast form against its plain convolutions in double: maps, losses and gradients, on every
// target, over sizes that leave parts of tiles, windows and maps of one position.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "base/half.h"
#include "model/network_weights.h"
#include "model/vgg.h"
#include "support/gradcheck.h"
#include "support/relative_error.h"

namespace impasto {
namespace {

using testing::random_tensor;
using testing::relative_error;

const std::shared_ptr<const NetworkWeights>& network_weights() {
  static const auto weights = std::make_shared<const NetworkWeights>(formula_weights());
  return weights;
}

// Numbers that are the same in float and double.
template <class T>
Tensor<T> numbers(const Shape& shape, std::uint64_t seed) {
  return random_tensor(shape, seed, -2, 2).as<float>().as<T>();
}

std::vector<double> as_doubles(const auto& values) { return {values.begin(), values.end()}; }

std::vector<std::size_t> positions(std::initializer_list<const char*> names) {
  std::vector<std::size_t> found;
  for (const char* name : names) found.push_back(find_layer(name));
  return found;
}

// What was seen at layers, and the gradient at the picture of a loss that pulls each map towards numbers of its own.
struct Seen {
  std::vector<std::vector<double>> maps;
  std::vector<double> gradient;
};

template <class T>
Seen look(const Context& context, const Shape& size, const std::vector<std::size_t>& layers, bool backward) {
  const Vgg<T> network(network_weights());
  Tape<T> tape(context);
  const Id picture = tape.variable(size);
  const Tensor<T> values = numbers<T>(size, 3);
  std::copy_n(values.data(), size.count(), tape.value(picture).data());
  const std::vector<Id> maps = network.record(tape, picture, layers, {.pooling = Pooling::average});
  Id loss;
  for (const Id map : maps) {
    tape.keep(map);
    const Id target = tape.input(tape.shape(map));
    const Tensor<T> wanted = numbers<T>(tape.shape(map), 9);
    std::copy_n(wanted.data(), wanted.shape().count(), tape.value(target).data());
    const Id error = squared_error(tape, map, target, T(0.5));
    loss = loss.index < 0 ? error : add(tape, loss, error);
  }
  if (backward) tape.set_loss(loss);
  tape.forward();
  Seen seen;
  for (const Id map : maps) seen.maps.push_back(as_doubles(tape.value(map)));
  if (!backward) return seen;
  tape.backward();
  seen.gradient = as_doubles(tape.gradient(picture));
  return seen;
}

bool is_fast(const Context& context) {
  Tape<float> tape(context);
  const std::size_t first = 0;
  Vgg<float>(network_weights()).record(tape, tape.input({4, 4, 3}), {&first, 1}, {.pooling = Pooling::average});
  return tape.profile().front().name.find("oriented") == 0;
}

TEST_CASE("model: the formula network runs its fast form, unless double, im2col, Winograd or maximum is asked for") {
  CHECK(is_fast(Context(2)));
  CHECK_FALSE(is_fast(Context(2).with_convolution(Convolution::im2col)));
  CHECK_FALSE(is_fast(Context(2).with_convolution(Convolution::winograd)));
  CHECK_FALSE(is_fast(Context(2, SimdTarget::baseline)));
}

TEST_CASE("model: every map of the fast form equals the plain one in double to 1e-5, on every target") {
  std::vector<std::size_t> all(vgg_layers().size() - 1);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  for (const Shape& size : {Shape{17, 23, 3}, {16, 16, 3}, {40, 70, 3}}) {
    const Seen exact = look<double>(Context(2), size, all, false);
    for (const SimdTarget target : available_targets()) {
      const Seen got = look<float>(Context(2, target), size, all, false);
      for (std::size_t k = 0; k < all.size(); ++k) {
        INFO(to_string(target), ", ", text(size), ", ", vgg_layers()[all[k]].keras_name());
        CHECK(relative_error(got.maps[k], exact.maps[k]) < 1e-5);
      }
    }
  }
}

TEST_CASE("model: maps of one row, one column and one position") {
  for (const Shape& size : {Shape{1, 1, 3}, {1, 9, 3}, {9, 1, 3}, {2, 3, 3}}) {
    const auto layers = positions({"conv1_1", "conv1_2"});
    const Seen exact = look<double>(Context(2), size, layers, true);
    for (const SimdTarget target : available_targets()) {
      const Seen got = look<float>(Context(2, target), size, layers, true);
      INFO(to_string(target), ", ", text(size));
      for (std::size_t k = 0; k < layers.size(); ++k) CHECK(relative_error(got.maps[k], exact.maps[k]) < 1e-5);
      CHECK(relative_error(got.gradient, exact.gradient) < 1e-5);
    }
  }
}

// Chains of one and two layers, with and without pooling, maps read at their ends or between them.
TEST_CASE("model: gradients through the fast form equal the plain ones in double, on every target") {
  for (const auto& layers : {positions({"conv1_1"}), positions({"conv1_2"}), positions({"pool1"}),
                             positions({"conv1_1", "conv2_1"}), positions({"pool2", "conv3_1"}), positions({"conv3_4"}),
                             positions({"conv1_2", "conv2_2", "conv3_3", "conv4_1"}), positions({"conv5_4"})}) {
    const Seen exact = look<double>(Context(2), {37, 45, 3}, layers, true);
    for (const SimdTarget target : available_targets()) {
      const Seen got = look<float>(Context(2, target), {37, 45, 3}, layers, true);
      INFO(to_string(target), ", ", vgg_layers()[layers.back()].keras_name());
      CHECK(relative_error(got.gradient, exact.gradient) < 1e-5);
    }
  }
}

// As `look`, with Gram matrices of some layers and maps of others.
template <class T>
Seen look_at_grams(const Context& context, const Shape& size, const std::vector<FeatureRequest>& requests) {
  const Vgg<T> network(network_weights());
  Tape<T> tape(context);
  const Id picture = tape.variable(size);
  const Tensor<T> values = numbers<T>(size, 3);
  std::copy_n(values.data(), size.count(), tape.value(picture).data());
  Seen seen;
  std::vector<Id> ids(requests.size());
  Id loss;
  network.read(tape, picture, requests, {.pooling = Pooling::average},
               [&](std::size_t k, Id value, Index positions, Id) {
                 tape.keep(value);
                 ids[k] = value;
                 const Id target = tape.input(tape.shape(value));
                 const Tensor<T> wanted = numbers<T>(tape.shape(value), 9);
                 std::copy_n(wanted.data(), wanted.shape().count(), tape.value(target).data());
                 const T factor =
                     requests[k].gram ? T(1) / static_cast<T>(positions * positions) : T(1) / static_cast<T>(positions);
                 const Id error = squared_error(tape, value, target, factor);
                 loss = loss.index < 0 ? error : add(tape, loss, error);
               });
  tape.set_loss(loss);
  tape.forward();
  for (const Id id : ids) seen.maps.push_back(as_doubles(tape.value(id)));
  tape.backward();
  seen.gradient = as_doubles(tape.gradient(picture));
  return seen;
}

const std::vector<std::vector<FeatureRequest>> kRequests = {
    {{0, true}},
    {{0, true}, {1, true}},
    {{1, true}, {0, true}, {0, false}},  // a map and its Gram matrix
    {{0, true}, {1, true}, {3, true}, {4, true}, {6, true}, {6, false}, {8, true}, {11, true}},
    {{2, true}, {2, false}, {10, true}, {19, true}}};

TEST_CASE("model: Gram matrices of the fast form and their gradients equal the plain ones in double, on every target") {
  for (const std::vector<FeatureRequest>& requests : kRequests) {
    for (const Shape& size : {Shape{37, 45, 3}, {16, 130, 3}}) {
      const Seen exact = look_at_grams<double>(Context(2), size, requests);
      for (const SimdTarget target : available_targets()) {
        const Seen got = look_at_grams<float>(Context(2, target), size, requests);
        INFO(to_string(target), ", ", text(size), ", ", requests.size(), " requests");
        for (std::size_t k = 0; k < requests.size(); ++k) CHECK(relative_error(got.maps[k], exact.maps[k]) < 1e-5);
        CHECK(relative_error(got.gradient, exact.gradient) < 1e-5);
      }
    }
  }
}

// As `look`, with squared distances of the layers' maps on a window's core from those of another picture, rounded as
// the fast form does, and of Gram matrices of the same layers. No core: no window.
template <class T>
Seen look_at_distances(const Context& context, const Shape& size, const std::vector<std::size_t>& layers,
                       const Area& core) {
  const Vgg<T> network(network_weights());
  NetworkOptions how{.pooling = Pooling::average};
  if (core.count() > 0) how.window = Window{core, {0, 0, size[0], size[1]}};
  std::vector<FeatureRequest> requests;
  for (const std::size_t layer : layers) requests.push_back({.layer = layer, .as_target = true});
  Tape<T> other(context);
  const Tensor<T> other_values = numbers<T>(size, 4);
  std::vector<Id> targets(layers.size());
  network.read(other, other.constant(other_values.view()), requests, how, [&](std::size_t k, Id value, Index, Id) {
    other.keep(value);
    targets[k] = value;
  });
  other.forward();

  Tape<T> tape(context);
  const Id picture = tape.variable(size);
  const Tensor<T> values = numbers<T>(size, 3);
  std::copy_n(values.data(), size.count(), tape.value(picture).data());
  requests.clear();
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const auto target = [&, k](const Shape& shape) {
      const Id id = tape.input(shape);
      const bool rounds = shape.rank() == 3 && !vgg_layers()[layers[k]].is_pool;  // a plain map
      const auto round = [&](T v) {
        return rounds ? static_cast<T>(float_from_half(half_from_float(static_cast<float>(v)))) : v;
      };
      const auto from = other.value(targets[k]);
      std::transform(from.begin(), from.end(), tape.value(id).begin(), round);
      return id;
    };
    requests.push_back({layers[k], true});
    requests.push_back({.layer = layers[k], .target = target});
  }
  std::vector<Id> ids(requests.size());
  Id loss;
  network.read(tape, picture, requests, how, [&](std::size_t k, Id value, Index positions, Id) {
    tape.keep(value);
    ids[k] = value;
    const T factor = T(1) / static_cast<T>(positions);
    const Id term = requests[k].gram ? squared_error(tape, value, tape.input(tape.shape(value)), factor * factor)
                                     : scale(tape, value, factor);
    loss = loss.index < 0 ? term : add(tape, loss, term);
  });
  tape.set_loss(loss);
  tape.forward();
  Seen seen;
  for (const Id id : ids) seen.maps.push_back(as_doubles(tape.value(id)));
  tape.backward();
  seen.gradient = as_doubles(tape.gradient(picture));
  return seen;
}

TEST_CASE("model: squared distances inside the fast form and their gradients equal the plain ones, on every target") {
  for (const auto& layers : {positions({"conv1_1", "conv1_2"}), positions({"conv2_1", "pool2", "conv3_2"}),
                             positions({"conv1_2", "conv2_2", "conv3_1", "conv4_1"})}) {
    // The second ends at the right and lower border, beside the third there are whole tiles.
    for (const Area& core : {Area{}, Area{8, 16, 29, 59}, Area{16, 80, 8, 16}}) {
      const Shape size{37, core.width == 16 ? 200 : 75, 3};
      const Seen exact = look_at_distances<double>(Context(2), size, layers, core);
      for (const SimdTarget target : available_targets()) {
        const Seen got = look_at_distances<float>(Context(2, target), size, layers, core);
        INFO(to_string(target), ", ", vgg_layers()[layers.back()].keras_name(), ", core of ", core.width, " columns");
        for (std::size_t k = 0; k < exact.maps.size(); ++k) CHECK(relative_error(got.maps[k], exact.maps[k]) < 1e-5);
        CHECK(relative_error(got.gradient, exact.gradient) < 5e-5);  // a few values are rounded the other way
      }
    }
  }
}

// Square maps, so that one window of a pooling covers them.
template <class T>
Seen look_at_sums(const Context& context, bool fast) {
  const Vgg<T> network(network_weights());
  Tape<T> tape(context);
  const Index side = 21;
  const Shape size{side, side, 3};
  const Id picture = tape.variable(size);
  const Tensor<T> values = numbers<T>(size, 3);
  std::copy_n(values.data(), size.count(), tape.value(picture).data());
  std::vector<Id> sums;
  if constexpr (std::is_same_v<T, float>) {
    const std::vector<Index> layers = {1, 2};
    if (fast)
      sums =
          oriented_conv2d_relu(tape, picture, network_weights()->oriented->layers().first(2), {.moments = layers}).sums;
  }
  if (!fast) {
    const auto layers = positions({"conv1_1", "conv1_2"});
    for (const Id map : network.record(tape, picture, layers, {.pooling = Pooling::average}))
      sums.push_back(scale(tape, avg_pool(tape, map, side, side), static_cast<T>(side * side)));
  }
  Id loss;
  for (const Id id : sums) {
    tape.keep(id);
    const Id error = squared_error(tape, id, tape.input(tape.shape(id)), T(1e-4));
    loss = loss.index < 0 ? error : add(tape, loss, error);
  }
  tape.set_loss(loss);
  tape.forward();
  Seen seen;
  for (const Id id : sums) seen.maps.push_back(as_doubles(tape.value(id)));
  tape.backward();
  seen.gradient = as_doubles(tape.gradient(picture));
  return seen;
}

TEST_CASE("model: channel sums of the fast form and their gradients, on every target") {
  const Seen exact = look_at_sums<double>(Context(2), false);
  for (const SimdTarget target : available_targets()) {
    if (target == SimdTarget::baseline) continue;
    const Seen got = look_at_sums<float>(Context(2, target), true);
    INFO(to_string(target));
    for (std::size_t k = 0; k < 2; ++k) CHECK(relative_error(got.maps[k], exact.maps[k]) < 1e-5);
    CHECK(relative_error(got.gradient, exact.gradient) < 1e-5);
  }
}

TEST_CASE("model: a value that is not a number reaches the maps and Gram matrices of the fast form") {
  for (const SimdTarget target : available_targets()) {
    Tape<float> tape(Context(2, target));
    const Vgg<float> network(network_weights());
    const Id picture = tape.input({20, 20, 3});
    std::fill_n(tape.value(picture).data(), 1200, 0.5F);
    tape.value(picture)[500] = std::numeric_limits<float>::quiet_NaN();
    std::vector<Id> ids;
    network.read(tape, picture, kRequests[3], {.pooling = Pooling::average}, [&](std::size_t, Id value, Index, Id) {
      tape.keep(value);
      ids.push_back(value);
    });
    tape.forward();
    for (const Id id : ids) {
      const std::vector<double> values = as_doubles(tape.value(id));
      INFO(to_string(target), ", ", text(tape.shape(id)));
      CHECK(std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }));
    }
  }
}

TEST_CASE("model: maps, Gram matrices and distances of the fast form are the same bits for any number of threads") {
  const Shape size{75, 101, 3};
  const auto layers = positions({"conv1_2", "conv3_1", "conv4_2"});
  const auto seen = [&](int threads) {
    const Context context(threads);
    return std::vector<Seen>{look<float>(context, size, layers, true),
                             look_at_grams<float>(context, size, kRequests[3]),
                             look_at_distances<float>(context, size, layers, {})};
  };
  const std::vector<Seen> one = seen(1);
  for (const int threads : {2, 3, 16}) {
    const std::vector<Seen> many = seen(threads);
    for (std::size_t k = 0; k < one.size(); ++k) {
      CHECK(one[k].maps == many[k].maps);
      CHECK(one[k].gradient == many[k].gradient);
    }
  }
}

}  // namespace
}  // namespace impasto
