// Writing .npz: a zip (APPNOTE.TXT 6.3.10) whose members are stored as they are.
#include <zlib.h>

#include <limits>
#include <set>

#include "archive/npz.h"
#include "base/check.h"
#include "base/file_writer.h"
#include "impasto/npz.h"
#include "tensor/npy.h"

namespace impasto::inline v0_1 {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();  // bytes, without zip64
constexpr std::size_t kMostMembers = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kLongestName = 1024;

class Record {
 public:
  Record& number(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 255));
    return *this;
  }
  Record& characters(const std::string& value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

struct Member {
  std::string name;
  std::uint64_t offset, bytes;
  std::uint32_t crc;

  // What the header before a member and its entry in the directory share.
  void describe(Record& record) const {
    record.number(20, 2).number(1 << 11, 2).number(0, 2);  // version 2.0; names are UTF-8; stored
    record.number(0, 2).number(0x21, 2);                   // the format's first day: the same arrays, the same file
    record.number(crc, 4).number(bytes, 4).number(bytes, 4).number(name.size(), 2).number(0, 2);
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
    Record directory;
    std::uint64_t at = 0;
    const auto write = [&](const std::vector<std::uint8_t>& bytes) {
      out.write(bytes);
      at += bytes.size();
    };
    for (const NpzArray& array : arrays) {
      const std::vector<std::uint8_t> npy = encode_npy(array.values, array.shape);
      const Member member{array.name + ".npy", at, npy.size(),
                          static_cast<std::uint32_t>(crc32_z(0, npy.data(), npy.size()))};
      Record header;
      member.describe(header.characters("PK\3\4"));
      write(header.characters(member.name).bytes());
      write(npy);
      member.describe(directory.characters("PK\1\2").number(20, 2));
      directory.number(0, 2).number(0, 2).number(0, 2).number(0, 4);  // no comment, first disk, no attributes
      directory.number(member.offset, 4).characters(member.name);
    }
    Record end;
    end.characters("PK\5\6").number(0, 4).number(arrays.size(), 2).number(arrays.size(), 2);
    end.number(directory.bytes().size(), 4).number(at, 4).number(0, 2);
    write(directory.bytes());
    write(end.bytes());
    out.commit();
  });
}

std::map<std::string, NpyArray> load_npz(const std::filesystem::path& file) {
  return with_memory_error("reading arrays", [&] {
    const std::unique_ptr<ArrayFile> source = open_npz(file, "array file");
    std::map<std::string, NpyArray> arrays;
    for (const auto& [name, entry] : source->entries()) {
      const std::vector<float> values = source->values(name);
      NpyArray array{{entry.sizes.begin(), entry.sizes.end()}, {values.begin(), values.end()}};
      require(!array.shape.empty() && array.shape.size() <= kMaxNpyRank, ErrorCode::input, source->label(), ": '", name,
              "' has ", array.shape.size(), " dimensions; wanted 1 to ", kMaxNpyRank);
      arrays.emplace(name, std::move(array));
    }
    return arrays;
  });
}

}  // namespace impasto::inline v0_1
