// Single operations against PyTorch: 3 x 5 and 3 x 3 kernels, every border, strides 1 and 2, both poolings.
#include "support/golden.h"

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "autodiff/ops/ops.h"

namespace impasto {
namespace {

using testing::golden_json;
using testing::Json;
using testing::worst_difference;

template <class T>
void set(Tape<T>& tape, Id id, const Json& values) {
  std::transform(values.begin(), values.end(), tape.value(id).begin(),
                 [](const Json& v) { return static_cast<T>(v.get<double>()); });
}

// sum(y * c), with gradient c at y: -sum (y - c)^2 / 2 differs from it by terms whose gradient is -y.
template <class T>
Id dot(Tape<T>& tape, Id y, Id c) {
  const Id zero = tape.input(tape.shape(y));
  return add(tape, squared_error(tape, y, c, T(-0.5)), squared_error(tape, y, zero, T(0.5)));
}

template <class T>
void check(std::span<const T> got, const Json& wanted, double tolerance) {
  CHECK(worst_difference<T>(got, wanted.get<std::vector<double>>()) < tolerance);
}

template <class T>
void check_conv(const Json& golden, const Json& kernel, Index height, Index width, const char* border_name,
                Padding padding, Index stride, const Context& context, double tolerance) {
  const Json& wanted = kernel[text(border_name, "_stride", stride)];
  INFO(height, " x ", width, ", ", std::string(border_name), ", stride ", stride, ", ", to_string(context.target()));
  Tape<T> tape(context);
  const Id x = tape.variable({5, 7, 2}), w = tape.variable({height, width, 2, 3}), b = tape.variable({3});
  const Id y = bias(tape, conv2d(tape, x, w, stride, padding), b);
  REQUIRE(tape.shape(y) == Shape{wanted["shape"][0].get<Index>(), wanted["shape"][1].get<Index>(), 3});
  const Id c = tape.input(tape.shape(y));
  tape.keep(y);
  tape.set_loss(dot(tape, y, c));
  set(tape, x, golden["input"]);
  set(tape, w, kernel["weights"]);
  set(tape, b, kernel["bias"]);
  set(tape, c, wanted["cotangent"]);
  tape.forward();
  tape.backward();
  check<T>(tape.value(y), wanted["output"], tolerance);
  check<T>(tape.gradient(x), wanted["input_gradient"], tolerance);
  check<T>(tape.gradient(w), wanted["weight_gradient"], tolerance);
  check<T>(tape.gradient(b), wanted["bias_gradient"], tolerance);
}

TEST_CASE("autodiff: convolution and its three gradients agree with PyTorch for every border and stride") {
  const Json golden = golden_json("golden_ops.json");
  const std::pair<const char*, Padding> borders[] = {{"valid", Padding::valid},
                                                     {"zero", Padding::zero},
                                                     {"replicate", Padding::replicate},
                                                     {"reflect", Padding::reflect}};
  for (const auto& [name, height, width] :
       {std::tuple<const char*, Index, Index>{"conv3x5", 3, 5}, {"conv3x3", 3, 3}}) {
    for (const auto& [border_name, padding] : borders) {
      for (const Index stride : {Index{1}, Index{2}}) {
        check_conv<double>(golden, golden[name], height, width, border_name, padding, stride, Context(2), 1e-9);
        for (const SimdTarget target : available_targets()) {
          check_conv<float>(golden, golden[name], height, width, border_name, padding, stride, Context(2, target),
                            1e-5);
        }
      }
    }
  }
}

TEST_CASE("autodiff: pooling and its gradient agree with PyTorch on an odd map") {
  const Json golden = golden_json("golden_ops.json");
  for (const bool maximum : {true, false}) {
    const Json& wanted = golden[maximum ? "max_pool" : "average_pool"];
    Tape<double> tape(Context(2));
    const Id x = tape.variable({5, 7, 2});
    const Id y = maximum ? max_pool(tape, x) : avg_pool(tape, x);
    const Id c = tape.input(tape.shape(y));
    tape.keep(y);
    tape.set_loss(dot(tape, y, c));
    set(tape, x, golden["input"]);
    set(tape, c, wanted["cotangent"]);
    tape.forward();
    tape.backward();
    check<double>(tape.value(y), wanted["output"], 1e-12);
    check<double>(tape.gradient(x), wanted["input_gradient"], 1e-12);
  }
}

}  // namespace
}  // namespace impasto
