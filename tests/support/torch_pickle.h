// Pickles as PyTorch writes them, opcode by opcode, so that they can be wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/safetensors.h"

namespace impasto::testing::pickled {

inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

inline std::string text(const std::string& words) {
  std::string bytes = "X";
  append_little_endian(bytes, words.size(), 4);
  return bytes + words;
}

/// Of 64 bits, as LONG1.
inline std::string number(std::int64_t value) {
  std::string bytes = "\x8a\x08";
  append_little_endian(bytes, static_cast<std::uint64_t>(value), 8);
  return bytes;
}

inline std::string tuple(const std::vector<std::string>& items) { return "(" + joined(items) + "t"; }
inline std::string list(const std::vector<std::string>& items) { return "](" + joined(items) + "e"; }
inline std::string dict(const std::vector<std::string>& keys_and_values) {
  return "}(" + joined(keys_and_values) + "u";
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string call(const std::string& what, const std::vector<std::string>& arguments) {
  return what + tuple(arguments) + "R";
}

inline std::string numbers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(number(value));
  return tuple(items);
}

/// With `view` as a sixth part, which files before PyTorch 1.6 have.
inline std::string storage(const std::string& type, const std::string& key, std::int64_t count,
                           const std::string& view = "") {
  std::vector<std::string> parts = {text("storage"), global("torch", type), text(key), text("cpu"), number(count)};
  if (!view.empty()) parts.push_back(view);
  return tuple(parts) + "Q";
}

inline std::string tensor(const std::string& storage, std::int64_t first, const std::vector<std::int64_t>& sizes,
                          const std::vector<std::int64_t>& strides, const std::string& metadata = "") {
  std::vector<std::string> arguments = {
      storage, number(first), numbers(sizes), numbers(strides), "\x89", call(global("collections", "OrderedDict"), {})};
  if (!metadata.empty()) arguments.push_back(metadata);
  return call(global("torch._utils", "_rebuild_tensor_v2"), arguments);
}

inline std::string whole(const std::string& value) { return "\x80\2" + value + "."; }

/// A file of before PyTorch 1.6 that holds `value`; `storages` follow the list of their keys, each with its count.
inline std::string legacy_file(const std::string& value, const std::vector<std::string>& keys,
                               const std::string& storages, std::int64_t version = 1001) {
  std::vector<std::string> names;
  for (const std::string& key : keys) names.push_back(text(key));
  return whole("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + whole(number(version)) +
         whole(dict({text("little_endian"), "\x88"})) + whole(value) + whole(list(names)) + storages;
}

}  // namespace impasto::testing::pickled
