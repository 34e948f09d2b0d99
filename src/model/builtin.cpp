// The built-in network: a file of weights like any other, but that it lies in the library.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "archive/safetensors.h"
#include "base/byte_source.h"
#include "base/check.h"
#include "model/builtin_bytes.h"
#include "model/network_weights.h"
#include "model/weights_file.h"

namespace impasto::IMPASTO_ABI {
namespace {

class BuiltinBytes final : public ByteSource {
 public:
  std::uint64_t size() const noexcept override { return kBuiltinBytes; }
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const override {
    IMPASTO_ASSERT(offset <= size() && bytes.size() <= size() - offset);
    std::size_t at = static_cast<std::size_t>(offset);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(kBuiltinWords[at / 8] >> (at % 8 * 8));
      ++at;
    }
  }
};

}  // namespace

NetworkWeights builtin_weights() {
  const WeightsFile file(
      std::make_shared<const Safetensors>(std::make_unique<const BuiltinBytes>(), "builtin", "weights"));
  NetworkWeights weights = network_of(file, "built-in weights", WeightsSource::automatic, Context(1));
  weights.is_builtin = true;
  return weights;
}

}  // namespace impasto::IMPASTO_ABI
