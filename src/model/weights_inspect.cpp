// inspect_weights and weights_mosaic: what a file holds, without painting with it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/checksum.h"
#include "model/vgg.h"
#include "model/weights_file.h"

namespace impasto::IMPASTO_ABI {
namespace {

void add_problem(std::vector<std::string>& problems, const Error& error) {
  constexpr std::size_t kMost = 100;  // to read, and to look through for each that is new
  if (error.code() == ErrorCode::io) throw error;
  if (problems.size() > kMost) return;
  if (std::find(problems.begin(), problems.end(), error.what()) != problems.end()) return;
  problems.emplace_back(problems.size() < kMost ? error.what() : "there are more, which are left out");
}

// The moments of all finite values, and what is wrong with the others.
void describe(const ArrayFile& file, WeightsLayer& layer, std::vector<std::string>& problems) {
  const std::vector<float> values = file.values(layer.name);
  double sum = 0, squares = 0;
  std::size_t count = 0, nans = 0, infinities = 0;
  layer.min = std::numeric_limits<double>::infinity();
  layer.max = -layer.min;
  for (const float value : values) {
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? nans : infinities);
      continue;
    }
    ++count;
    sum += value;
    squares += double{value} * value;
    layer.min = std::min(layer.min, double{value});
    layer.max = std::max(layer.max, double{value});
  }
  if (count == 0) layer.min = layer.max = 0;
  if (count != 0) {
    layer.mean = sum / static_cast<double>(count);
    layer.deviation = std::sqrt(std::max(0.0, squares / static_cast<double>(count) - layer.mean * layer.mean));
  }
  const auto complain = [&](std::size_t bad, const char* what) {
    if (bad != 0) problems.push_back(text("'", layer.name, "' holds ", bad, " values that are ", what));
  };
  complain(nans, "NaN");
  complain(infinities, "infinite");
}

// Filters whose weights are all 0: their maps are flat.
void find_zero_filters(const WeightsFile& file, std::vector<std::string>& problems) {
  for (std::size_t i = 0; i < file.depth(); ++i) {
    const ConvWeights convolution = file.convolution(i);
    const Index K = convolution.w.shape()[3], rows = convolution.w.shape().count() / K;
    std::vector<char> used(static_cast<std::size_t>(K));
    for (Index row = 0; row < rows; ++row) {
      for (Index k = 0; k < K; ++k) used[static_cast<std::size_t>(k)] |= convolution.w[row * K + k] != 0;
    }
    const auto zeros = std::count(used.begin(), used.end(), 0);
    if (zeros != 0)
      problems.push_back(text("'", file.places().convolutions[i].weights, "' has ", zeros, " of ", K,
                              " filters whose weights are all 0"));
  }
}

void describe_network(const WeightsFile& file, WeightsSummary& summary) {
  summary.names = to_string(file.places().naming);
  summary.layout = file.oihw() ? "OIHW" : "HWIO";
  summary.convolutions = static_cast<int>(file.depth());
  summary.notes = file.notes();
  const std::vector<std::size_t> layers = file.architecture().layers();
  if (file.depth() < layers.size()) {
    const bool does_for_default = layers[file.depth() - 1] >= find_layer("block5_conv1");
    (does_for_default ? summary.notes : summary.problems)
        .push_back(text("only the first ", file.depth(), " of ", layers.size(), " convolutions are there, up to '",
                        file.places().convolutions.back().weights, "': deeper layers cannot be used"));
  }
  find_zero_filters(file, summary.problems);
  const ConvWeights first = file.convolution(0);
  summary.folded = is_folded(file.arrays().metadata(), file.arrays().label());
  const KnownFile* known = find_known_file(summary.file, summary.bytes, summary.sha256);
  const WeightsInput input = known_input(file, first, WeightsSource::automatic, known);
  const Preprocessing& preprocessing = input.training.preprocessing;
  summary.source = input.training.source;
  summary.reason = input.training.reason;
  summary.channel_order = channel_order_word(preprocessing);
  summary.range = preprocessing.range;
  summary.mean = preprocessing.mean;
  summary.deviation = preprocessing.deviation;
  summary.pooling = to_string(input.pooling);
  summary.padding = to_string(input.padding);
}

