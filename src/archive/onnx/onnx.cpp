#include "archive/onnx/onnx.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/onnx/onnx_constant.h"
#include "archive/onnx/onnx_fold.h"
#include "archive/onnx/onnx_graph.h"
#include "archive/onnx/onnx_input.h"
#include "archive/onnx/onnx_tensor.h"
#include "archive/onnx/onnx_walk.h"
#include "base/check.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

namespace fs = std::filesystem;

class Onnx final : public ArrayFile {
 public:
  explicit Onnx(const fs::path& file)
      : ArrayFile(file), path_(file), file_(file, "weights file"), graph_(read_onnx_graph(file_, label_)) {
    metadata_ = graph_.metadata;
    if (!graph_.producer.empty()) metadata_["made_from"] = graph_.producer;
    check_numbers_beside();
    walk_ = walk_onnx(open());
    for (std::size_t i = 0; i < walk_.convolutions.size(); ++i) add_convolution(i);
    add_others();
    if (!walk_.convolutions.empty()) describe();
    require(!entries_.empty(), ErrorCode::input, label_, " is an ONNX file without an array in it; wanted one saved ",
            "with its weights");
  }

  const char* format() const override { return "ONNX"; }
  std::vector<float> values(const std::string& name) const override;

 private:
  // What an entry's numbers are made of.
  struct Part {
    int tensor = -1;       // of an array as it is
    int convolution = -1;  // or of a convolution: its weights, or its bias
    bool is_bias = false;
  };

  OnnxFile open() const { return {graph_, file_, path_, label_}; }
  void check_numbers_beside() const;
  void add_convolution(std::size_t i);
  void add(std::string name, Entry entry, const Part& part, const OnnxConvolution& convolution);
  void add_others();
  void describe();

  fs::path path_;
  FileReader file_;
  OnnxGraph graph_;
  OnnxWalk walk_;
  std::map<std::string, Part> parts_;
  std::set<int> used_;  // tensors that are part of a convolution
};

std::uint64_t place_of(const OnnxTensor& tensor) { return tensor.form == OnnxTensor::Form::piece ? tensor.offset : 0; }

// They are there, and apart from each other; equal arrays may be stored once.
void Onnx::check_numbers_beside() const {
  std::vector<const OnnxTensor*> order;
  for (const OnnxTensor& tensor : graph_.tensors) {
    check_external_data(tensor, path_, label_);
    if (tensor.form == OnnxTensor::Form::external && tensor.bytes != 0) order.push_back(&tensor);
  }
  const auto place = [](const OnnxTensor* tensor) { return std::tie(tensor->location, tensor->offset, tensor->bytes); };
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return place(a) < place(b); });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const OnnxTensor &a = *order[i - 1], &b = *order[i];
    const bool apart = a.location != b.location || b.offset - a.offset >= a.bytes || place(&a) == place(&b);
    require(apart, ErrorCode::input, label_, ": '", a.name, "' and '", b.name,
            "' overlap; the file is damaged, get it again");
  }
}

void Onnx::add(std::string name, Entry entry, const Part& part, const OnnxConvolution& convolution) {
  // Two convolutions may share an array: equal biases are stored once.
  for (int again = 2; entries_.count(name) != 0; ++again) {
    const std::size_t number = name.rfind('#');
    name = text(name.substr(0, number), "#", again);
  }
  metadata_[name + "@convolution"] =
      text("block", convolution.block, "_conv", convolution.index, part.is_bias ? "/bias" : "/kernel");
  parts_[name] = part;
  entries_[name] = std::move(entry);
}

void Onnx::add_convolution(std::size_t i) {
  const OnnxConvolution& convolution = walk_.convolutions[i];
  const OnnxTensor& weights = graph_.tensors[static_cast<std::size_t>(convolution.weights.tensor)];
  const int index = static_cast<int>(i);
  add(weights.name, {weights.dtype, convolution.weights.sizes, place_of(weights), weights.bytes}, {-1, index, false},
      convolution);
  Entry entry{"F32", {convolution.weights.sizes[0]}, 0, 0};
  std::string name = text("block", convolution.block, "_conv", convolution.index, "/bias");
  if (convolution.bias) {
    const OnnxTensor& bias = graph_.tensors[static_cast<std::size_t>(convolution.bias->tensor)];
    entry = {bias.dtype, entry.sizes, place_of(bias), bias.bytes};
    name = bias.name;
    used_.insert(convolution.bias->tensor);
  }
  add(std::move(name), std::move(entry), {-1, index, true}, convolution);
  used_.insert(convolution.weights.tensor);
  for (const OnnxFold& fold : convolution.folds) {
    for (const OnnxConstant& constant : fold.constants) used_.insert(constant.tensor);
  }
}

