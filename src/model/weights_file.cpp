#include "model/weights_file.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Index kTaps = 9;
constexpr const char* kWhole = "I8";  // the type of kernels with scales

std::string shape_text(const std::vector<std::int64_t>& sizes) {
  std::string words;
  for (const std::int64_t size : sizes) words += (words.empty() ? "" : " x ") + std::to_string(size);
  return words.empty() ? "a single number" : words;
}

// A size no program can address stays one that no Shape takes.
Index side(std::int64_t size) { return saturated<Index>(static_cast<std::uint64_t>(size)); }

bool fits(const std::vector<std::int64_t>& s, bool oihw) {
  return s.size() == 4 && s[0] > 0 && s[1] > 0 && s[2] > 0 && s[3] > 0 &&
         (oihw ? s[2] == 3 && s[3] == 3 : s[0] == 3 && s[1] == 3);
}

// By the metadata, or the first kernel where it can lie one way only, or the names: Caffe's come with OIHW from PyTorch
// and with HWIO in .npz files made for TensorFlow, Keras' with OIHW from Theano.
bool lies_as_oihw(const ArrayFile& file, const ConvolutionPlaces& places) {
  if (const auto told = read_oihw(file.metadata(), file.label())) return *told;
  const std::vector<std::int64_t>& first = file.entries().at(places.convolutions.front().weights).sizes;
  return fits(first, true) != fits(first, false) ? fits(first, true) : places.naming != Naming::keras;
}

// K x C x 3 x 3 to 3 x 3 x C x K, in blocks of 16 K that fill cache lines.
void to_hwio(const float* from, Index K, Index C, float* to) {
  constexpr Index kLine = 16;
  for (Index k0 = 0; k0 < K; k0 += kLine) {
    const Index k1 = std::min(k0 + kLine, K);
    for (Index c = 0; c < C; ++c) {
      for (Index tap = 0; tap < kTaps; ++tap) {
        float* line = to + (tap * C + c) * K;
        const float* value = from + c * kTaps + tap;
        for (Index k = k0; k < k1; ++k) line[k] = value[k * C * kTaps];
      }
    }
  }
}

// Filter k times factors[k].
void multiply_filters(Tensor<float>& w, const Tensor<float>& factors) {
  const Index K = factors.shape()[0], rows = w.shape().count() / K;
  for (Index row = 0; row < rows; ++row) {
    for (Index k = 0; k < K; ++k) w[row * K + k] *= factors[k];
  }
}

// Turns each 3 x 3 kernel by 180 degrees.
void turn_kernels(Tensor<float>& w) {
  const Index filters = w.shape().count() / kTaps;
  for (Index tap = 0; tap < kTaps / 2; ++tap)
    std::swap_ranges(w.data() + tap * filters, w.data() + (tap + 1) * filters, w.data() + (kTaps - 1 - tap) * filters);
}

Tensor<float> read_tensor(const ArrayFile& file, const std::string& name, const Shape& shape) {
  Tensor<float> tensor(shape);
  file.read(name, tensor.values());
  return tensor;
}

// One number for each filter of `weights`, none of them a whole number of 8 bits, which wants a scale.
void require_one_a_filter(const ArrayFile& file, const std::string& name, const std::string& weights, Index K) {
  const ArrayFile::Entry& entry = file.entries().at(name);
  require(entry.sizes.size() == 1 && entry.sizes[0] == K, ErrorCode::input, file.label(), ": '", name, "' is ",
          shape_text(entry.sizes), "; wanted ", K, " numbers, one for each filter of '", weights, "'");
  require(entry.dtype != kWhole, ErrorCode::input, file.label(), ": '", name, "' is of type ", kWhole,
          "; wanted F32, which needs no scale");
}

Tensor<float> read_scale(const ArrayFile& file, const std::string& name, Index K) {
  Tensor<float> scale = read_tensor(file, name, {K});
  for (Index k = 0; k < K; ++k) {
    require(std::isfinite(scale[k]) && scale[k] > 0, ErrorCode::input, file.label(), ": '", name, "' holds ", scale[k],
            " at element ", k, "; wanted positive numbers");
  }
  return scale;
}

}  // namespace