WeightsSummary inspect(const std::filesystem::path& path) {
  const std::shared_ptr<const ArrayFile> arrays = open_array_file(path);
  WeightsSummary summary;
  summary.file = path;
  summary.format = arrays->format();
  const NamedNetwork network = network_by_names(*arrays);
  summary.network = network.name;
  summary.metadata = arrays->metadata();
  summary.bytes = std::filesystem::file_size(path);
  if (has_checksums()) summary.sha256 = sha256_checksum(path);
  for (const auto& [name, entry] : arrays->entries()) {
    WeightsLayer layer{.name = name, .type = entry.dtype, .offset = entry.offset, .bytes = entry.bytes};
    layer.sizes.assign(entry.sizes.begin(), entry.sizes.end());
    bool is_scale = false;
    if (const auto parsed = parse_convolution_name(name, arrays->metadata())) {
      layer.layer = layer_of(*parsed, network.architecture);
      layer.is_bias = parsed->role == ArrayRole::bias;
      is_scale = parsed->role == ArrayRole::scale;
    }
    if (!layer.layer.empty()) {
      try {
        describe(*arrays, layer, summary.problems);
      } catch (const Error& error) {
        add_problem(summary.problems, error);
      }
      if (!is_scale) summary.parameters += saturated_product(layer.sizes);
    }
    summary.layers.push_back(std::move(layer));
  }
  const auto order = [](const WeightsLayer& layer) {
    return std::make_tuple(layer.layer.empty(), std::cref(layer.layer), layer.is_bias, std::cref(layer.name));
  };
  std::sort(summary.layers.begin(), summary.layers.end(),
            [&](const WeightsLayer& a, const WeightsLayer& b) { return order(a) < order(b); });
  try {
    describe_network(WeightsFile(arrays), summary);
  } catch (const Error& error) {
    add_problem(summary.problems, error);
  }
  return summary;
}

constexpr int kInRow = 8, kTap = 8, kCell = 3 * kTap, kGap = 4;

Image mosaic(const std::filesystem::path& path) {
  const WeightsFile file(path);
  const ConvWeights first = file.convolution(0);
  const std::string& label = file.arrays().label();
  const Preprocessing preprocessing =
      read_preprocessing(file.arrays().metadata(), file.training(first, WeightsSource::automatic).preprocessing, label);
  const int K = static_cast<int>(first.w.shape()[3]);
  float largest = 0;
  for (const float value : first.w.values()) {
    require(std::isfinite(value), ErrorCode::input, label,
            ": conv1_1 holds values that are not finite numbers; get it again");
    largest = std::max(largest, std::abs(value));
  }
  const float gain = largest == 0 ? 0 : 0.5F / largest;
  const int rows = (K + kInRow - 1) / kInRow;
  Image image(kInRow * (kCell + kGap) - kGap, rows * (kCell + kGap) - kGap);
  std::fill(image.pixels().begin(), image.pixels().end(), 1.0F);
  for (int k = 0; k < K; ++k) {
    const int left = k % kInRow * (kCell + kGap), top = k / kInRow * (kCell + kGap);
    for (int y = 0; y < kCell; ++y) {
      for (int x = 0; x < kCell; ++x) {
        const Index tap = y / kTap * 3 + x / kTap;
        for (std::size_t c = 0; c < 3; ++c)
          image.at(left + x, top + y, preprocessing.order[c]) =
              0.5F + gain * first.w[(tap * 3 + static_cast<Index>(c)) * K + k];
      }
    }
  }
  return image;
}

}  // namespace

WeightsSummary inspect_weights(const std::filesystem::path& file) {
  return with_memory_error("reading weights", [&] { return inspect(file); });
}

Image weights_mosaic(const std::filesystem::path& file) {
  return with_memory_error("reading weights", [&] { return mosaic(file); });
}

}  // namespace impasto::IMPASTO_ABI
