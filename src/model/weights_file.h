// An open file of the convolutions of VGG19 or VGG16: where each lies, which way its numbers lie, and its numbers.
// weights/FORMAT.md is the written form of this and of what it includes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "archive/array_file.h"
#include "model/convolution_names.h"
#include "model/network_weights.h"
#include "model/weights_metadata.h"
#include "model/weights_source.h"

namespace impasto::IMPASTO_ABI {

/// Thread safety: const use from any thread.
class WeightsFile {
 public:
  /// Throws Error(input) for a file that is no such file, or whose shapes are not those of such convolutions.
  explicit WeightsFile(std::shared_ptr<const ArrayFile> arrays);
  explicit WeightsFile(const std::filesystem::path& file) : WeightsFile(open_array_file(file)) {}

  const ArrayFile& arrays() const { return *arrays_; }
  const ConvolutionPlaces& places() const { return places_; }
  bool oihw() const { return oihw_; }  ///< kernels lie as K x C x 3 x 3, or as 3 x 3 x C x K
  const Architecture& architecture() const { return places_.architecture; }
  std::size_t depth() const { return places_.convolutions.size(); }
  /// What is not in the file as it stands here, a sentence's part each.
  std::vector<std::string> notes() const;

  /// Reads convolution `i`, its kernels upright.
  ConvWeights convolution(std::size_t i) const;
  /// Reads the first `count` convolutions at once, checked by validate(). Throws Error(input).
  std::vector<ConvWeights> convolutions(std::size_t count, const Context& context) const;

  /// What the network was trained on; source automatic when it cannot be told.
  TrainedOn training(const ConvWeights& conv1_1, WeightsSource wanted) const;

 private:
  Index width_of(std::size_t i, Index channels) const;

  std::shared_ptr<const ArrayFile> arrays_;
  ConvolutionPlaces places_;
  bool oihw_ = false;
  bool turned_ = false;  // kernels lie turned by 180 degrees
};

/// What a file says, or is told, of its network's input. Throws Error(input) where it contradicts itself.
struct WeightsInput {
  TrainedOn training;
  std::string unknown;  ///< a sentence with what to do, where the training cannot be told; else empty
  bool folded = false;
  Pooling pooling = Pooling::max;
  Padding padding = Padding::zero;
};
WeightsInput find_input(const WeightsFile& file, const ConvWeights& conv1_1, WeightsSource wanted,
                        const KnownFile* known = nullptr);
/// The same, which throws Error(input) where the training cannot be told.
WeightsInput known_input(const WeightsFile& file, const ConvWeights& conv1_1, WeightsSource wanted,
                         const KnownFile* known = nullptr);

/// All of a file's network. `name` begins its description; `source` other than automatic beats what the file says.
NetworkWeights network_of(const WeightsFile& file, const std::string& name, WeightsSource source,
                          const Context& context);

}  // namespace impasto::IMPASTO_ABI