void Onnx::add_others() {
  for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
    const OnnxTensor& tensor = graph_.tensors[i];
    if (used_.count(static_cast<int>(i)) != 0 || tensor.name.empty() || entries_.count(tensor.name) != 0) continue;
    parts_[tensor.name] = {static_cast<int>(i), -1, false};
    entries_[tensor.name] = {tensor.dtype, tensor.sizes, place_of(tensor), tensor.bytes};
  }
}

// PyTorch's exporters fold batch normalisation: the old one gives what comes out its own names, the new one leaves the
// names, between whose positions the normalisation is missing.
bool folded_before(const OnnxGraph& graph, const std::vector<OnnxConvolution>& all) {
  if (all.size() < 2 || !all[0].bias || !all[0].folds.empty()) return false;
  const auto name = [&](const OnnxConstant& constant) -> const std::string& {
    return graph.tensors[static_cast<std::size_t>(constant.tensor)].name;
  };
  const std::string &first = name(all[0].weights), &second = name(all[1].weights);
  if (first.starts_with("onnx::Conv_")) return name(*all[0].bias).starts_with("onnx::Conv_");
  return first.ends_with("features.0.weight") && second.ends_with("features.3.weight");
}

// "16 convolutions; batch normalisation of 16 is in their numbers; then Reshape".
void Onnx::describe() {
  const auto& all = walk_.convolutions;
  metadata_["layout"] = "OIHW";
  metadata_["padding"] = walk_.padding;
  if (!walk_.pooling.empty()) metadata_["pooling"] = walk_.pooling;
  std::string words = text(all.size(), all.size() == 1 ? " convolution" : " convolutions", " found by the graph");
  const auto say = [&](std::ptrdiff_t count, const char* what) {
    if (count != 0) words += text("; ", what, " of ", count);
  };
  const auto folds = [](const OnnxConvolution& c, bool normalises) {
    return std::any_of(c.folds.begin(), c.folds.end(),
                       [&](const OnnxFold& fold) { return (fold.kind == OnnxFold::Kind::normalise) == normalises; });
  };
  say(std::count_if(all.begin(), all.end(), [&](const auto& c) { return folds(c, true); }),
      "batch normalisation folded into the weights");
  say(std::count_if(all.begin(), all.end(), [&](const auto& c) { return folds(c, false); }),
      "sums and factors folded into the weights");
  say(std::count_if(all.begin(), all.end(), [](const auto& c) { return !c.weights.order.empty(); }),
      "transposed weights");
  say(std::count_if(all.begin(), all.end(), [](const auto& c) { return !c.bias && c.folds.empty(); }),
      "biases of zeros");
  if (folded_before(graph_, all)) words += "; batch normalisation folded by the exporter";
  OnnxInput input = read_onnx_input(open(), walk_.before);
  const bool told = metadata_.count("source") != 0 || metadata_.count("channel_order") != 0;
  if (!told && !input.metadata.empty()) {
    words += "; input by its own preprocessing";
    metadata_.merge(input.metadata);
  }
  if (!input.left_out.empty()) {
    words += "; its own preprocessing is left out (";
    for (const std::string& op : input.left_out) words += (words.back() == '(' ? "" : ", ") + op;
    words += ")";
  }
  if (!walk_.ends_at.empty()) words += text("; behind them ", walk_.ends_at);
  metadata_["graph"] = words;
}

std::vector<float> Onnx::values(const std::string& name) const {
  const Part& part = parts_.at(name);
  const OnnxFile file = open();
  if (part.convolution < 0)
    return read_onnx_values(graph_.tensors[static_cast<std::size_t>(part.tensor)], file_, path_, label_);
  const OnnxConvolution& convolution = walk_.convolutions[static_cast<std::size_t>(part.convolution)];
  const auto filters = static_cast<std::size_t>(convolution.weights.sizes[0]);
  std::vector<float> values;
  if (!part.is_bias) {
    values = onnx_constant_values(file, convolution.weights);
  } else if (convolution.bias) {
    values = onnx_constant_values(file, *convolution.bias);
  } else {
    values.resize(filters);
  }
  if (convolution.folds.empty() || values.empty()) return values;
  const ChannelScales all = onnx_channel_scales(file, convolution.folds, filters);
  const std::size_t each = values.size() / filters;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t k = i / each;
    values[i] = static_cast<float>(all.scale[k] * values[i] + (part.is_bias ? all.shift[k] : 0));
  }
  return values;
}

}  // namespace

std::unique_ptr<ArrayFile> open_onnx(const fs::path& file) { return std::make_unique<Onnx>(file); }

}  // namespace impasto::IMPASTO_ABI
