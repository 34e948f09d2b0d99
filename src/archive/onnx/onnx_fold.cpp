#include "archive/onnx/onnx_fold.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/onnx/onnx_constant.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Kind = OnnxFold::Kind;

constexpr std::size_t kRank = 4;  // of a map

// Whether the numbers meet a map's channels: ONNX puts the last size of both together, and before version 7 of its
// operators the first one on `node`'s axis.
bool meets_channels(const OnnxConstant& constant, const OnnxNode& node, std::size_t axis, std::int64_t channels) {
  if (constant.count() == 1) return true;
  if (constant.count() != static_cast<std::uint64_t>(channels) || constant.sizes.size() > kRank) return false;
  if (constant.reshaped) return true;
  const std::int64_t first = static_cast<std::int64_t>(kRank - constant.sizes.size());
  const std::int64_t begin = node.attributes.count("axis") != 0 ? node.integer("axis", first) : first;
  for (std::size_t i = 0; i < constant.sizes.size(); ++i) {
    if (constant.sizes[i] != 1) return begin == static_cast<std::int64_t>(axis) - static_cast<std::int64_t>(i);
  }
  return false;
}

std::optional<OnnxFold> find_normalisation(const OnnxFile& file, const OnnxNode& node, std::size_t axis,
                                           std::int64_t channels) {
  if (axis != 1 || node.integer("training_mode", 0) != 0) return std::nullopt;
  OnnxFold fold{Kind::normalise, {}, node.real("epsilon", 1e-5)};
  for (std::size_t i = 1; i <= 4; ++i) {
    auto constant = find_onnx_constant(file, node.input(i));
    if (!constant || constant->count() != static_cast<std::uint64_t>(channels)) return std::nullopt;
    fold.constants.push_back(std::move(*constant));
  }
  return fold;
}

}  // namespace

std::optional<OnnxFold> find_onnx_fold(const OnnxFile& file, const OnnxNode& node, int value, std::size_t axis,
                                       std::int64_t channels) {
  if (node.op == "BatchNormalization") {
    return node.input(0) == value ? find_normalisation(file, node, axis, channels) : std::nullopt;
  }
  const bool second = node.input(0) != value;
  Kind kind{};
  if (node.op == "Add") {
    kind = Kind::add;
  } else if (node.op == "Mul") {
    kind = Kind::multiply;
  } else if (node.op == "Sub") {
    kind = second ? Kind::subtract_from : Kind::subtract;
  } else if (node.op == "Div" && !second) {
    kind = Kind::divide;
  } else {
    return std::nullopt;
  }
  auto constant = find_onnx_constant(file, node.input(second ? 0 : 1));
  if (!constant || !meets_channels(*constant, node, axis, channels)) return std::nullopt;
  return OnnxFold{kind, {std::move(*constant)}};
}

ChannelScales onnx_channel_scales(const OnnxFile& file, const std::vector<OnnxFold>& folds, std::size_t channels) {
  ChannelScales all{std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
  for (const OnnxFold& fold : folds) {
    std::vector<std::vector<float>> numbers;
    for (const OnnxConstant& constant : fold.constants) numbers.push_back(onnx_constant_values(file, constant));
    for (std::size_t k = 0; k < channels; ++k) {
      const auto number = [&](std::size_t i) { return double{numbers[i].size() == 1 ? numbers[i][0] : numbers[i][k]}; };
      double &scale = all.scale[k], &shift = all.shift[k];
      const double x = number(0);
      if (fold.kind == Kind::add) shift += x;
      if (fold.kind == Kind::subtract) shift -= x;
      if (fold.kind == Kind::subtract_from) {
        scale = -scale;
        shift = x - shift;
      }
      if (fold.kind == Kind::multiply || fold.kind == Kind::divide) {
        const double factor = fold.kind == Kind::divide ? 1 / x : x;
        scale *= factor;
        shift *= factor;
      }
      if (fold.kind == Kind::normalise) {
        const double factor = x / std::sqrt(number(3) + fold.epsilon);
        scale *= factor;
        shift = (shift - number(2)) * factor + number(1);
      }
    }
  }
  return all;
}

}  // namespace impasto::IMPASTO_ABI
