// Winograd's convolution on every target against the double reference: values, decisions and data gradient, over
// borders, poolings, and sizes and channel counts that leave parts of tiles, panels and vectors.
#include "kernel/winograd/winograd.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernel/conv2d.h"
#include "support/gradcheck.h"
#include "support/relative_error.h"

namespace impasto {
namespace {

using testing::random_tensor;
using testing::relative_error;

struct Case {
  Shape x;
  Index K;
  Padding padding = Padding::zero;
  Pooling pool = Pooling::none;
};

// Numbers that are the same in float and double.
Tensor<double> numbers(const Shape& shape, std::uint64_t seed) {
  return random_tensor(shape, seed).as<float>().as<double>();
}

struct Reference {
  Tensor<double> x, w, b, dy, active;  // active: relu(w * x + b), not pooled
  Conv2d conv;

  explicit Reference(const Case& c)
      : x(numbers(c.x, 1)),
        w(numbers({3, 3, c.x[2], c.K}, 2)),
        b(numbers({c.K}, 3)),
        conv(c.x, w.shape(), 1, c.padding) {
    const Context context(2);
    Tensor<double> scratch({conv.forward_scratch<double>(context)});
    active = Tensor<double>(conv.output());
    conv.forward(context, x.data(), w.data(), active.data(), scratch.data());
    for (Index i = 0; i < active.shape().count(); ++i) active[i] = std::max(active[i] + b[i % c.K], 0.0);
  }

  Tensor<double> data_gradient(const Tensor<double>& d) const {
    const Context context(2);
    Tensor<double> scratch({conv.backward_data_scratch<double>(context)}), dx(x.shape());
    conv.backward_data(context, d.data(), w.data(), dx.data(), false, scratch.data());
    return dx;
  }
};

// The four values of a window, in row order.
std::array<Index, 4> window(const Shape& map, Index o, Index q, Index k) {
  const Index at = (2 * o * map[1] + 2 * q) * map[2] + k;
  return {at, at + map[2], at + map[1] * map[2], at + map[1] * map[2] + map[2]};
}

Tensor<double> pooled(const Tensor<double>& active, const Shape& shape, Pooling pool) {
  if (pool == Pooling::none) return active.clone();
  Tensor<double> y(shape);
  for (Index i = 0; i < shape.count(); ++i) {
    double sum = 0, most = 0;
    for (const Index at : window(active.shape(), i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2])) {
      sum += active[at];
      most = std::max(most, active[at]);
    }
    y[i] = pool == Pooling::max ? most : sum / 4;
  }
  return y;
}

struct Run {
  Tensor<float> y, dx;
  std::vector<std::uint8_t> bits;
  Index lanes;

  Run(const Case& c, const Reference& r, const Tensor<float>& dy, const Context& context, float before = 0)
      : dx(c.x, before), lanes(winograd_stages(context.target(), 6)->lanes) {
    const WinogradConv conv(context, c.x, c.K, c.padding, c.pool);
    y = Tensor<float>(conv.output());
    bits.resize(static_cast<std::size_t>(conv.mask_bytes()));
    const Tensor<float> x = r.x.as<float>(), w = r.w.as<float>(), b = r.b.as<float>();
    Tensor<float> scratch({std::max(conv.forward_scratch(), conv.backward_scratch())}, NAN);
    conv.forward(context, x.data(), w.data(), b.data(), y.data(), bits.data(), scratch.data());
    scratch = Tensor<float>(scratch.shape(), NAN);
    conv.backward(context, dy.data(), w.data(), bits.data(), dx.data(), before != 0, scratch.data());
  }

