#include "archive/onnx/onnx_input.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/onnx/onnx_constant.h"
#include "archive/onnx/onnx_fold.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Three = std::array<double, 3>;
using Integers = std::vector<std::int64_t>;

constexpr std::size_t kMaxSteps = 64;  // nodes before a network that are looked at

// They change where a colour is or how it is stored, not which it is.
constexpr const char* kNeutral[] = {"Identity", "Cast",    "Transpose", "Reshape",  "Squeeze",        "Unsqueeze",
                                    "Pad",      "Dropout", "Resize",    "Upsample", "ConstantOfShape"};

// value = scale x + shift of each channel, in the order of the channels at that place.
struct Colours {
  Three scale{1, 1, 1}, shift{0, 0, 0};
  bool changed = false;
};

// Whether the channels come out as third, second, first.
bool turns_channels(const OnnxFile& file, const OnnxNode& node, std::size_t axis) {
  const auto is_axis = [&](std::int64_t a) {
    return a == static_cast<std::int64_t>(axis) || a == static_cast<std::int64_t>(axis) - 4;
  };
  if (node.op == "Gather")
    return is_axis(node.integer("axis", 0)) && onnx_constant_integers(file, node.input(1)) == Integers{2, 1, 0};
  if (node.op != "Slice") return false;
  const auto axes = onnx_constant_integers(file, node.input(3)), steps = onnx_constant_integers(file, node.input(4));
  if (!steps) return false;
  // Every size may be named; the others are taken whole.
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const std::int64_t at = axes && i < axes->size() ? (*axes)[i] : static_cast<std::int64_t>(i);
    if (is_axis(at) != ((*steps)[i] == -1)) return false;
  }
  return std::count(steps->begin(), steps->end(), -1) == 1;
}

// Which one channel of `source` a value is; -1 for anything else.
std::int64_t channel_of(const OnnxFile& file, int value, int source, std::size_t axis) {
  if (value < 0 || file.value(value).node < 0) return -1;
  const OnnxNode& node = file.node(file.value(value).node);
  if (node.input(0) != source) return -1;
  if (node.op == "Split") return std::find(node.outputs.begin(), node.outputs.end(), value) - node.outputs.begin();
  if (node.op != "Slice") return -1;
  const auto numbers = [&](std::size_t input, const char* attribute) {
    return node.inputs.size() < 2 ? node.integers(attribute)
                                  : onnx_constant_integers(file, node.input(input)).value_or(Integers());
  };
  const Integers begins = numbers(1, "starts"), ends = numbers(2, "ends"), axes = numbers(3, "axes");
  if (begins.size() != 1 || begins[0] < 0 || begins[0] > 2) return -1;
  const bool one = ends == Integers{begins[0] + 1} && axes == Integers{std::int64_t(axis)};
  return one ? begins[0] : -1;
}

// Whether Slice or Split takes three channels apart and `concat` puts them together from the last to the first.
bool puts_channels_turned(const OnnxFile& file, int source, const OnnxNode& concat, std::size_t axis) {
  if (concat.op != "Concat" || concat.inputs.size() != 3) return false;
  for (std::size_t i = 0; i < 3; ++i) {
    if (channel_of(file, concat.inputs[i], source, axis) != 2 - static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

void turn(Colours& colours) {
  std::swap(colours.scale[0], colours.scale[2]);
  std::swap(colours.shift[0], colours.shift[2]);
  colours.changed = true;
}

// The axis of the channels before each node, counted back from the convolution, where it is 1.
std::vector<std::size_t> channel_axes(const OnnxFile& file, const std::vector<int>& nodes) {
  std::vector<std::size_t> axes(nodes.size());
  std::size_t axis = 1;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const OnnxNode& node = file.node(nodes[i]);
    const Integers order = node.integers("perm");
    if (node.op == "Transpose" && axis < order.size() && order[axis] >= 0 && order[axis] < 4)
      axis = static_cast<std::size_t>(order[axis]);
    axes[i] = axis;
  }
  return axes;
}

// False for a node that is not understood.
bool apply(const OnnxFile& file, const OnnxNode& node, int value, std::size_t axis, Colours& colours) {
  if (std::find(std::begin(kNeutral), std::end(kNeutral), node.op) != std::end(kNeutral)) return true;
  if (turns_channels(file, node, axis)) {
    turn(colours);
    return true;
  }
  const auto fold = find_onnx_fold(file, node, value, axis, 3);
  if (!fold) return false;
  const ChannelScales scales = onnx_channel_scales(file, {*fold}, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    colours.scale[c] *= scales.scale[c];
    colours.shift[c] = colours.shift[c] * scales.scale[c] + scales.shift[c];
  }
  return colours.changed = true;
}

bool near(const Three& a, const Three& b) {
  for (std::size_t c = 0; c < 3; ++c) {
    if (!(std::abs(a[c] - b[c]) < 0.01 * b[c])) return false;
  }
  return true;
}

std::string triple(const Three& numbers) { return text(numbers[0], ",", numbers[1], ",", numbers[2]); }

// (x - mean) / std of the two trainings, which everybody writes to some digits.
std::map<std::string, std::string> known_input(const Colours& colours) {
  Three mean{}, deviation{};
  for (std::size_t c = 0; c < 3; ++c) {
    mean[c] = -colours.shift[c] / colours.scale[c];
    deviation[c] = 1 / colours.scale[c];
  }
  struct Known {
    Three mean, deviation;  // R, G, B
    const char* range;
  };
  constexpr Known kKnown[] = {{{123.68, 116.779, 103.939}, {1, 1, 1}, "255"},
                              {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}, "1"},
                              {{123.675, 116.28, 103.53}, {58.395, 57.12, 57.375}, "255"}};
  for (const Known& known : kKnown) {
    for (const bool turned : {false, true}) {
      Three m = known.mean, d = known.deviation;
      if (turned) {
        std::swap(m[0], m[2]);
        std::swap(d[0], d[2]);
      }
      if (near(mean, m) && near(deviation, d))
        return {{"channel_order", turned ? "BGR" : "RGB"},
                {"range", known.range},
                {"mean", triple(mean)},
                {"std", triple(deviation)}};
    }
  }
  return {};
}

}  // namespace

OnnxInput read_onnx_input(const OnnxFile& file, const std::vector<int>& nodes) {
  OnnxInput input;
  if (nodes.size() > kMaxSteps) {
    input.left_out.emplace_back("a long chain of nodes");
    return input;
  }
  Colours colours;
  const std::vector<std::size_t> axes = channel_axes(file, nodes);
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const OnnxNode& node = file.node(nodes[i]);
    // The input that comes from the node before; any other may be a constant.
    int value = node.input(0);
    for (const int in : node.inputs) {
      if (in >= 0 &&
          (i == 0 ? file.value(in).node < 0 && file.value(in).tensor < 0 : file.value(in).node == nodes[i - 1]))
        value = in;
    }
    if (i + 1 < nodes.size() && puts_channels_turned(file, value, file.node(nodes[i + 1]), axes[i])) {
      turn(colours);
      changes.emplace_back("Concat");
      ++i;
      continue;
    }
    const bool changed = std::exchange(colours.changed, false);
    if (!apply(file, node, value, axes[i], colours)) input.left_out.push_back(node.op);
    if (colours.changed) changes.push_back(node.op);
    colours.changed = colours.changed || changed;
  }
  if (input.left_out.empty() && colours.changed) input.metadata = known_input(colours);
  if (input.metadata.empty()) input.left_out.insert(input.left_out.begin(), changes.begin(), changes.end());
  return input;
}

}  // namespace impasto::IMPASTO_ABI
