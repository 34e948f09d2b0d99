#include "archive/onnx/onnx_walk.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/onnx/onnx_constant.h"
#include "archive/onnx/onnx_fold.h"
#include "archive/onnx/onnx_layer.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kMaxBlocks = 5, kMaxInBlock = 9;
constexpr std::size_t kMaxFolds = 8;
constexpr std::size_t kMostCandidates = 2;  // a second one shows already that it cannot be told which

// A value reached from the last convolution (or the input), and what was passed on the way.
struct Reached {
  int value;
  std::size_t from;  // in the list of all reached; its own place for the first
  int node;          // that made it; -1 for the first
  std::size_t axis;  // of the channels
  bool relu;
  int pools;
  std::string padded;   // by a node of its own: "zero", "replicate", "reflect"
  std::size_t folds;    // on the way
  std::string pooling;  // "max", "average"
};

// A convolution that reads one of them.
struct Candidate {
  std::size_t from;
  OnnxConvolution convolution;
  std::string padding, pooling;
  int output;
  bool relu;
};

class Walker {
 public:
  explicit Walker(const OnnxFile& file) : file_(file), passed_(file.graph.nodes.size()) {}

  OnnxWalk walk();

 private:
  void explore_start();
  void explore(int value, bool relu);
  void pass(std::size_t from, int node);
  std::optional<Reached> follow(const Reached& from, const OnnxNode& node);
  void consider(std::size_t from, const OnnxNode& node);
  bool take_next();
  void finish_last();
  std::vector<int> nodes_to(std::size_t reached) const;
  std::vector<OnnxFold> folds_to(std::size_t reached) const;
  void blocked(std::string by) {
    if (blocked_by_.empty()) blocked_by_ = std::move(by);
  }

  const OnnxFile& file_;
  OnnxWalk walk_;
  std::vector<bool> passed_;  // nodes
  std::vector<Reached> reached_;
  std::vector<Candidate> candidates_;  // the first two
  std::size_t convolutions_ = 0;       // all that could be the next one
  std::string blocked_by_;
  bool last_has_relu_ = false;  // within its own node
  std::int64_t channels_ = 0;   // of the last convolution
};

// From the input over whatever there is: the picture may be turned and shifted before the network.
void Walker::explore_start() {
  for (const int input : file_.graph.inputs) reached_.push_back({input, reached_.size(), -1, 1, true, 0, "", 0, ""});
  for (std::size_t i = 0; i < reached_.size(); ++i) {
    const int value = reached_[i].value;
    for (const int id : file_.value(value).readers) {
      const OnnxNode& node = file_.node(id);
      refuse_quantised(node, file_.label);
      if (is_onnx_convolution(node)) {
        if (node.input(0) == value) consider(i, node);
        continue;
      }
      const bool carries = node.op != "Shape" && node.op != "Size";
      if (!carries || passed_[static_cast<std::size_t>(id)]) continue;
      passed_[static_cast<std::size_t>(id)] = true;
      std::string padded = reached_[i].padded;
      for (const std::size_t axis : {1, 3}) {
        if (padded.empty()) padded = onnx_padding_of(file_, node, axis);
      }
      for (const int output : node.outputs) {
        if (output >= 0) reached_.push_back({output, i, id, 1, true, 0, padded, 0, ""});
      }
    }
  }
}

void Walker::explore(int value, bool relu) {
  reached_.assign(1, {value, 0, -1, 1, relu, 0, "", 0, ""});
  candidates_.clear();
  convolutions_ = 0;
  blocked_by_.clear();
  for (std::size_t i = 0; i < reached_.size(); ++i) {
    const std::vector<int>& readers = file_.value(reached_[i].value).readers;
    for (const int node : readers) pass(i, node);
  }
}

void Walker::pass(std::size_t from, int id) {
  const OnnxNode& node = file_.node(id);
  refuse_quantised(node, file_.label);
  if (is_onnx_convolution(node)) {
    if (node.input(0) == reached_[from].value) consider(from, node);
    return;
  }
  if (node.op == "Shape" || node.op == "Size" || passed_[static_cast<std::size_t>(id)]) return;
  passed_[static_cast<std::size_t>(id)] = true;
  auto next = node.outputs.empty() || node.outputs[0] < 0 ? std::nullopt : follow(reached_[from], node);
  if (!next) {
    const bool late = node.op == "BatchNormalization" && reached_[from].relu;
    return blocked(late ? "batch normalisation behind the ReLU" : node.op);
  }
  next->from = from;
  next->node = id;
  next->value = node.outputs[0];
  reached_.push_back(std::move(*next));
}

// Behind the node; nothing when VGG has no such node there.
std::optional<Reached> Walker::follow(const Reached& from, const OnnxNode& node) {
  Reached next = from;
  const bool first = node.input(0) == from.value;
  if (first && (node.op == "Identity" || node.op == "Cast" || node.op == "Dropout")) return next;
  if (first && node.op == "Transpose") {
    next.axis = moved_channel_axis(node, from.axis);
    return next.axis == 0 ? std::nullopt : std::optional(next);
  }
  if (!from.relu) {
    next.relu = first && node.op == "Relu";
    if (next.relu) return next;
    if (from.folds == kMaxFolds || !find_onnx_fold(file_, node, from.value, from.axis, channels_)) return std::nullopt;
    ++next.folds;
    return next;
  }
  if (!first) return std::nullopt;
  if (node.op == "Relu") return next;
  if (const std::string pooling = onnx_pooling_of(node); !pooling.empty() && from.axis == 1 && from.padded.empty()) {
    next.pooling = pooling;
    return ++next.pools == 1 ? std::optional(next) : std::nullopt;
  }
  next.padded = onnx_padding_of(file_, node, from.axis);
  return next.padded.empty() || !from.padded.empty() ? std::nullopt : std::optional(next);
}