  bool decision(Index position, Index k, Index K) const {
    const Index bytes = (lanes + 7) / 8, lane = k % lanes;
    const Index at = position * mask_bytes_per_pixel(lanes, K) + k / lanes * bytes + lane / 8;
    return (bits[static_cast<std::size_t>(at)] >> (lane % 8) & 1) != 0;
  }
};

// dy spread to where it came from, by the decisions that the run took.
Tensor<double> spread(const Run& run, const Case& c, const Tensor<float>& dy) {
  Tensor<double> d({c.x[0], c.x[1], c.K}, 0.0);
  const Index K = c.K, W = dy.shape()[1];
  for (Index i = 0; i < dy.shape().count(); ++i) {
    const double slope = static_cast<double>(dy[i]);
    if (c.pool == Pooling::none) {
      d[i] = run.decision(i / K, i % K, K) ? slope : 0;
    } else {
      for (const Index at : window(d.shape(), i / (W * K), i / K % W, i % K))
        d[at] = run.decision(at / K, at % K, K) ? slope * (c.pool == Pooling::average ? 0.25 : 1) : 0;
    }
  }
  return d;
}

// Decisions differ from the reference only where values tie or nearly vanish.
Index wrong_decisions(const Run& run, const Case& c, const Reference& r) {
  Index wrong = 0;
  const Index K = c.K, H = run.y.shape()[0], W = run.y.shape()[1];
  for (Index i = 0; i < H * W * K; ++i) {
    if (c.pool == Pooling::none) {
      wrong += run.decision(i / K, i % K, K) != (r.active[i] > 0) && r.active[i] > 1e-3 ? 1 : 0;
      continue;
    }
    double most = 0;
    Index taken = 0;
    for (const Index at : window(r.active.shape(), i / (W * K), i / K % W, i % K)) most = std::max(most, r.active[at]);
    for (const Index at : window(r.active.shape(), i / (W * K), i / K % W, i % K)) {
      const bool on = run.decision(at / K, at % K, K);
      taken += on ? 1 : 0;
      const double threshold = c.pool == Pooling::max ? most - 1e-3 : 1e-3;
      wrong += on && r.active[at] < threshold - 1e-3 ? 1 : 0;
      wrong += c.pool == Pooling::average && !on && r.active[at] > threshold ? 1 : 0;
    }
    if (c.pool == Pooling::max) wrong += taken > 1 || (taken == 0 && most > 1e-3) ? 1 : 0;
  }
  return wrong;
}

void check(const Case& c) {
  const Reference reference(c);
  for (const SimdTarget target : available_targets()) {
    const Context context(2, target);
    if (!WinogradConv::available(context)) continue;
    INFO(to_string(target), ", x ", text(c.x), ", K ", c.K, ", border ", static_cast<int>(c.padding), ", pool ",
         static_cast<int>(c.pool));
    const Shape shape = WinogradConv(context, c.x, c.K, c.padding, c.pool).output();
    const Tensor<float> dy = random_tensor(shape, 4).as<float>();
    const Run run(c, reference, dy, context);
    CHECK(relative_error(run.y, pooled(reference.active, shape, c.pool)) < 1e-5);
    CHECK(wrong_decisions(run, c, reference) == 0);
    CHECK(relative_error(run.dx, reference.data_gradient(spread(run, c, dy))) < 1e-5);
  }
}

TEST_CASE("kernel: Winograd's values, decisions and gradient are within 1e-5 of double, for every border and pooling") {
  for (const Padding padding : {Padding::zero, Padding::replicate, Padding::reflect}) {
    for (const Pooling pool : {Pooling::none, Pooling::max, Pooling::average}) {
      for (const Shape& x : {Shape{17, 23, 20}, {12, 12, 64}, {13, 6, 3}, {2, 3, 5}, {7, 40, 33}})
        check({x, 37, padding, pool});
    }
  }
}

TEST_CASE(
    "kernel: Winograd is right for single pixels, single channels, and more channels than U is held for at once") {
  check({{1, 1, 5}, 7});
  check({{1, 9, 1}, 1, Padding::replicate});
  check({{1, 1, 5}, 7, Padding::reflect});
  check({{1, 9, 4}, 3, Padding::reflect});
  check({{8, 8, 1}, 1, Padding::zero, Pooling::max});
  check({{19, 25, 270}, 300});
  check({{31, 13, 257}, 290, Padding::reflect, Pooling::max});
}

TEST_CASE("kernel: Winograd's last tiles may have any number of outputs along either axis") {
  const Index small = 5, large = 25;  // from where on both tiles, 4 x 4 and 6 x 6, have every remainder
  for (Index h = 0; h < 4; ++h) {
    for (Index w = 0; w < 4; ++w) check({{small + h, small + w, 18}, 33});
  }
  for (Index h = 0; h < 6; ++h) {
    for (Index w = 0; w < 6; ++w)
      check({{large + h, large + w, 18}, 33, h % 2 == 0 ? Padding::zero : Padding::reflect});
  }
  check({{27, 22, 260}, 290, Padding::zero, Pooling::average});
}

TEST_CASE("kernel: Winograd gives the same bits for any number of threads") {
  for (const Case& c : {Case{{40, 37, 20}, 37, Padding::replicate, Pooling::max}, Case{{13, 14, 270}, 300}}) {
    const Reference reference(c);
    const Tensor<float> dy =
        random_tensor(WinogradConv(Context(1), c.x, c.K, c.padding, c.pool).output(), 4).as<float>();
    const Run one(c, reference, dy, Context(1));
    for (const int threads : {2, 3, 16}) {
      const Run many(c, reference, dy, Context(threads));
      CHECK(std::equal(one.y.values().begin(), one.y.values().end(), many.y.data()));
      CHECK(std::equal(one.dx.values().begin(), one.dx.values().end(), many.dx.data()));
      CHECK(one.bits == many.bits);
    }
  }
}

TEST_CASE("kernel: Winograd's gradient can be added to what is there") {
  for (const Padding padding : {Padding::zero, Padding::replicate}) {
    const Case c{{9, 11, 6}, 10, padding};
    const Reference reference(c);
    const Tensor<float> dy = random_tensor({9, 11, 10}, 4).as<float>();
    const Run written(c, reference, dy, Context(2)), added(c, reference, dy, Context(2), 1);
    for (Index i = 0; i < written.dx.shape().count(); ++i) CHECK(std::abs(added.dx[i] - 1 - written.dx[i]) < 1e-4F);
  }
}

TEST_CASE("kernel: a value that is not a number passes through Winograd, ReLU and pooling") {
  for (const Pooling pool : {Pooling::none, Pooling::max, Pooling::average}) {
    const Case c{{12, 12, 4}, 5, Padding::zero, pool};
    Reference reference(c);
    reference.x[(5 * 12 + 5) * 4] = NAN;
    const Index width = pool == Pooling::none ? 12 : 6, at = pool == Pooling::none ? 5 : 2;
    const Tensor<float> dy({width, width, 5}, 1.0F);
    CHECK(std::isnan(Run(c, reference, dy, Context(1)).y[(at * width + at) * 5]));
  }
}

}  // namespace
}  // namespace impasto
