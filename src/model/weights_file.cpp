// From a safetensors file to NetworkWeights: which convolution is which, which way its numbers lie, and what its input
// must look like. weights/FORMAT.md is the written form of this file.
#include <algorithm>
#include <locale>
#include <sstream>

#include "archive/array_file.h"
#include "base/check.h"
#include "model/network_weights.h"
#include "model/vgg19.h"

namespace impasto {
namespace {

// How a source names the convolutions; the layouts are K C kh kw (OIHW) or kh kw C K (HWIO).
enum class Source { torchvision, keras, caffe };

struct Naming {
  Source source;
  const char* title;
  std::string (*weights)(const Vgg19Layer&);
  std::string (*bias)(const Vgg19Layer&);
};

constexpr Naming kNamings[] = {
    {Source::torchvision, "torchvision",
     [](const Vgg19Layer& l) { return text("features.", l.torchvision, ".weight"); },
     [](const Vgg19Layer& l) { return text("features.", l.torchvision, ".bias"); }},
    {Source::keras, "Keras", [](const Vgg19Layer& l) { return text(l.keras_name(), "/kernel:0"); },
     [](const Vgg19Layer& l) { return text(l.keras_name(), "/bias:0"); }},
    {Source::keras, "Keras", [](const Vgg19Layer& l) { return text(l.keras_name(), "/kernel"); },
     [](const Vgg19Layer& l) { return text(l.keras_name(), "/bias"); }},
    {Source::keras, "Keras", [](const Vgg19Layer& l) { return text(l.keras_name(), ".kernel"); },
     [](const Vgg19Layer& l) { return text(l.keras_name(), ".bias"); }},
    {Source::keras, "Keras", [](const Vgg19Layer& l) { return text(l.keras_name(), "/", l.keras_name(), "_W_1:0"); },
     [](const Vgg19Layer& l) { return text(l.keras_name(), "/", l.keras_name(), "_b_1:0"); }},
    {Source::caffe, "Caffe", [](const Vgg19Layer& l) { return text(l.caffe_name(), ".weight"); },
     [](const Vgg19Layer& l) { return text(l.caffe_name(), ".bias"); }}};

const Naming& recognise(const ArrayFile& file, const std::string& label) {
  const Vgg19Layer& first = vgg19_layers().front();
  for (const Naming& naming : kNamings) {
    if (file.has(naming.weights(first))) return naming;
  }
  fail(ErrorCode::input, label, " holds no first convolution of VGG19 (wanted features.0.weight of torchvision, ",
       "block1_conv1/kernel:0 of Keras or conv1_1.weight of Caffe; the first of its ", file.entries().size(),
       " entries is '", file.entries().empty() ? std::string("none") : file.entries().begin()->first, "')");
}

Tensor<float> to_hwio(const ArrayFile& file, const std::string& name, bool oihw, const std::string& label) {
  const std::vector<Index>& s = file.entries().at(name).sizes;
  const bool fits = s.size() == 4 && (oihw ? s[2] == 3 && s[3] == 3 && s[0] > 0 && s[1] > 0
                                           : s[0] == 3 && s[1] == 3 && s[2] > 0 && s[3] > 0);
  std::ostringstream found;
  for (std::size_t i = 0; i < s.size(); ++i) found << (i == 0 ? "" : " x ") << s[i];
  require(fits, ErrorCode::input, label, ": '", name, "' is ", found.str(), "; wanted ",
          oihw ? "K x C x 3 x 3" : "3 x 3 x C x K", " with 3 x 3 kernels");
  const std::vector<float> values = file.values(name);
  const Index K = oihw ? s[0] : s[3], C = oihw ? s[1] : s[2];
  Tensor<float> w({3, 3, C, K});
  if (!oihw) {
    std::copy(values.begin(), values.end(), w.data());
    return w;
  }
  for (Index k = 0; k < K; ++k) {
    for (Index c = 0; c < C; ++c) {
      for (Index tap = 0; tap < 9; ++tap)
        w[(tap * C + c) * K + k] = values[static_cast<std::size_t>((k * C + c) * 9 + tap)];
    }
  }
  return w;
}

Tensor<float> to_bias(const ArrayFile& file, const std::string& name, const std::string& label) {
  const std::vector<Index>& s = file.entries().at(name).sizes;
  require(s.size() == 1 && s[0] > 0, ErrorCode::input, label, ": '", name, "' has ", s.size(), " dimensions; wanted 1");
  const std::vector<float> values = file.values(name);
  Tensor<float> b({s[0]});
  std::copy(values.begin(), values.end(), b.data());
  return b;
}

std::string metadata_or(const ArrayFile& file, const char* key, const std::string& otherwise) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? otherwise : found->second;
}

std::array<double, 3> three_numbers(const std::string& list, const char* key, const std::string& label) {
  std::istringstream in(list);
  in.imbue(std::locale::classic());
  std::array<double, 3> numbers{};
  char comma1 = 0, comma2 = 0;
  in >> numbers[0] >> comma1 >> numbers[1] >> comma2 >> numbers[2];
  require(!in.fail() && (in >> std::ws).eof() && comma1 == ',' && comma2 == ',', ErrorCode::input, label,
          ": metadata '", key, "' is '", list, "'; wanted three numbers like 0.485,0.456,0.406");
  return numbers;
}

Preprocessing preprocessing_of(const ArrayFile& file, Source source, const std::string& label) {
  Preprocessing p = source == Source::torchvision ? Preprocessing{} : kCaffePreprocessing;
  const auto& metadata = file.metadata();
  if (const auto order = metadata.find("channel_order"); order != metadata.end()) {
    require(order->second == "RGB" || order->second == "BGR", ErrorCode::input, label,
            ": metadata 'channel_order' is '", order->second, "'; wanted RGB or BGR");
    p.order = order->second == "RGB" ? std::array<int, 3>{0, 1, 2} : std::array<int, 3>{2, 1, 0};
  }
  if (const auto range = metadata.find("range"); range != metadata.end()) {
    require(range->second == "1" || range->second == "255", ErrorCode::input, label, ": metadata 'range' is '",
            range->second, "'; wanted 1 or 255");
    p.range = range->second == "1" ? 1 : 255;
  }
  if (const auto mean = metadata.find("mean"); mean != metadata.end())
    p.mean = three_numbers(mean->second, "mean", label);
  if (const auto std = metadata.find("std"); std != metadata.end())
    p.deviation = three_numbers(std->second, "std", label);
  for (const double deviation : p.deviation) {
    require(deviation > 0, ErrorCode::input, label, ": metadata 'std' holds ", deviation, "; wanted positive numbers");
  }
  return p;
}

template <class Enum>
Enum choice(const ArrayFile& file, const char* key, std::initializer_list<std::pair<const char*, Enum>> known,
            Enum otherwise, const std::string& label) {
  const std::string value = metadata_or(file, key, "");
  if (value.empty()) return otherwise;
  std::string names;
  for (const auto& [name, result] : known) {
    if (value == name) return result;
    names += (names.empty() ? "" : " or ") + std::string(name);
  }
  fail(ErrorCode::input, label, ": metadata '", key, "' is '", value, "'; wanted ", names);
}

}  // namespace

