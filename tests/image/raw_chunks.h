// PNG files put together from chunks.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "image/raw_pictures.h"

namespace impasto::testing {

inline void put_number(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// Two pixels beside each other: 33 bytes of signature and header, the data, 12 bytes of end.
inline Bytes plain_png(const Bytes& row = {10, 20, 30, 40, 50, 60}) {
  RawPng raw{.width = 2};
  raw.rows = {row};
  return make_png(raw);
}

inline void insert_chunk(Bytes& file, std::size_t at, std::string_view name, const Bytes& data) {
  Bytes chunk;
  put_number(chunk, static_cast<std::uint32_t>(data.size()));
  chunk.insert(chunk.end(), name.begin(), name.end());
  chunk.insert(chunk.end(), data.begin(), data.end());
  put_number(chunk, static_cast<std::uint32_t>(crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))));
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), chunk.begin(), chunk.end());
}

inline Bytes deflated(const Bytes& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  Bytes packed(size);
  if (compress(packed.data(), &size, bytes.data(), static_cast<uLong>(bytes.size())) != Z_OK) std::abort();
  packed.resize(size);
  return packed;
}

/// A key, a zero, and what follows.
inline Bytes text_chunk(std::string_view key, std::string_view rest) {
  Bytes bytes;
  for (const char c : key) bytes.push_back(static_cast<std::uint8_t>(c));
  bytes.push_back(0);
  for (const char c : rest) bytes.push_back(static_cast<std::uint8_t>(c));
  return bytes;
}

/// zTXt of "Raw profile type ...".
inline Bytes raw_profile_chunk(const std::string& type, const Bytes& content) {
  std::string text = "\n" + type + "\n      " + std::to_string(content.size());
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (i % 36 == 0) text += '\n';
    text += "0123456789abcdef"[content[i] >> 4];
    text += "0123456789abcdef"[content[i] & 15];
  }
  const Bytes packed = deflated(Bytes(text.begin(), text.end()));
  return text_chunk("Raw profile type " + type, std::string(1, '\0') + std::string(packed.begin(), packed.end()));
}

}  // namespace impasto::testing