WeightsFile::WeightsFile(std::shared_ptr<const ArrayFile> arrays)
    : arrays_(std::move(arrays)), places_(find_convolutions(*arrays_)), oihw_(lies_as_oihw(*arrays_, places_)) {
  Index channels = 3;
  for (std::size_t i = 0; i < depth(); ++i) channels = width_of(i, channels);
  turned_ = recognise_first_filter(convolution(0)).turned;
}

// K, after checks of the shapes against C = `channels`.
Index WeightsFile::width_of(std::size_t i, Index channels) const {
  const std::string& label = arrays_->label();
  const auto& [weights, bias, scale] = places_.convolutions[i];
  const ArrayFile::Entry& entry = arrays_->entries().at(weights);
  const std::vector<std::int64_t>& s = entry.sizes;
  const char* wanted = oihw_ ? "K x C x 3 x 3" : "3 x 3 x C x K";
  const std::string what =
      text(label, ": '", weights, "' (", vgg_layers()[architecture().layers()[i]].keras_name(), ") is ", shape_text(s));
  require(fits(s, oihw_) || !fits(s, !oihw_), ErrorCode::input, what, ", which looks transposed; wanted ", wanted,
          "; export it again, or say its layout in the metadata (weights/FORMAT.md)");
  require(fits(s, oihw_), ErrorCode::input, what, "; wanted ", wanted, " with 3 x 3 kernels");
  const Index K = side(oihw_ ? s[0] : s[3]), C = side(oihw_ ? s[1] : s[2]);
  require(C == channels, ErrorCode::input, what, " and takes ", C, " channels, but the layer before it gives ",
          channels, K == channels ? "; its C and K are exchanged" : "; this is another network");
  require(entry.dtype != kWhole || !scale.empty(), ErrorCode::input, label, ": '", weights, "' is of type ", kWhole,
          " and has no scale; wanted F32, or in a safetensors file a 'scale' of ", K,
          " numbers beside it, one for each filter");
  require(entry.dtype == kWhole || scale.empty(), ErrorCode::input, label, ": '", scale, "' is beside '", weights,
          "', which is of type ", entry.dtype, "; wanted ", kWhole, ", or no scale");
  for (const std::string& name : {bias, scale}) {
    if (!name.empty()) require_one_a_filter(*arrays_, name, weights, K);
  }
  return K;
}

ConvWeights WeightsFile::convolution(std::size_t i) const {
  const auto& [weights, bias, scale] = places_.convolutions[i];
  const std::vector<std::int64_t>& s = arrays_->entries().at(weights).sizes;
  const Index K = side(oihw_ ? s[0] : s[3]), C = side(oihw_ ? s[1] : s[2]);
  ConvWeights conv;
  conv.b = bias.empty() ? Tensor<float>({K}, 0.0F) : read_tensor(*arrays_, bias, {K});
  if (oihw_) {
    const Tensor<float> values = read_tensor(*arrays_, weights, {K, C, 3, 3});
    conv.w = Tensor<float>({3, 3, C, K});
    to_hwio(values.data(), K, C, conv.w.data());
  } else {
    conv.w = read_tensor(*arrays_, weights, {3, 3, C, K});
  }
  if (!scale.empty()) multiply_filters(conv.w, read_scale(*arrays_, scale, K));
  if (turned_) turn_kernels(conv.w);
  return conv;
}

std::vector<std::string> WeightsFile::notes() const {
  std::vector<std::string> notes;
  const auto graph = arrays_->metadata().find("graph");
  if (places_.naming == Naming::graph && graph != arrays_->metadata().end()) notes.push_back(graph->second);
  if (turned_) notes.emplace_back("its kernels lie turned by 180 degrees, as Theano has them, and are turned back");
  const auto lacks_bias = [](const ConvolutionPlaces::Place& place) { return place.bias.empty(); };
  const auto first = std::find_if(places_.convolutions.begin(), places_.convolutions.end(), lacks_bias);
  const auto count = std::count_if(first, places_.convolutions.end(), lacks_bias);
  if (count != 0)
    notes.push_back(text(count, " of ", depth(), " convolutions have no bias ('", first->weights,
                         count == 1 ? "'" : "', ...", "), which is taken as zeros"));
  return notes;
}