NetworkWeights load_weights(const std::filesystem::path& path) {
  const std::string label = text("weights file '", path.string(), "'");
  const std::unique_ptr<ArrayFile> opened = open_array_file(path);
  const ArrayFile& file = *opened;
  const Naming& naming = recognise(file, label);
  const bool oihw = choice(file, "layout", {{"OIHW", true}, {"HWIO", false}}, naming.source != Source::keras, label);
  NetworkWeights weights;
  std::string missing;
  for (const Vgg19Layer& layer : vgg19_layers()) {
    if (layer.is_pool) continue;
    const std::string w = naming.weights(layer), b = naming.bias(layer);
    if (!file.has(w)) {
      if (missing.empty()) missing = w;
      continue;
    }
    require(missing.empty(), ErrorCode::input, label, " lacks '", missing, "' but holds '", w,
            "', which comes after it; get the complete file");
    require(file.has(b), ErrorCode::input, label, " lacks '", b, "', the bias that goes with '", w,
            "'; get the complete file");
    weights.convolutions.push_back({to_hwio(file, w, oihw, label), to_bias(file, b, label)});
  }
  validate(weights, label);
  const Preprocessing preprocessing = preprocessing_of(file, naming.source, label);
  weights.input = preprocessing.from_normalised();
  weights.pooling =
      choice(file, "pooling", {{"max", Pooling::max}, {"average", Pooling::average}}, Pooling::max, label);
  weights.padding = choice(file, "padding",
                           {{"zero", Padding::zero}, {"replicate", Padding::replicate}, {"reflect", Padding::reflect}},
                           Padding::zero, label);
  weights.description =
      text(path.string(), " (", metadata_or(file, "source", naming.title), ", ", weights.convolutions.size(),
           " convolutions, input ", preprocessing.order[0] == 0 ? "RGB" : "BGR", " 0..", preprocessing.range, ")");
  return weights;
}

}  // namespace impasto
