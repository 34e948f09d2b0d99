// Variables of a MATLAB file of version 5 as bytes, plain.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/safetensors.h"

namespace impasto::testing {

inline std::string mat_file(const std::string& variables) {
  return "MATLAB 5.0 MAT-file" + std::string(105, ' ') + std::string("\0\1IM", 4) + variables;
}

/// Tag, bytes, and zeros up to a multiple of 8.
inline std::string mat_element(std::uint64_t type, const std::string& bytes) {
  std::string element;
  append_little_endian(element, type, 4);
  append_little_endian(element, bytes.size(), 4);
  return element + bytes + std::string((8 - bytes.size() % 8) % 8, '\0');
}

inline std::string mat_flags(std::uint64_t kind) {
  std::string flags;
  append_little_endian(flags, kind, 8);
  return mat_element(6, flags);
}

/// An array of class `kind`, whose elements follow its sizes and name in `body`.
inline std::string mat_array(std::uint64_t kind, const std::vector<std::uint64_t>& sizes, const std::string& body,
                             const std::string& name = "") {
  std::string dimensions;
  for (const std::uint64_t size : sizes) append_little_endian(dimensions, size, 4);
  return mat_element(14, mat_flags(kind) + mat_element(5, dimensions) + mat_element(1, name) + body);
}

inline std::string mat_text(const std::string& letters) {
  return mat_array(4, {1, letters.size()}, mat_element(16, letters));
}

/// Numbers of class double (6) or another, stored as `type`.
inline std::string mat_numbers(std::uint64_t kind, std::uint64_t type, const std::vector<std::uint64_t>& sizes,
                               const std::string& bytes) {
  return mat_array(kind, sizes, mat_element(type, bytes));
}

inline std::string mat_cell(const std::vector<std::string>& items, const std::string& name = "") {
  std::string body;
  for (const std::string& item : items) body += item;
  return mat_array(1, {1, items.size()}, body, name);
}

inline std::string mat_struct(const std::vector<std::pair<std::string, std::string>>& fields,
                              const std::string& name = "") {
  std::size_t width = 0;
  for (const auto& field : fields) width = std::max(width, field.first.size() + 1);
  std::string length, names, body;
  append_little_endian(length, width, 4);
  for (const auto& field : fields) {
    names += field.first + std::string(width - field.first.size(), '\0');
    body += field.second;
  }
  return mat_array(2, {1, 1}, mat_element(5, length) + mat_element(1, names) + body, name);
}

/// An object of a class in MATLAB's own language, as string, datetime and table are.
inline std::string mat_object(const std::string& name = "") {
  return mat_element(14, mat_flags(17) + mat_element(1, name) + mat_element(1, "MCOS") + mat_element(1, "string") +
                             mat_numbers(13, 6, {6, 1}, std::string(24, '\1')));
}

}  // namespace impasto::testing
