// Small weights files, written here so that they can be wrong.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace impasto::testing {

struct NamedTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<float> values;
  std::string dtype = "F32";  ///< F32, F64, or BF16, F16 and I8 for values that these hold exactly
};

/// conv1_1 and conv1_2 by torchvision's names, 8 channels wide; multiples of 1/8, which every type holds exactly.
inline std::vector<NamedTensor> first_convolutions() {
  const auto steps = [](std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i * 7 % 15) / 8 - 0.875F;
    return values;
  };
  return {{"features.0.weight", {8, 3, 3, 3}, steps(8 * 3 * 9)},
          {"features.0.bias", {8}, steps(8)},
          {"features.2.weight", {8, 8, 3, 3}, steps(8 * 8 * 9)},
          {"features.2.bias", {8}, steps(8)}};
}

/// Metadata that say what input such a network takes.
inline std::map<std::string, std::string> torchvision_input() { return {{"source", "torchvision"}}; }

inline void append_little_endian(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
}

/// Appends a value; F16 by way of its exponent, for normal numbers and zero only.
inline void append_value(std::string& bytes, float value, const std::string& dtype) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if (dtype == "F32") return append_little_endian(bytes, bits, 4);
  if (dtype == "F64") return append_little_endian(bytes, std::bit_cast<std::uint64_t>(double{value}), 8);
  if (dtype == "BF16") return append_little_endian(bytes, bits >> 16, 2);
  if (dtype == "I8") return append_little_endian(bytes, static_cast<std::uint8_t>(static_cast<int>(value)), 1);
  const std::uint32_t half =
      value == 0 ? 0 : (bits >> 16 & 0x8000U) | ((bits >> 23 & 255U) - 112) << 10 | (bits >> 13 & 0x3ffU);
  append_little_endian(bytes, half, 2);
}

/// The bytes of a safetensors file with this header text: length of the header, header, numbers.
inline std::string with_header(const std::string& header, const std::string& numbers) {
  std::string bytes;
  append_little_endian(bytes, header.size(), 8);
  return bytes + header + numbers;
}

inline std::string safetensors(const std::vector<NamedTensor>& tensors,
                               const std::map<std::string, std::string>& metadata = {}) {
  std::string header = "{", numbers;
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata)
      header.append(header.back() == '{' ? "\"" : ",\"").append(key).append("\":\"").append(value).append("\"");
    header += "}";
  }
  for (const NamedTensor& tensor : tensors) {
    const std::size_t begin = numbers.size();
    for (const float value : tensor.values) append_value(numbers, value, tensor.dtype);
    if (header.size() > 1) header += ',';
    header.append("\"").append(tensor.name).append("\":{\"dtype\":\"").append(tensor.dtype).append("\",\"shape\":[");
    for (const std::size_t n : tensor.shape) header.append(header.back() == '[' ? "" : ",").append(std::to_string(n));
    header.append("],\"data_offsets\":[")
        .append(std::to_string(begin))
        .append(",")
        .append(std::to_string(numbers.size()))
        .append("]}");
  }
  return with_header(header + "}", numbers);
}

}  // namespace impasto::testing
