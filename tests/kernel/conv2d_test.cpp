// Float convolutions on every target against the double reference, over sizes that leave parts of tiles and vectors.
#include "kernel/conv2d.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "support/gradcheck.h"
#include "support/relative_error.h"

namespace impasto {
namespace {

using testing::random_tensor;
using testing::relative_error;

template <class T>
struct Results {
  Tensor<T> y, dx, dw;
};

template <class T>
Results<T> run(const Conv2d& conv, const Shape& xs, const Shape& ws, const Context& context) {
  const Tensor<T> x = random_tensor(xs, 1).as<float>().template as<T>(),
                  w = random_tensor(ws, 2).as<float>().template as<T>();
  const Tensor<T> dy = random_tensor(conv.output(), 3).as<float>().template as<T>();
  Results<T> r{Tensor<T>(conv.output()), Tensor<T>(xs), Tensor<T>(ws)};
  const Index elements = std::max({conv.forward_scratch<T>(context), conv.backward_data_scratch<T>(context),
                                   conv.backward_weights_scratch<T>(context)});
  Tensor<T> scratch({elements});
  conv.forward(context, x.data(), w.data(), r.y.data(), scratch.data());
  conv.backward_data(context, dy.data(), w.data(), r.dx.data(), false, scratch.data());
  conv.backward_weights(context, x.data(), dy.data(), r.dw.data(), false, scratch.data());
  return r;
}

TEST_CASE("kernel: convolution in float is within 1e-6 of double on every target, whatever the size") {
  struct Case {
    Shape x, w;
    Index stride;
  };
  for (const Case& c : {Case{{9, 11, 3}, {3, 3, 3, 60}, 1},
                        {{13, 7, 60}, {3, 3, 60, 114}, 1},
                        {{1, 1, 5}, {3, 3, 5, 17}, 1},
                        {{2, 31, 33}, {3, 3, 33, 31}, 1},
                        {{17, 16, 8}, {5, 3, 8, 9}, 2},
                        {{6, 6, 1}, {1, 1, 1, 1}, 1}}) {
    for (const Padding padding : {Padding::valid, Padding::zero, Padding::replicate, Padding::reflect}) {
      if (c.x[0] < 3 && padding != Padding::zero && padding != Padding::replicate) continue;
      const Conv2d conv(c.x, c.w, c.stride, padding);
      const Results<double> exact = run<double>(conv, c.x, c.w, Context(1));
      for (const SimdTarget target : available_targets()) {
        INFO(to_string(target), ", x ", text(c.x), ", w ", text(c.w), ", border ", static_cast<int>(padding));
        const Results<float> got = run<float>(conv, c.x, c.w, Context(2, target));
        CHECK(relative_error(got.y, exact.y) < 1e-6);
        CHECK(relative_error(got.dx, exact.dx) < 1e-6);
        CHECK(relative_error(got.dw, exact.dw) < 1e-6);
      }
    }
  }
}

TEST_CASE("kernel: the adjoint table lists every reader of a position, also across mirrored borders") {
  for (const Padding padding : {Padding::valid, Padding::zero, Padding::replicate, Padding::reflect}) {
    for (const Index stride : {1, 2, 3}) {
      const AxisTaps taps = window_taps(7, 5, stride, padding), back = transpose(taps, 7);
      std::size_t pairs = 0;
      for (Index o = 0; o < taps.positions; ++o) {
        for (Index i = 0; i < taps.taps; ++i) {
          for (const Index s : taps.at(o, i)) {
            const auto readers = back.at(s, taps.taps - 1 - i);
            CHECK(std::count(readers.begin(), readers.end(), o) == 1);
            ++pairs;
          }
        }
      }
      CHECK(back.source.size() == pairs);
    }
  }
}

TEST_CASE("kernel: borders repeat, mirror or drop what lies outside") {
  const auto first_window = [](Padding padding) {
    const AxisTaps taps = window_taps(5, 5, 1, padding);
    std::vector<Index> read;
    for (Index i = 0; i < 5; ++i) read.push_back(taps.at(0, i).empty() ? -1 : taps.at(0, i)[0]);
    return read;
  };
  CHECK(first_window(Padding::zero) == std::vector<Index>{-1, -1, 0, 1, 2});
  CHECK(first_window(Padding::replicate) == std::vector<Index>{0, 0, 0, 1, 2});
  CHECK(first_window(Padding::reflect) == std::vector<Index>{2, 1, 0, 1, 2});
  CHECK(first_window(Padding::valid) == std::vector<Index>{0, 1, 2, 3, 4});
}

TEST_CASE("kernel: mirrors mirror each other on short sides, and one position mirrors itself") {
  const auto around = [](Index size) {
    std::vector<Index> read;
    for (Index position = -3; position < size + 3; ++position)
      read.push_back(source_position(position, size, Padding::reflect));
    return read;
  };
  CHECK(around(1) == std::vector<Index>{0, 0, 0, 0, 0, 0, 0});
  CHECK(around(2) == std::vector<Index>{1, 0, 1, 0, 1, 0, 1, 0});
  CHECK(around(3) == std::vector<Index>{1, 2, 1, 0, 1, 2, 1, 0, 1});
}

}  // namespace
}  // namespace impasto
