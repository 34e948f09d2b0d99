// Writing .npz: a zip (APPNOTE.TXT 6.3.10) whose members are stored as they are.
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/npz.h"
#include "base/check.h"
#include "base/file_writer.h"
#include "base/little_endian.h"
#include "impasto/npz.h"
#include "tensor/npy.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();  // bytes, without zip64
constexpr std::size_t kMostMembers = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kLongestName = 1024;

using Bytes = std::vector<std::uint8_t>;

struct Field {
  std::uint64_t value;
  std::size_t bytes;
};

void append(Bytes& bytes, std::initializer_list<Field> fields) {
  for (const Field& field : fields) append_little_endian(bytes, field.value, field.bytes);
}
void append(Bytes& bytes, std::string_view characters) {
  bytes.insert(bytes.end(), characters.begin(), characters.end());
}

struct Member {
  std::string name;
  std::uint64_t offset, bytes;
  std::uint32_t crc;

  // What the header before a member and its entry in the directory share.
  void describe(Bytes& record) const {
    append(record, {{20, 2}, {1 << 11, 2}, {0, 2}});  // version 2.0; names are UTF-8; stored
    append(record, {{0, 2}, {0x21, 2}});              // the format's first day: the same arrays, the same file
    append(record, {{crc, 4}, {bytes, 4}, {bytes, 4}, {name.size(), 2}, {0, 2}});
  }
};

void check(std::span<const NpzArray> arrays, const std::string& label) {
  std::set<std::string> names;
  std::uint64_t bytes = 0;
  for (const NpzArray& array : arrays) {
    require(!array.name.empty() && array.name.size() <= kLongestName, ErrorCode::usage, label,
            " cannot be written: the name of an array has ", array.name.size(), " bytes; wanted 1 to ", kLongestName);
    require(names.insert(array.name).second, ErrorCode::usage, label, " cannot be written: two arrays are called '",
            array.name, "'");
    require_shape_of(array.values.size(), array.shape, text(label, ", array '", array.name, "'"));
    bytes += 4 * static_cast<std::uint64_t>(array.values.size()) + 4 * kLongestName;
  }
  require(bytes <= kMost && arrays.size() <= kMostMembers, ErrorCode::usage, label,
          " cannot be written: ", arrays.size(), " arrays of ", bytes >> 20,
          " MiB are more than a zip without 64-bit sizes holds, 65,535 and 4,095 MiB; write several files, or .npy");
}

}  // namespace

void save_npz(std::span<const NpzArray> arrays, const std::filesystem::path& file) {
  check(arrays, text("file '", file.string(), "'"));
  with_memory_error("writing arrays", [&] {
    FileWriter out(file);
    Bytes directory;
    std::uint64_t at = 0;
    const auto write = [&](const Bytes& bytes) {
      out.write(bytes);
      at += bytes.size();
    };
    for (const NpzArray& array : arrays) {
      const Bytes npy = encode_npy(array.values, array.shape);
      const Member member{array.name + ".npy", at, npy.size(),
                          static_cast<std::uint32_t>(crc32_z(0, npy.data(), npy.size()))};
      Bytes header;
      append(header, "PK\3\4");
      member.describe(header);
      append(header, member.name);
      write(header);
      write(npy);
      append(directory, "PK\1\2");
      append(directory, {{20, 2}});
      member.describe(directory);
      append(directory, {{0, 2}, {0, 2}, {0, 2}, {0, 4}});  // no comment, first disk, no attributes
      append(directory, {{member.offset, 4}});
      append(directory, member.name);
    }
    Bytes end;
    append(end, "PK\5\6");
    append(end, {{0, 4}, {arrays.size(), 2}, {arrays.size(), 2}, {directory.size(), 4}, {at, 4}, {0, 2}});
    write(directory);
    write(end);
    out.commit();
  });
}

std::map<std::string, NpyArray> load_npz(const std::filesystem::path& file) {
  return with_memory_error("reading arrays", [&] {
    const std::unique_ptr<ArrayFile> source = open_npz(std::make_unique<const ZipFile>(file, "array file"));
    std::map<std::string, NpyArray> arrays;
    for (const auto& [name, entry] : source->entries()) {
      const std::vector<float> values = source->values(name);
      const std::vector<std::uint64_t> shape(entry.sizes.begin(), entry.sizes.end());
      NpyArray array{addressable_shape(shape, text(source->label(), ": '", name, "'")), {values.begin(), values.end()}};
      require(!array.shape.empty() && array.shape.size() <= kMaxNpyRank, ErrorCode::input, source->label(), ": '", name,
              "' has ", array.shape.size(), " dimensions; wanted 1 to ", kMaxNpyRank);
      arrays.emplace(name, std::move(array));
    }
    return arrays;
  });
}

}  // namespace impasto::IMPASTO_ABI
