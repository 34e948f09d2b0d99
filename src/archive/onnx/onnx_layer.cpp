#include "archive/onnx/onnx_layer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/onnx/onnx_constant.h"
#include "archive/onnx/onnx_graph.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Integers = std::vector<std::int64_t>;

// An attribute that is not there is all of `otherwise`.
bool all(const Integers& numbers, std::int64_t wanted, std::int64_t otherwise) {
  if (numbers.empty()) return wanted == otherwise;
  return std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t number) { return number == wanted; });
}

std::string steps(const Integers& numbers) {
  std::string words;
  for (const std::int64_t number : numbers) words += (words.empty() ? "" : " x ") + std::to_string(number);
  return words;
}

// Why the node is no convolution of VGG, apart from its weights.
std::string unfit(const OnnxNode& node, const OnnxConstant& weights, const std::string& padded) {
  const Integers& sizes = weights.sizes;
  if (weights.reshaped || sizes.size() != 4) return text("a convolution with weights of ", sizes.size(), " sizes");
  if (weights.count() == 0) return "a convolution without weights";
  if (sizes[2] != 3 || sizes[3] != 3) return text("a convolution of ", sizes[2], " x ", sizes[3]);
  if (node.integer("group", 1) != 1) return text("a convolution in ", node.integer("group", 1), " groups");
  if (!all(node.integers("strides"), 1, 1))
    return text("a convolution with steps of ", steps(node.integers("strides")));
  if (!all(node.integers("dilations"), 1, 1))
    return text("a convolution with holes of ", steps(node.integers("dilations")));
  const std::string automatic = node.text("auto_pad");
  const bool same = automatic.starts_with("SAME");
  const bool told = automatic.empty() || automatic == "NOTSET";
  const Integers pads = told ? node.integers("pads") : Integers();
  const bool one = same || (told && pads.size() == 4 && all(pads, 1, 0));
  const bool none = !same && all(pads, 0, 0);
  if (!(padded.empty() ? one : none)) return "a convolution that does not pad its input by one";
  return {};
}

}  // namespace

bool is_onnx_convolution(const OnnxNode& node) { return node.op.ends_with("Conv"); }

OnnxKernel read_onnx_kernel(const OnnxFile& file, const OnnxNode& node, const std::string& padded) {
  OnnxKernel kernel;
  const bool fused = node.op == "com.microsoft.FusedConv";
  if (node.op != "Conv" && !fused) {
    kernel.unfit = node.op;
    return kernel;
  }
  auto weights = find_onnx_constant(file, node.input(1));
  auto bias = find_onnx_constant(file, node.input(2));
  if (!weights) {
    kernel.unfit = "a convolution whose weights are computed by other nodes (simplify the model and try again)";
    return kernel;
  }
  kernel.unfit = unfit(node, *weights, padded);
  if (kernel.unfit.empty() && node.input(2) >= 0 && (!bias || std::int64_t(bias->count()) != weights->sizes[0]))
    kernel.unfit = "a convolution whose bias is not one number for each filter";
  if (kernel.unfit.empty() && fused && (node.text("activation") != "Relu" || node.input(3) >= 0))
    kernel.unfit = "a convolution fused with something other than ReLU";
  if (kernel.unfit.empty() && (node.outputs.empty() || node.outputs[0] < 0))
    kernel.unfit = "a convolution without a result";
  kernel.weights = std::move(*weights);
  kernel.bias = std::move(bias);
  kernel.padding = padded.empty() ? "zero" : padded;
  kernel.relu = fused;
  return kernel;
}

std::string onnx_pooling_of(const OnnxNode& node) {
  if (node.op != "MaxPool" && node.op != "AveragePool") return {};
  const bool two = node.integers("kernel_shape") == Integers{2, 2} && node.integers("strides") == Integers{2, 2};
  if (!two || !all(node.integers("pads"), 0, 0) || !all(node.integers("dilations"), 1, 1)) return {};
  return node.op == "MaxPool" ? "max" : "average";
}

std::string onnx_padding_of(const OnnxFile& file, const OnnxNode& node, std::size_t axis) {
  if (node.op != "Pad" || node.input(3) >= 0) return {};
  const Integers pads =
      node.input(1) < 0 ? node.integers("pads") : onnx_constant_integers(file, node.input(1)).value_or(Integers());
  const Integers wanted = axis == 1 ? Integers{0, 0, 1, 1, 0, 0, 1, 1} : Integers{0, 1, 1, 0, 0, 1, 1, 0};
  if (pads != wanted) return {};
  const std::string mode = node.text("mode");
  if (mode == "reflect") return mode;
  if (mode == "edge") return "replicate";
  if (!mode.empty() && mode != "constant") return {};
  if (node.real("value", 0) != 0) return {};
  if (node.input(2) < 0) return "zero";
  const auto value = find_onnx_constant(file, node.input(2));
  const bool zero = value && value->count() == 1 && onnx_constant_values(file, *value)[0] == 0;
  return zero ? "zero" : std::string();
}

std::size_t moved_channel_axis(const OnnxNode& transpose, std::size_t axis) {
  const Integers order = transpose.integers("perm");
  if (order == Integers{0, 1, 2, 3}) return axis;
  if (axis == 1 && order == Integers{0, 2, 3, 1}) return 3;
  return axis == 3 && order == Integers{0, 3, 1, 2} ? 1 : 0;
}

}  // namespace impasto::IMPASTO_ABI
