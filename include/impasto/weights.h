// Weights of a network in the shape of VGG19 or VGG16, and what its input must look like.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/export.h"
#include "impasto/window.h"

namespace impasto::IMPASTO_ABI {

struct NetworkWeights;  // src/model/network_weights.h

/// An immutable network: convolution weights, preprocessing, and the pooling and padding it was made for.
/// Copies share one set of numbers. Thread safety: const use from any thread.
class IMPASTO_API Weights {
 public:
  /// The network that comes with the library, for where there is no file: trained, in VGG16's shape up to block5_conv1,
  /// and narrow (weights/builtin.safetensors, 1.1 MB). Each call reads it anew.
  static Weights builtin();
  /// A network in VGG19's shape whose weights come from formulas, without any training (docs/MATH.md): the same bits
  /// everywhere, and quick, because its filters are turned copies of few.
  static Weights formula();
  /// A file with the convolutions of VGG19 or VGG16 (weights/FORMAT.md), best one that import_weights wrote:
  /// safetensors, or any other that is read: of Keras, PyTorch, ONNX, NumPy; F64 (rounded), F32, F16, BF16, or I8 with
  /// scales. Throws Error(input) for a file that is missing, truncated, inconsistent, of another network, or with
  /// values that are not finite. One that does not tell what its network was trained on can be used with
  /// Preprocess::literal only; all else throws Error(input), and import_weights can be told. `context`: the threads
  /// that read and rearrange.
  static Weights load(const std::filesystem::path& file, const Context& context = Context());

  /// All 16 convolutions of VGG19 in full width (80 MB), He-uniform values and zero biases: the same work as trained
  /// weights without a file, for benchmarks and tests. Same seed, same bits everywhere.
  static Weights random(std::uint64_t seed);

  /// One line for people: source, file, preprocessing.
  std::string description() const;
  bool is_builtin() const noexcept;
  bool is_formula() const noexcept;
  Pooling pooling() const noexcept;
  Padding padding() const noexcept;
  /// Whether the preprocessing is folded into the first convolution (weights_tools.h).
  bool is_folded() const noexcept;
  /// "VGG19", whose shape the formula network has too, "VGG16", or, of a file that ends where the two part,
  /// "VGG19 or VGG16".
  std::string architecture() const;
  /// Keras names of the convolutions present, in order: block1_conv1, block1_conv2, ...
  std::vector<std::string> layers() const;

  /// For the library's own use.
  explicit Weights(std::shared_ptr<const NetworkWeights> network);
  const std::shared_ptr<const NetworkWeights>& network() const noexcept { return network_; }

 private:
  std::shared_ptr<const NetworkWeights> network_;
};

}  // namespace impasto::IMPASTO_ABI
