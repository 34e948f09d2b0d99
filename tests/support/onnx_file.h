// Small ONNX files, written here byte by byte so that they can be wrong. Numbers of fields are those of onnx.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/safetensors.h"

namespace impasto::testing::onnx {

inline std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number > 127; number >>= 7) bytes += static_cast<char>(number | 128);
  return bytes + static_cast<char>(number);
}

/// A field that holds a number, and one that holds bytes: a text or a message.
inline std::string number(unsigned field, std::uint64_t value) { return varint(field << 3) + varint(value); }
inline std::string bytes(unsigned field, const std::string& value) {
  return varint(field << 3 | 2) + varint(value.size()) + value;
}

enum Type { kFloat = 1, kInt8 = 3, kInt64 = 7, kHalf = 10, kDouble = 11, kBrain = 16 };

inline std::string dims(const std::vector<std::int64_t>& sizes) {
  std::string fields;
  for (const std::int64_t size : sizes) fields += number(1, static_cast<std::uint64_t>(size));
  return fields;
}

inline std::string raw(const std::vector<float>& values, const std::string& dtype = "F32") {
  std::string numbers;
  for (const float value : values) append_value(numbers, value, dtype);
  return bytes(9, numbers);
}

/// A TensorProto; `numbers` are its fields with numbers.
inline std::string tensor(const std::string& name, const std::vector<std::int64_t>& sizes, Type type,
                          const std::string& numbers) {
  return dims(sizes) + number(2, type) + bytes(8, name) + numbers;
}

inline std::string floats(const std::string& name, const std::vector<std::int64_t>& sizes,
                          const std::vector<float>& values) {
  return tensor(name, sizes, kFloat, raw(values));
}

inline std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string numbers;
  for (const std::int64_t value : values) numbers += varint(static_cast<std::uint64_t>(value));
  return tensor(name, {static_cast<std::int64_t>(values.size())}, kInt64, bytes(7, numbers));
}

/// An entry of external_data.
inline std::string external(const std::string& key, const std::string& value) {
  return bytes(13, bytes(1, key) + bytes(2, value));
}

/// AttributeProtos.
inline std::string ints(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string numbers;
  for (const std::int64_t value : values) numbers += number(8, static_cast<std::uint64_t>(value));
  return bytes(5, bytes(1, name) + numbers + number(20, 7));
}
inline std::string integer(const std::string& name, std::int64_t value) {
  return bytes(5, bytes(1, name) + number(3, static_cast<std::uint64_t>(value)) + number(20, 2));
}
inline std::string word(const std::string& name, const std::string& value) {
  return bytes(5, bytes(1, name) + bytes(4, value) + number(20, 3));
}

/// A field of GraphProto: a node whose attributes are fields, too.
inline std::string node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output,
                        const std::string& attributes = "") {
  std::string fields;
  for (const std::string& input : inputs) fields += bytes(1, input);
  return bytes(1, fields + bytes(2, output) + bytes(4, op) + attributes);
}

inline std::string initializer(const std::string& tensor) { return bytes(5, tensor); }
inline std::string input(const std::string& name) { return bytes(11, bytes(1, name)); }

/// A whole file, version 7 of the format, by "pytorch 1.0".
inline std::string model(const std::string& graph) {
  return number(1, 7) + bytes(2, "pytorch") + bytes(3, "1.0") + bytes(7, graph) + bytes(8, number(2, 13));
}

/// 3 x 3, padded by one.
inline std::string conv(const std::vector<std::string>& inputs, const std::string& output,
                        const std::string& more = "") {
  return node("Conv", inputs, output, ints("kernel_shape", {3, 3}) + ints("pads", {1, 1, 1, 1}) + more);
}

inline std::string max_pool(const std::string& input, const std::string& output) {
  return node("MaxPool", {input}, output, ints("kernel_shape", {2, 2}) + ints("strides", {2, 2}));
}

/// 0, step, 2 step, ...
inline std::vector<float> ramp(std::size_t count, float step = 1) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = step * static_cast<float>(i);
  return values;
}

}  // namespace impasto::testing::onnx
