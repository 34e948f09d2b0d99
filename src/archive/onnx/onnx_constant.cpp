#include "archive/onnx/onnx_constant.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/onnx/onnx_graph.h"
#include "archive/onnx/onnx_tensor.h"
#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMaxHops = 16;  // nodes between an array and its reader

bool is_one_of(const std::string& op, std::initializer_list<const char*> words) {
  return std::find(words.begin(), words.end(), op) != words.end();
}

// Whether the permutation is one of all sizes.
bool permutes(const std::vector<std::int64_t>& order, std::size_t rank) {
  std::vector<bool> seen(rank);
  if (order.size() != rank) return false;
  for (const std::int64_t i : order) {
    if (i < 0 || i >= static_cast<std::int64_t>(rank) || seen[static_cast<std::size_t>(i)]) return false;
    seen[static_cast<std::size_t>(i)] = true;
  }
  return true;
}

bool is_vector(const std::vector<std::int64_t>& sizes) {
  return std::count_if(sizes.begin(), sizes.end(), [](std::int64_t size) { return size != 1; }) <= 1;
}

// False where the sizes do not let it.
bool transpose(OnnxConstant& constant, const OnnxNode& node) {
  if (constant.reshaped) return constant.vector;
  const std::size_t rank = constant.sizes.size();
  std::vector<std::int64_t> order = node.integers("perm");
  if (order.empty()) {  // the sizes turned round
    order.resize(rank);
    std::iota(order.rbegin(), order.rend(), 0);
  }
  if (!permutes(order, rank)) return false;
  if (constant.order.empty()) {
    constant.order.resize(rank);
    std::iota(constant.order.begin(), constant.order.end(), std::size_t{0});
  }
  const OnnxConstant before = constant;
  for (std::size_t i = 0; i < rank; ++i) {
    constant.sizes[i] = before.sizes[static_cast<std::size_t>(order[i])];
    constant.order[i] = before.order[static_cast<std::size_t>(order[i])];
  }
  return true;
}

// Whether at most one size is not 1 behind the node, as far as can be told. Only Reshape makes more of such sizes.
bool gives_vector(const OnnxFile& file, const OnnxConstant& constant, const OnnxNode& node) {
  if (constant.count() == 1) return true;
  if (node.op != "Reshape") return constant.reshaped ? constant.vector : is_vector(constant.sizes);
  if (node.input(1) < 0) return node.attributes.count("shape") != 0 && is_vector(node.integers("shape"));
  const auto sizes = onnx_constant_integers(file, node.input(1));
  return sizes && is_vector(*sizes);
}

// A vector in whatever sizes; false where numbers were moved before.
bool reshape(const OnnxFile& file, OnnxConstant& constant, const OnnxNode& node) {
  if (!constant.order.empty() && !is_vector(constant.sizes)) return false;
  constant.vector = gives_vector(file, constant, node);
  constant.sizes = {saturated<std::int64_t>(constant.count())};
  constant.order.clear();
  constant.reshaped = true;
  return true;
}

}  // namespace

std::uint64_t OnnxConstant::count() const { return saturated_product(sizes); }

void refuse_quantised(const OnnxNode& node, const std::string& label) {
  const bool quantised =
      is_one_of(node.op, {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "ConvInteger"});
  require(!quantised, ErrorCode::input, label, " is a quantised network (", node.op, "): its weights are rounded to 8 ",
          "bits or fewer, which is not read; get the model before its quantisation");
}

std::optional<OnnxConstant> find_onnx_constant(const OnnxFile& file, int value) {
  std::vector<const OnnxNode*> moves;
  while (value >= 0 && file.value(value).tensor < 0) {
    if (file.value(value).node < 0 || moves.size() == kMaxHops) return std::nullopt;
    const OnnxNode& node = file.node(file.value(value).node);
    refuse_quantised(node, file.label);
    if (!is_one_of(node.op, {"Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten"}))
      return std::nullopt;
    moves.push_back(&node);
    value = node.input(0);
  }
  if (value < 0) return std::nullopt;
  OnnxConstant constant;
  constant.tensor = file.value(value).tensor;
  const OnnxTensor& tensor = file.tensor(constant.tensor);
  if (!tensor.is_float()) return std::nullopt;
  constant.sizes = tensor.sizes;
  for (auto node = moves.rbegin(); node != moves.rend(); ++node) {
    if ((*node)->op == "Identity" || (*node)->op == "Cast") continue;
    if (!((*node)->op == "Transpose" ? transpose(constant, **node) : reshape(file, constant, **node)))
      return std::nullopt;
  }
  return constant;
}

std::vector<float> onnx_constant_values(const OnnxFile& file, const OnnxConstant& constant) {
  const OnnxTensor& tensor = file.tensor(constant.tensor);
  std::vector<float> values = read_onnx_values(tensor, file.file, file.path, file.label);
  const std::size_t rank = constant.order.size();
  if (std::is_sorted(constant.order.begin(), constant.order.end()) || values.empty()) return values;
  std::vector<std::size_t> stride(rank), step(rank), index(rank, 0);
  std::size_t places = 1;
  for (std::size_t i = rank; i-- > 0; places *= static_cast<std::size_t>(tensor.sizes[i])) stride[i] = places;
  for (std::size_t i = 0; i < rank; ++i) step[i] = stride[constant.order[i]];
  std::vector<float> turned(values.size());
  std::size_t from = 0;
  for (float& value : turned) {
    value = values[from];
    for (std::size_t i = rank; i-- > 0;) {
      from += step[i];
      if (++index[i] < static_cast<std::size_t>(constant.sizes[i])) break;
      from -= step[i] * index[i];
      index[i] = 0;
    }
  }
  return turned;
}

std::optional<std::vector<std::int64_t>> onnx_constant_integers(const OnnxFile& file, int value) {
  for (std::size_t hops = 0; value >= 0 && hops < kMaxHops; ++hops) {
    if (file.value(value).tensor >= 0)
      return read_onnx_integers(file.tensor(file.value(value).tensor), file.file, file.label);
    if (file.value(value).node < 0) break;
    const OnnxNode& node = file.node(file.value(value).node);
    if (!is_one_of(node.op, {"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze"})) break;
    value = node.input(0);
  }
  return std::nullopt;
}

}  // namespace impasto::IMPASTO_ABI
