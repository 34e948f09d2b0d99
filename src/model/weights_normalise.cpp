// normalise_weights: Gatys' normalisation from file to file.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "impasto/stylise.h"
#include "model/mean_activations.h"
#include "model/weights_file.h"
#include "model/weights_save.h"

namespace impasto::IMPASTO_ABI {
namespace {

Image shrunk(const Image& picture, int size) {
  const int long_side = std::max(picture.width(), picture.height());
  if (long_side <= size) return picture;
  const auto side = [&](int pixels) {
    return std::max(1, static_cast<int>(std::lround(1.0 * pixels * size / long_side)));
  };
  return resize(picture, side(picture.width()), side(picture.height()));
}

void require_other_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  require(!std::filesystem::equivalent(from, to, failure), ErrorCode::usage, "the normalised file would replace '",
          from.string(), "', which it is made from; choose another name");
}

NormalisedWeights normalise_file(const std::filesystem::path& from, const std::vector<std::filesystem::path>& pictures,
                                 const std::filesystem::path& to, const Context& context, int size) {
  require(!pictures.empty(), ErrorCode::usage, "there is no picture to take means over; give at least one");
  require(size > 0, ErrorCode::usage, "the long side is ", size, " pixels; wanted at least 1");
  require_other_file(from, to);
  const WeightsFile file(from);
  const auto weights = std::make_shared<NetworkWeights>(load_weights(from, WeightsSource::automatic, context));
  const WeightsInput input = known_input(file, weights->convolutions.front(), WeightsSource::automatic);
  check_writable(to);
  MeanActivations activations(weights);
  for (const std::filesystem::path& picture : pictures) {
    require_other_file(picture, to);
    activations.add(shrunk(load_image(picture), size), context);
  }
  NormalisedWeights result;
  result.silent = divide_by_means(*weights, activations.means());
  WeightsMetadata metadata = file.arrays().metadata();
  // Attributes of HDF5 speak of its groups, which are left behind.
  std::erase_if(metadata, [](const auto& word) { return word.first.find('@') != std::string::npos; });
  for (const auto& [key, value] :
       written_metadata(input.training.preprocessing, input.folded, input.pooling, input.padding))
    metadata[key] = value;
  metadata["source"] = to_string(input.training.source);
  metadata["normalised"] =
      text("mean activations are 1 over ", pictures.size(), pictures.size() == 1 ? " picture" : " pictures");
  save_convolutions(to, weights->architecture, weights->convolutions, WeightsType::f32, std::move(metadata));
  result.written = inspect_weights(to);
  return result;
}

}  // namespace

NormalisedWeights normalise_weights(const std::filesystem::path& from,
                                    const std::vector<std::filesystem::path>& pictures, const std::filesystem::path& to,
                                    const Context& context, int size) {
  return with_memory_error("normalising weights", [&] { return normalise_file(from, pictures, to, context, size); });
}

}  // namespace impasto::IMPASTO_ABI
