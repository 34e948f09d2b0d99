#include "model/weights_save.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/safetensors.h"
#include "impasto/version.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

const char* dtype_of(WeightsType type) {
  return type == WeightsType::f16 ? "F16" : type == WeightsType::bf16 ? "BF16" : "F32";
}

ArrayToSave array(const std::string& name, const char* dtype, const Tensor<float>& values) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(static_cast<std::size_t>(values.shape().rank()));
  for (int i = 0; i < values.shape().rank(); ++i) sizes.push_back(values.shape()[i]);
  return {name, dtype, std::move(sizes), [&values](const ArrayToSave::Take& take) { take(values.values()); }};
}

}  // namespace

void save_convolutions(const std::filesystem::path& to, const Architecture& architecture,
                       std::span<const ConvWeights> convolutions, WeightsType type, WeightsMetadata metadata) {
  metadata["network"] = architecture.name;
  metadata["layout"] = "HWIO";
  metadata["created_by"] = "Impasto " IMPASTO_VERSION;
  std::vector<ArrayToSave> arrays;
  const std::vector<std::size_t> layers = architecture.layers();
  for (std::size_t i = 0; i < convolutions.size(); ++i) {
    const std::string name = vgg_layers()[layers[i]].keras_name();
    arrays.push_back(array(name + "/kernel", dtype_of(type), convolutions[i].w));
    arrays.push_back(array(name + "/bias", "F32", convolutions[i].b));
  }
  save_safetensors(to, arrays, metadata);
}

}  // namespace impasto::IMPASTO_ABI