void Walker::consider(std::size_t from, const OnnxNode& node) {
  const Reached& at = reached_[from];
  const OnnxKernel kernel = read_onnx_kernel(file_, node, at.padded);
  if (!kernel.unfit.empty()) return blocked(kernel.unfit);
  if (!at.relu) return blocked("a convolution without a ReLU before it");
  if (at.axis != 1) return blocked("a convolution over turned maps");
  if (!walk_.padding.empty() && walk_.padding != kernel.padding) return blocked("a convolution with other padding");
  if (!walk_.pooling.empty() && !at.pooling.empty() && walk_.pooling != at.pooling) return blocked("another pooling");
  if (++convolutions_ > kMostCandidates) return;
  candidates_.push_back(
      {from, {1, 1, kernel.weights, kernel.bias, {}}, kernel.padding, at.pooling, node.outputs[0], kernel.relu});
}

std::vector<int> Walker::nodes_to(std::size_t reached) const {
  std::vector<int> nodes;
  for (std::size_t i = reached; reached_[i].node >= 0; i = reached_[i].from) nodes.push_back(reached_[i].node);
  std::reverse(nodes.begin(), nodes.end());
  return nodes;
}

// What lies between the last convolution and its ReLU, on the way to a value.
std::vector<OnnxFold> Walker::folds_to(std::size_t reached) const {
  std::vector<OnnxFold> folds;
  int value = reached_[0].value;
  std::size_t axis = 1;
  for (const int id : nodes_to(reached)) {
    const OnnxNode& node = file_.node(id);
    if (node.op == "Relu") break;
    if (node.op == "Transpose") axis = moved_channel_axis(node, axis);
    if (auto fold = find_onnx_fold(file_, node, value, axis, channels_)) folds.push_back(std::move(*fold));
    value = node.outputs[0];
  }
  return folds;
}

// The one convolution that reads what the last one gives; false when there is none, or it cannot be told which.
bool Walker::take_next() {
  if (candidates_.size() != 1) {
    if (candidates_.size() > 1) blocked_by_ = text(convolutions_, " convolutions side by side");
    return false;
  }
  Candidate& next = candidates_.front();
  OnnxConvolution& convolution = next.convolution;
  const bool pooled = reached_[next.from].pools != 0;
  if (!walk_.convolutions.empty()) {
    OnnxConvolution& last = walk_.convolutions.back();
    last.folds = last_has_relu_ ? std::vector<OnnxFold>() : folds_to(next.from);
    convolution.block = last.block + (pooled ? 1 : 0);
    convolution.index = pooled ? 1 : last.index + 1;
  }
  if (convolution.block > kMaxBlocks || convolution.index > kMaxInBlock) {
    blocked_by_ = "more convolutions";
    return false;
  }
  walk_.padding = next.padding;
  if (pooled) walk_.pooling = next.pooling;
  last_has_relu_ = next.relu;
  channels_ = convolution.weights.sizes[0];
  walk_.convolutions.push_back(std::move(convolution));
  return true;
}

// The last convolution ends at its ReLU, or at the end of the graph; with anything else behind it it is not VGG's.
void Walker::finish_last() {
  const auto relu = std::find_if(reached_.begin(), reached_.end(), [](const Reached& at) { return at.relu; });
  if (relu == reached_.end() && !blocked_by_.empty()) {
    walk_.convolutions.pop_back();
    return;
  }
  const std::size_t end =
      relu == reached_.end() ? reached_.size() - 1 : static_cast<std::size_t>(relu - reached_.begin());
  OnnxConvolution& last = walk_.convolutions.back();
  if (last.folds.empty() && !last_has_relu_) last.folds = folds_to(end);
}

OnnxWalk Walker::walk() {
  explore_start();
  if (take_next()) {
    walk_.before = nodes_to(candidates_.front().from);
    std::fill(passed_.begin(), passed_.end(), false);
    do {
      explore(candidates_.front().output, last_has_relu_);
    } while (take_next());
    finish_last();
  }
  walk_.ends_at = blocked_by_;
  const auto& nodes = file_.graph.nodes;
  const bool convolves = std::any_of(nodes.begin(), nodes.end(), is_onnx_convolution);
  require(!convolves || !walk_.convolutions.empty(), ErrorCode::input, file_.label, " is an ONNX network other than ",
          "VGG, whose first convolution is 3 x 3 with a ReLU: from its input on comes ",
          blocked_by_.empty() ? "no convolution" : blocked_by_);
  return std::move(walk_);
}

}  // namespace

OnnxWalk walk_onnx(const OnnxFile& file) { return Walker(file).walk(); }

}  // namespace impasto::IMPASTO_ABI
