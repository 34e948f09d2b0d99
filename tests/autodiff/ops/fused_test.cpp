// The fused ops of a convolution against the plain ops they stand for: both must agree.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include "support/gradcheck.h"
#include "support/relative_error.h"

namespace impasto {
namespace {

using testing::random_tensor;
using testing::relative_error;

struct Values {
  double loss;
  std::vector<double> gradient;
};

template <class T, class Record>
Values evaluate(const Context& context, const std::vector<Shape>& shapes, const Record& record) {
  Tape<T> tape(context);
  std::vector<Id> ids;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    ids.push_back(i == 0 ? tape.variable(shapes[i]) : tape.input(shapes[i]));
    const Tensor<T> values = random_tensor(shapes[i], 5 + i).template as<float>().template as<T>();
    std::copy_n(values.data(), values.shape().count(), tape.value(ids.back()).data());
  }
  const Id loss = record(tape, ids);
  tape.set_loss(loss);
  tape.forward();
  tape.backward();
  return {static_cast<double>(tape.value(loss)[0]), {tape.gradient(ids[0]).begin(), tape.gradient(ids[0]).end()}};
}

// A smooth loss with a slope of its own at every element, which few near ties of ReLU or pooling can turn.
template <class T>
Id loss_of(Tape<T>& tape, Id y) {
  return squared_error(tape, y, tape.input(tape.shape(y)), T(0.5));
}

void expect_agreement(const std::vector<Shape>& shapes, const auto& record) {
  const Values exact = evaluate<double>(Context(2), shapes, record);
  for (const SimdTarget target : available_targets()) {
    for (const Convolution how : {Convolution::automatic, Convolution::im2col}) {
      INFO(to_string(target), ", ", to_string(how), ", x ", text(shapes[0]));
      const Values got = evaluate<float>(Context(2, target).with_convolution(how), shapes, record);
      CHECK(std::abs(got.loss - exact.loss) < 1e-5 * std::abs(exact.loss));
      CHECK(relative_error(got.gradient, exact.gradient) < 2e-3);  // one turned decision in some thousands
    }
  }
}

TEST_CASE("autodiff: conv2d_relu agrees with conv2d, bias, relu and pooling, and with double, on every target") {
  for (const Padding padding : {Padding::zero, Padding::replicate, Padding::reflect}) {
    for (const Pooling pool : {Pooling::none, Pooling::max, Pooling::average}) {
      expect_agreement({{21, 26, 7}, {3, 3, 7, 19}, {19}}, [=](auto& tape, const std::vector<Id>& v) {
        return loss_of(tape, conv2d_relu(tape, v[0], v[1], v[2], padding, pool));
      });
    }
  }
}

TEST_CASE("autodiff: conv2d_relu_pair agrees with its parts, for either value or both, whatever the size") {
  // 11 + 12 n and 35 + 36 n positions leave one beyond the last block, 10 and 34 two less: where borders are folded.
  for (const Shape& x : {Shape{12, 36, 3}, {13, 37, 3}, {25, 80, 3}, {23, 71, 3}, {22, 35, 3}, {2, 2, 1}, {40, 5, 4}}) {
    for (const Pooling pool : {Pooling::none, Pooling::max, Pooling::average}) {
      for (const int read : {1, 2, 3}) {
        const std::vector<Shape> shapes = {x, {3, 3, x[2], 20}, {20}, {3, 3, 20, 24}, {24}};
        for (const Padding padding : {Padding::zero, Padding::replicate, Padding::reflect}) {
          INFO("pool ", static_cast<int>(pool), ", read ", read, ", padding ", static_cast<int>(padding));
          expect_agreement(shapes, [=](auto& tape, const std::vector<Id>& v) {
            using T = std::remove_reference_t<decltype(tape.value(v[0])[0])>;
            const PairMoments wanted[] = {PairMoments::none, PairMoments::gram, PairMoments::gram_and_sum};
            const ConvPairIds pair =
                conv2d_relu_pair(tape, v[0], {v[1], v[2], v[3], v[4]}, padding, pool, wanted[read - 1]);
            const Id map = loss_of(tape, pair.y);
            if (read == 1) return map;
            const Id gram = scale(tape, loss_of(tape, pair.gram), T(1e-4));
            if (read == 2) return gram;
            return add(tape, map, add(tape, gram, scale(tape, loss_of(tape, pair.sum), T(1e-2))));
          });
        }
      }
    }
  }
}

TEST_CASE("autodiff: conv2d_relu_pair gives the moments of a core, whatever the border") {
  for (const Shape& x : {Shape{35, 71, 3}, {33, 40, 3}, {24, 24, 3}, {20, 37, 3}}) {
    for (const Padding padding : {Padding::zero, Padding::replicate, Padding::reflect}) {
      for (const Area& core : {Area{0, 0, 10, 12}, {8, 4, 12, 20}, {x[0] - 9, x[1] - 7, 9, 7}, {0, 3, x[0], 1}}) {
        INFO("padding ", static_cast<int>(padding), ", core at ", core.top, " ", core.left);
        expect_agreement({x, {3, 3, x[2], 20}, {20}, {3, 3, 20, 24}, {24}}, [=](auto& tape, const std::vector<Id>& v) {
          using T = std::remove_reference_t<decltype(tape.value(v[0])[0])>;
          const ConvPairIds pair = conv2d_relu_pair(tape, v[0], {v[1], v[2], v[3], v[4]}, padding, Pooling::max,
                                                    PairMoments::gram_and_sum, core);
          const Id moments =
              add(tape, scale(tape, loss_of(tape, pair.gram), T(1e-4)), scale(tape, loss_of(tape, pair.sum), T(1e-2)));
          return add(tape, moments, loss_of(tape, pair.y));
        });
      }
    }
  }
}

TEST_CASE("autodiff: a value that is not a number is the maximum of its window, fused with a convolution or not") {
  const Shape x{16, 20, 3};
  const auto pooled = [&](auto& tape, Index bad, bool pair) {
    using T = std::remove_reference_t<decltype(tape.value(Id{0})[0])>;
    std::vector<Id> ids;
    for (const Shape& shape : {x, Shape{3, 3, 3, 20}, Shape{20}, Shape{3, 3, 20, 24}, Shape{24}}) {
      ids.push_back(tape.input(shape));
      const Tensor<T> values = random_tensor(shape, 5 + ids.size()).template as<float>().template as<T>();
      std::copy_n(values.data(), values.shape().count(), tape.value(ids.back()).data());
    }
    tape.value(ids[0])[bad] = std::numeric_limits<T>::quiet_NaN();
    const Id y = pair ? conv2d_relu_pair(tape, ids[0], {ids[1], ids[2], ids[3], ids[4]}, Padding::zero, Pooling::max).y
                      : conv2d_relu(tape, ids[0], ids[1], ids[2], Padding::zero, Pooling::max);
    tape.keep(y);
    tape.forward();
    return std::vector<T>(tape.value(y).begin(), tape.value(y).end());
  };
  for (const bool pair : {false, true}) {
    for (const Index row : {6, 7}) {
      for (const Index column : {8, 9}) {
        const Index bad = (row * x[1] + column) * x[2] + 1;
        Tape<double> reference(Context(1));
        const std::vector<double> wanted = pooled(reference, bad, pair);
        for (const SimdTarget target : available_targets()) {
          Tape<float> tape(Context(1, target));
          const std::vector<float> got = pooled(tape, bad, pair);
          std::size_t lost = 0, bad_values = 0;
          for (std::size_t i = 0; i < wanted.size(); ++i) {
            bad_values += std::isnan(wanted[i]) ? 1 : 0;
            lost += std::isnan(wanted[i]) && !std::isnan(got[i]) ? 1 : 0;
          }
          CAPTURE(to_string(target));
          CHECK(bad_values > 0);
          CHECK(lost == 0);
        }
      }
    }
  }
}

TEST_CASE("autodiff: conv2d_relu_pair gives the same bits for any number of threads") {
  const std::vector<Shape> shapes = {{50, 77, 3}, {3, 3, 3, 20}, {20}, {3, 3, 20, 24}, {24}};
  const auto record = [](auto& tape, const std::vector<Id>& v) {
    const ConvPairIds pair = conv2d_relu_pair(tape, v[0], {v[1], v[2], v[3], v[4]}, Padding::reflect, Pooling::max,
                                              PairMoments::gram_and_sum);
    return add(tape, add(tape, sum(tape, pair.y), sum(tape, pair.gram)), sum(tape, pair.sum));
  };
  const Values one = evaluate<float>(Context(1), shapes, record);
  for (const int threads : {2, 3, 7}) {
    const Values many = evaluate<float>(Context(threads), shapes, record);
    CHECK(one.loss == many.loss);
    CHECK(one.gradient == many.gradient);
  }
}

TEST_CASE("autodiff: a map that two Gram matrices and a content loss read has one gradient, on every target") {
  expect_agreement({{21, 26, 7}, {3, 3, 7, 19}, {19}, {3, 3, 19, 9}, {9}}, [](auto& tape, const std::vector<Id>& v) {
    using T = std::remove_reference_t<decltype(tape.value(v[0])[0])>;
    const Id a = conv2d_relu(tape, v[0], v[1], v[2], Padding::zero);
    const Id y = conv2d_relu(tape, a, v[3], v[4], Padding::zero, Pooling::average);
    const Id grams = add(tape, loss_of(tape, gram_matrix(tape, a)), sum(tape, gram_matrix(tape, a)));
    return add(tape, add(tape, loss_of(tape, a), scale(tape, grams, T(1e-3))), loss_of(tape, y));
  });
}

TEST_CASE("autodiff: 64 threads on a handful of positions") {
  const std::vector<Shape> shapes = {{2, 3, 3}, {3, 3, 3, 20}, {20}, {3, 3, 20, 24}, {24}};
  const auto record = [](auto& tape, const std::vector<Id>& v) {
    return sum(
        tape, conv2d_relu_pair(tape, v[0], {v[1], v[2], v[3], v[4]}, Padding::zero, Pooling::max, PairMoments::gram).y);
  };
  CHECK(evaluate<float>(Context(1), shapes, record).gradient == evaluate<float>(Context(64), shapes, record).gradient);
}

TEST_CASE("autodiff: fused ops take weight gradients by recording the plain ops") {
  Tape<float> tape(Context(1));
  const Id x = tape.variable({6, 6, 2}), w = tape.variable({3, 3, 2, 3}), b = tape.input({3});
  conv2d_relu(tape, x, w, b, Padding::zero, Pooling::max);
  CHECK(tape.profile().size() == 4);
}

TEST_CASE("autodiff: fused ops refuse shapes that do not fit as the plain ops do") {
  Tape<float> tape(Context(1));
  const Id x = tape.input({6, 6, 2}), w = tape.input({3, 3, 3, 3}), b = tape.input({3});
  CHECK_THROWS_WITH_AS(conv2d_relu(tape, x, w, b, Padding::zero), doctest::Contains("do not fit"), Error);
  CHECK_THROWS_WITH_AS(conv2d_relu(tape, tape.input({1, 6, 3}), w, b, Padding::zero, Pooling::max),
                       doctest::Contains("too small"), Error);
}

}  // namespace
}  // namespace impasto
