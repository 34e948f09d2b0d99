// Files of VGG19's or VGG16's weights: whatever a framework saved becomes one plain safetensors file that says what its
// network expects, and what a file holds can be seen. weights/FORMAT.md is the written form.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/export.h"
#include "impasto/image.h"
#include "impasto/parse.h"

namespace impasto::IMPASTO_ABI {

/// What the network was trained on. `keras` and `caffe`: BGR 0..255 minus the mean (Keras' weights are Caffe's);
/// `torchvision`: RGB 0..1, minus mean, over deviation. `automatic`: told by facts of the file.
enum class WeightsSource { automatic, keras, torchvision, caffe };

/// "auto", "keras", "torchvision", "caffe".
IMPASTO_API std::string to_string(WeightsSource source);
template <>
IMPASTO_API WeightsSource parse<WeightsSource>(const std::string& word, const std::string& called);

/// Type of the numbers in a written file. f16 and bf16 round to the nearest.
enum class WeightsType { f32, f16, bf16 };

/// "f32", "f16", "bf16".
IMPASTO_API std::string to_string(WeightsType type);
template <>
IMPASTO_API WeightsType parse<WeightsType>(const std::string& word, const std::string& called);

struct WeightsImport {
  WeightsSource source = WeightsSource::automatic;  ///< anything else beats what the file says
  WeightsType type = WeightsType::f32;
  std::string until;  ///< last layer to write, by any of its names (a pooling: up to it); empty: all there are
  /// Preprocessing goes into conv1_1, which then takes (RGB - mean) / deviation, torchvision's. false: it is carried as
  /// metadata. Both give the same features away from the border (weights/FORMAT.md).
  bool fold = false;
};

/// One array of a file.
struct WeightsLayer {
  std::string name;                 ///< in the file: features.0.weight
  std::string layer;                ///< block1_conv1, or empty for what is no convolution of the network
  bool is_bias = false;             ///< of `layer`
  std::vector<std::int64_t> sizes;  ///< in the file's order
  std::string type;                 ///< F32, F16, BF16, ...
  std::uint64_t offset = 0;         ///< of the first byte in the file; 0 where the format's library finds the numbers
  std::uint64_t bytes = 0;
  /// Over all values; 0 for an array of `layer` "", whose numbers are not read, or one that cannot be (see problems).
  double mean = 0, deviation = 0, min = 0, max = 0;
};

struct WeightsSummary {
  std::filesystem::path file;
  std::string format;                               ///< "safetensors", "HDF5", ...
  std::string network;                              ///< "VGG19", "VGG16", "VGG19 or VGG16", ..., or "unknown"
  std::string names;                                ///< "torchvision", "Keras", "Caffe": who names layers like this
  WeightsSource source = WeightsSource::automatic;  ///< automatic: the file does not tell (see problems)
  std::string reason;                               ///< how the source is known, for people
  std::string layout;                               ///< "OIHW" or "HWIO"
  bool folded = false;                              ///< preprocessing is in conv1_1
  std::string channel_order;                        ///< "RGB" or "BGR": the network's
  double range = 0;                                 ///< pixel values 0..range
  std::array<double, 3> mean{}, deviation{};        ///< in channel_order and range
  std::string pooling, padding;                     ///< "max", "average"; "zero", "replicate", "reflect"
  std::vector<WeightsLayer> layers;                 ///< convolutions in order, weights before bias, then the rest
  int convolutions = 0;                             ///< of VGG19 or VGG16, without gaps from the first on
  std::uint64_t parameters = 0;                     ///< values in them
  std::uint64_t bytes = 0;                          ///< of the file
  std::string sha256;                           ///< of the file, 64 hexadecimal digits; "" in a build without OpenSSL
  std::map<std::string, std::string> metadata;  ///< as the file has it
  /// What is read otherwise than it lies there (turned kernels, missing biases), and last convolutions that are missing
  /// where those up to block5_conv1, which the preset `default` compares, are there.
  std::vector<std::string> notes;
  std::vector<std::string> problems;  ///< one sentence each; empty: good to paint with
};

/// Reads the convolutions of VGG19 or VGG16 from a file of safetensors, Keras, PyTorch, ONNX, MatConvNet, NumPy, or a
/// blob with its JSON (weights/FORMAT.md), and writes `to`: safetensors with the names and layout of this library
/// (block1_conv1/kernel, 3 x 3 x C x K), and metadata that says all there is to know. The same input and `how` give the
/// same bytes. `to` appears complete or not at all; its folder must exist. Gives the summary of what was written.
/// Throws Error(input) for a file that is damaged or holds another network, or whose source is not certain while
/// how.source is automatic; Error(usage) for a layer that is not there; Error(io) when the disk refuses. Thread safety:
/// as long as nobody else writes `to`.
IMPASTO_API WeightsSummary import_weights(const std::filesystem::path& from, const std::filesystem::path& to,
                                          const WeightsImport& how = {});

/// What a readable file holds; what is wrong with it as such weights is listed in `problems`, not thrown.
/// Throws Error(input) for a file that cannot be read as one of the formats at all.
IMPASTO_API WeightsSummary inspect_weights(const std::filesystem::path& file);

/// The filters of conv1_1 as a mosaic of 8 in a row, each 3 x 3 x RGB filter enlarged to 24 x 24 pixels with a gap of
/// 4: 220 x 220 pixels for 64 filters. Grey 0.5 is weight 0, and the largest |weight| of the file reaches 0 or 1.
/// Channels are turned to RGB where the network takes BGR; a source that is not certain is taken by its names. Throws
/// Error(input) as inspect_weights, and without conv1_1.
IMPASTO_API Image weights_mosaic(const std::filesystem::path& file);

struct NormalisedWeights {
  WeightsSummary written;
  /// Filters that (next to) never fire on the pictures, left as they are: "block4_conv2 filter 17", counted from 0.
  std::vector<std::string> silent;
};

/// Gatys' normalisation: writes `to`, the same network with each filter divided by its mean activation over all
/// positions of all `pictures`, and the next layer multiplied by it (docs/MATH.md). On these pictures every mean is
/// then 1, and a loss weight means the same in every layer. Pictures are shrunk to `size` on their long side. Reads
/// what Weights::load reads; preprocessing, pooling, padding and metadata stay, and "normalised" tells of the pictures.
/// `to` appears complete or not at all. Throws Error(usage) without a picture, Error(input) for a file or picture that
/// is no good or too small for the deepest layer, Error(io) when the disk refuses.
IMPASTO_API NormalisedWeights normalise_weights(const std::filesystem::path& from,
                                                const std::vector<std::filesystem::path>& pictures,
                                                const std::filesystem::path& to, const Context& context = Context(),
                                                int size = 512);

/// SHA-256 of a file, 64 hexadecimal digits, or MD5, 32, as Keras publishes it. Throws Error(input) for a file that
/// cannot be read, Error(usage) in a build without OpenSSL.
IMPASTO_API std::string sha256_of(const std::filesystem::path& file);
IMPASTO_API std::string md5_of(const std::filesystem::path& file);
/// Whether this build can take them.
IMPASTO_API bool checksums_available();

}  // namespace impasto::IMPASTO_ABI