std::vector<ConvWeights> WeightsFile::convolutions(std::size_t count, const Context& context) const {
  NetworkWeights network;
  network.architecture = architecture();
  network.convolutions.resize(std::min(count, depth()));
  // The largest last would leave one thread with it: from the deepest on.
  const std::ptrdiff_t total = static_cast<std::ptrdiff_t>(network.convolutions.size());
  parallel_for(context, total, [&](std::ptrdiff_t i, int) {
    const std::size_t layer = static_cast<std::size_t>(total - 1 - i);
    network.convolutions[layer] = convolution(layer);
  });
  validate(network, arrays_->label(), context);
  return std::move(network.convolutions);
}

TrainedOn WeightsFile::training(const ConvWeights& conv1_1, WeightsSource wanted) const {
  return find_training(arrays_->metadata(), places_.naming, conv1_1, wanted);
}

WeightsInput find_input(const WeightsFile& file, const ConvWeights& conv1_1, WeightsSource wanted,
                        const KnownFile* known) {
  const ArrayFile& arrays = file.arrays();
  const WeightsMetadata& metadata = arrays.metadata();
  WeightsInput input{.training = file.training(conv1_1, wanted),
                     .unknown = {},
                     .folded = is_folded(metadata, arrays.label()),
                     .pooling = read_pooling(metadata, arrays.label()),
                     .padding = read_padding(metadata, arrays.label())};
  if (known != nullptr && wanted == WeightsSource::automatic) {
    input.training = {known->source, preprocessing_of(known->source, known->source == WeightsSource::torchvision),
                      text("its checksum is that of ", known->what)};
  }
  require(!input.folded || wanted == WeightsSource::automatic, ErrorCode::input, arrays.label(),
          " has its preprocessing folded into conv1_1, so a source cannot be given for it; import the original file");
  if (input.training.source == WeightsSource::automatic)
    input.unknown =
        text(arrays.label(), " does not tell what its network was trained on: ", input.training.reason,
             "; import it with impasto weights import --source keras or caffe (BGR 0..255) or torchvision (RGB 0..1)");
  if (wanted == WeightsSource::automatic)
    input.training.preprocessing = read_preprocessing(metadata, input.training.preprocessing, arrays.label());
  require(!input.folded || input.training.preprocessing.from_normalised() == ChannelMap{}, ErrorCode::input,
          arrays.label(), " says that its preprocessing is folded into conv1_1, and names an input of ",
          channel_order_word(input.training.preprocessing), " 0..", input.training.preprocessing.range,
          " besides, so that it would act twice; wanted torchvision's channel_order, range, mean and std beside "
          "'folded' (weights/FORMAT.md)");
  return input;
}

WeightsInput known_input(const WeightsFile& file, const ConvWeights& conv1_1, WeightsSource wanted,
                         const KnownFile* known) {
  WeightsInput input = find_input(file, conv1_1, wanted, known);
  require(input.unknown.empty(), ErrorCode::input, input.unknown);
  return input;
}

NetworkWeights network_of(const WeightsFile& file, const std::string& name, WeightsSource source,
                          const Context& context) {
  NetworkWeights weights;
  weights.architecture = file.architecture();
  weights.convolutions = file.convolutions(file.depth(), context);
  const WeightsInput input = find_input(file, weights.convolutions.front(), source);
  const Preprocessing& preprocessing = input.training.preprocessing;
  weights.input = preprocessing.from_normalised();
  weights.unknown_input = input.unknown;
  weights.folded = input.folded;
  weights.pooling = input.pooling;
  weights.padding = input.padding;
  const WeightsMetadata& metadata = file.arrays().metadata();
  std::string what = to_string(input.training.source);
  for (const char* key : {"source", "description"}) {
    if (const auto told = metadata.find(key); told != metadata.end()) what = told->second;
  }
  const std::string told = text("input ", channel_order_word(preprocessing), " 0..", preprocessing.range);
  weights.description =
      text(name, " (", what, ", ", weights.architecture.name, ", ", weights.convolutions.size(), " convolutions, ",
           input.unknown.empty() ? told : "input not told", input.folded ? ", folded" : "", ")");
  for (const std::string& note : file.notes()) weights.description += "; " + note;
  return weights;
}

NetworkWeights load_weights(const std::filesystem::path& path, WeightsSource source, const Context& context) {
  return network_of(WeightsFile(path), path.string(), source, context);
}

}  // namespace impasto::IMPASTO_ABI
