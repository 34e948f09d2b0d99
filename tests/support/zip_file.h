// Small zip files of .npy arrays, written here so that they can be wrong.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/safetensors.h"

namespace impasto::testing {

struct ZipEntry {
  std::string name;
  std::string bytes;
  bool deflated = false;
  bool zip64 = false;  ///< sizes and place in fields of 64 bits
  int flags = 0, method = -1;
  std::int64_t claimed = -1;  ///< bytes once inflated; -1: as they are
  std::uint32_t crc_error = 0;
};

inline std::string raw_deflate(const std::string& bytes) {
  z_stream zlib = {};
  deflateInit2(&zlib, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&zlib, bytes.size()) + 16, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zlib.avail_in = static_cast<uInt>(bytes.size());
  zlib.next_out = reinterpret_cast<Bytef*>(result.data());
  zlib.avail_out = static_cast<uInt>(result.size());
  deflate(&zlib, Z_FINISH);
  result.resize(zlib.total_out);
  deflateEnd(&zlib);
  return result;
}

/// Local headers with the members, the directory, the end record; with `zip64` also that one's records.
inline std::string zip_file(const std::vector<ZipEntry>& entries, bool zip64 = false, const std::string& comment = "") {
  std::string file, directory;
  for (const ZipEntry& entry : entries) {
    const std::string stored = entry.deflated ? raw_deflate(entry.bytes) : entry.bytes;
    const std::uint64_t bytes = entry.claimed < 0 ? entry.bytes.size() : static_cast<std::uint64_t>(entry.claimed);
    const std::uint64_t crc =
        crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()), static_cast<uInt>(entry.bytes.size())) ^
        entry.crc_error;
    const std::uint64_t header = file.size(), method = entry.method >= 0 ? entry.method : entry.deflated ? 8 : 0;
    const std::uint64_t small = 0xffffffff;
    std::string common;  // flags, method, time, date, checksum, sizes, length of the name
    append_little_endian(common, static_cast<std::uint64_t>(entry.flags), 2);
    append_little_endian(common, method, 2);
    append_little_endian(common, 0, 4);
    append_little_endian(common, crc, 4);
    append_little_endian(common, entry.zip64 ? small : stored.size(), 4);
    append_little_endian(common, entry.zip64 ? small : bytes, 4);
    append_little_endian(common, entry.name.size(), 2);
    file.append("PK\3\4\x2d\0", 6).append(common).append(std::string(2, '\0')).append(entry.name).append(stored);
    std::string extra;
    if (entry.zip64) {
      extra.append("\1\0\x18\0", 4);
      append_little_endian(extra, bytes, 8);
      append_little_endian(extra, stored.size(), 8);
      append_little_endian(extra, header, 8);
    }
    directory.append("PK\1\2\x2d\3\x2d\0", 8).append(common);
    append_little_endian(directory, extra.size(), 2);
    directory.append(std::string(10, '\0'));
    append_little_endian(directory, entry.zip64 ? small : header, 4);
    directory.append(entry.name).append(extra);
  }
  const std::uint64_t begin = file.size(), count = entries.size();
  file += directory;
  if (zip64) {
    const std::uint64_t record = file.size();
    file.append("PK\6\6\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0", 16).append(std::string(8, '\0'));
    for (const std::uint64_t value : {count, count, std::uint64_t{directory.size()}, begin})
      append_little_endian(file, value, 8);
    file.append("PK\6\7\0\0\0\0", 8);
    append_little_endian(file, record, 8);
    append_little_endian(file, 1, 4);
  }
  file.append("PK\5\6\0\0\0\0", 8);
  append_little_endian(file, zip64 ? 0xffff : count, 2);
  append_little_endian(file, zip64 ? 0xffff : count, 2);
  append_little_endian(file, zip64 ? 0xffffffff : directory.size(), 4);
  append_little_endian(file, zip64 ? 0xffffffff : begin, 4);
  append_little_endian(file, comment.size(), 2);
  return file + comment;
}

/// The bytes of a .npy file with this text for its header.
inline std::string npy_file(const std::string& header, const std::string& numbers) {
  std::string bytes("\x93NUMPY\1\0", 8);
  append_little_endian(bytes, header.size(), 2);
  return bytes + header + numbers;
}

inline std::string npy_floats(const std::string& shape, const std::vector<float>& values, bool fortran = false) {
  std::string numbers;
  for (const float value : values) append_value(numbers, value, "F32");
  return npy_file(
      "{'descr': '<f4', 'fortran_order': " + std::string(fortran ? "True" : "False") + ", 'shape': " + shape + "}",
      numbers);
}

}  // namespace impasto::testing
