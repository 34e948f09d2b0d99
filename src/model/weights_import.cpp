// import_weights: from a file of any readable format to the one that this library writes.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/checksum.h"
#include "base/file.h"
#include "model/vgg.h"
#include "model/weights_file.h"
#include "model/weights_save.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Convolutions up to the layer, the layer's own among them.
std::size_t count_until(const std::string& until, const WeightsFile& file) {
  if (until.empty()) return file.depth();
  const Architecture& of = file.architecture();
  const std::size_t position = find_layer(until, of);
  require(of.has(position), ErrorCode::usage, "layer '", until, "' is not in ", of.name, "; name ",
          vgg_layers()[of.stand_in(position)].keras_name(), ", its last one before that");
  const std::vector<std::size_t> layers = of.layers();
  const std::size_t count = static_cast<std::size_t>(
      std::count_if(layers.begin(), layers.end(), [&](std::size_t layer) { return layer <= position; }));
  require(count <= file.depth(), ErrorCode::usage, "layer '", until, "' is not in ", file.arrays().label(),
          ", which holds the first ", file.depth(), " convolutions of ", of.name, "; name a shallower layer");
  return count;
}

// x_c = gain_c n_order(c) + offset_c, so sum_c w_c x_c + b = sum_c (w_c gain_c) n_order(c) + (b + sum_c w_c offset_c);
// sums in double over all taps, in which the border does not take part: there the folded network sees n = 0, mean grey,
// where the other one sees x = 0.
void fold(ConvWeights& conv1_1, const ChannelMap& map) {
  const Index K = conv1_1.w.shape()[3];
  const Tensor<float> w = conv1_1.w.clone();
  for (Index k = 0; k < K; ++k) {
    double bias = conv1_1.b[k];
    for (Index tap = 0; tap < 9; ++tap) {
      for (Index c = 0; c < 3; ++c) {
        const std::size_t channel = static_cast<std::size_t>(c);
        const double value = w[(tap * 3 + c) * K + k];
        conv1_1.w[(tap * 3 + map.order[channel]) * K + k] = static_cast<float>(value * map.gain[channel]);
        bias += value * map.offset[channel];
      }
    }
    conv1_1.b[k] = static_cast<float>(bias);
  }
}

// The file's own words are passed on; without any of rights, these are claimed where the numbers are known.
void add_words(WeightsMetadata& metadata, const WeightsFile& file, const ConvWeights& conv1_1) {
  for (const char* key : {"licence", "attribution", "normalised", "description"}) {
    const auto own = file.arrays().metadata().find(key);
    if (own != file.arrays().metadata().end()) metadata[key] = own->second;
  }
  if (metadata.count("licence") != 0 || metadata.count("attribution") != 0) return;
  const WeightsSource known = recognise_first_filter(conv1_1).source;
  const char* network = file.architecture().name;
  if (known == WeightsSource::caffe) {
    metadata["licence"] = "CC BY 4.0";
    metadata["attribution"] =
        text(network, " by Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford");
  } else if (known == WeightsSource::torchvision) {
    metadata["licence"] = "BSD-3-Clause";
    metadata["attribution"] = text("weights by torchvision; ", network, " by Karen Simonyan and Andrew Zisserman");
  } else {
    metadata["licence"] = "that of the file it was made from";
    metadata["attribution"] = text(network, " by Karen Simonyan and Andrew Zisserman; weights by who made that file");
  }
}

void import_file(const std::filesystem::path& from, const std::filesystem::path& to, const WeightsImport& how) {
  std::error_code failure;
  require(!std::filesystem::equivalent(from, to, failure), ErrorCode::usage, "the imported file would replace '",
          from.string(), "', which it is made from; choose another name");
  const WeightsFile file(from);
  check_writable(to);
  const std::size_t count = count_until(how.until, file);
  std::vector<ConvWeights> convolutions = file.convolutions(count, Context());
  const std::string sha256 = has_checksums() ? sha256_checksum(from) : "";
  const KnownFile* known = find_known_file(from, std::filesystem::file_size(from), sha256);
  WeightsInput input = known_input(file, convolutions.front(), how.source, known);
  Preprocessing& preprocessing = input.training.preprocessing;
  WeightsMetadata metadata;
  add_words(metadata, file, convolutions.front());
  if (const ChannelMap map = preprocessing.from_normalised(); how.fold && map != ChannelMap{}) {
    fold(convolutions.front(), map);
    preprocessing = Preprocessing{};
    input.folded = true;
  }
  metadata.merge(written_metadata(preprocessing, input.folded, input.pooling, input.padding));
  metadata["source"] = to_string(input.training.source);
  metadata["made_from"] = text(file.arrays().format(), ", names as of ", to_string(file.places().naming),
                               known == nullptr ? "" : text(" (", known->what, ")"));
  for (const std::string& note : file.notes()) metadata["made_from"] += "; " + note;
  if (!sha256.empty()) metadata["sha256"] = sha256;
  save_convolutions(to, file.architecture(), convolutions, how.type, std::move(metadata));
}

}  // namespace

WeightsSummary import_weights(const std::filesystem::path& from, const std::filesystem::path& to,
                              const WeightsImport& how) {
  return with_memory_error("importing weights", [&] {
    import_file(from, to, how);
    return inspect_weights(to);
  });
}

std::string sha256_of(const std::filesystem::path& file) { return sha256_checksum(file); }
std::string md5_of(const std::filesystem::path& file) { return md5_checksum(file); }
bool checksums_available() { return has_checksums(); }

}  // namespace impasto::IMPASTO_ABI
