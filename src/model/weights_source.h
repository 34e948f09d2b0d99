// Which training a file's numbers come from, told by facts.
//
// The scale of conv1_1 does not tell: published filters of both trainings are of the same size (root mean square 0.1 to
// 0.6), though Caffe's see +-128 and torchvision's +-2; the maps behind them differ instead. What tells are the
// numbers: of VGG19 there are two trainings that people use, and both were printed often enough to know the first
// filter; so was that of VGG16's training in Caffe, but not of torchvision's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "impasto/weights_tools.h"
#include "model/convolution_names.h"
#include "model/network_weights.h"
#include "model/weights_metadata.h"

namespace impasto::IMPASTO_ABI {

struct TrainedOn {
  WeightsSource source = WeightsSource::automatic;  ///< automatic: it cannot be told
  Preprocessing preprocessing;                      ///< by `source`; the metadata's word wins
  std::string reason;                               ///< of the source, or why there is none
};

/// Whose numbers the first filter of conv1_1 has, up to a factor and rounding to bfloat16, in either order of channels
/// and either way round.
/// `source` is caffe also for Keras' file, which holds the same numbers.
struct FirstFilter {
  WeightsSource source = WeightsSource::automatic;
  bool rgb = false;     ///< the filter takes R, G, B in this order
  bool turned = false;  ///< its kernel is turned by 180 degrees: a convolution's as Theano means it
};
FirstFilter recognise_first_filter(const ConvWeights& conv1_1);

/// `wanted` unless automatic; else what the metadata say, or the first filter. Names alone do not settle it: converters
/// have given every training every name.
TrainedOn find_training(const WeightsMetadata& metadata, Naming naming, const ConvWeights& conv1_1,
                        WeightsSource wanted);

/// A published file.
struct KnownFile {
  const char* name;
  std::uint64_t bytes;  ///< 0: not published
  const char* md5;      ///< "": not published
  const char* sha256;
  const char* what;  ///< for people
  WeightsSource source;
};

/// The known file with this checksum, or nullptr; reads the file once or twice. Throws Error(input) for a file with the
/// name and size of a known one and another checksum.
const KnownFile* find_known_file(const std::filesystem::path& file, std::uint64_t bytes, const std::string& sha256);

}  // namespace impasto::IMPASTO_ABI
