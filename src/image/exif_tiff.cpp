// EXIF out of TIFF files and into them: entries move as they are, bytes and byte order, and only offsets are new.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "image/exif.h"
#include "image/iptc.h"
#include "image/tiff_numbers.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint32_t kExifDirectory = 0x8769;
constexpr std::uint32_t kGpsDirectory = 0x8825;
constexpr std::uint32_t kIptc = 33723;

// What tells of the picture and not of how its pixels lie in the file: description, maker, model, program, time,
// artist, copyright.
constexpr std::uint32_t kDescriptive[] = {0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298};

struct Entry {
  std::uint32_t tag = 0, type = 0, count = 0;
  std::vector<std::uint8_t> values;
};
using Directory = std::vector<Entry>;

Directory read(const TiffNumbers& numbers, std::size_t directory) {
  Directory found;
  std::size_t bytes = 0;
  for (const std::size_t at : numbers.entries(directory)) {
    const auto values = numbers.values(at);
    // Entries of a damaged file may all claim the same megabytes.
    bytes += values.size();
    if (values.empty() || bytes > (std::size_t{1} << 26)) continue;
    found.push_back({*numbers.u16(at), *numbers.u16(at + 2), *numbers.u32(at + 4), {values.begin(), values.end()}});
  }
  return found;
}

Directory read_linked(const TiffNumbers& numbers, std::uint32_t link) {
  const auto entry = numbers.find(numbers.directory(), link);
  Directory found = entry ? read(numbers, numbers.value(*entry).value_or(0)) : Directory();
  // The directory of interoperability hangs on an offset that would be wrong now; it says nothing of the picture.
  std::erase_if(found, [](const Entry& one) { return one.tag == 0xA005; });
  return found;
}

// Appends directories, whose offsets count from the beginning of `bytes`.
class Appender {
 public:
  Appender(std::vector<std::uint8_t>& bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::uint32_t here() {
    if (bytes_.size() % 2 != 0) bytes_.push_back(0);
    return static_cast<std::uint32_t>(bytes_.size());
  }

  // The offset of the directory, whose entries must be sorted by tag.
  std::uint32_t add(const Directory& directory) {
    const std::uint32_t start = here();
    put(static_cast<std::uint32_t>(directory.size()), 2);
    const std::size_t table = bytes_.size();
    bytes_.resize(table + directory.size() * TiffNumbers::kEntryBytes + 4);
    for (std::size_t i = 0; i < directory.size(); ++i) {
      const Entry& entry = directory[i];
      const std::size_t at = table + i * TiffNumbers::kEntryBytes;
      put_tiff_number(bytes_.data() + at, entry.tag, 2, big_endian_);
      put_tiff_number(bytes_.data() + at + 2, entry.type, 2, big_endian_);
      put_tiff_number(bytes_.data() + at + 4, entry.count, 4, big_endian_);
      if (entry.values.size() <= 4) {
        std::copy(entry.values.begin(), entry.values.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at + 8));
        continue;
      }
      const std::uint32_t offset = here();
      put_tiff_number(bytes_.data() + at + 8, offset, 4, big_endian_);
      bytes_.insert(bytes_.end(), entry.values.begin(), entry.values.end());
    }
    return start;
  }

  Entry link(std::uint32_t tag, const Directory& directory) {
    Entry entry{tag, TiffNumbers::kLong, 1, std::vector<std::uint8_t>(4)};
    put_tiff_number(entry.values.data(), add(directory), 4, big_endian_);
    return entry;
  }

 private:
  void put(std::uint32_t value, std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    put_tiff_number(bytes_.data() + bytes_.size() - count, value, count, big_endian_);
  }

  std::vector<std::uint8_t>& bytes_;
  bool big_endian_;
};

void sort(Directory& directory) {
  std::stable_sort(directory.begin(), directory.end(), [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
}

// The descriptive entries of the first directory of `from`, and its two linked ones, appended to `bytes`.
Directory copy_exif(const TiffNumbers& from, Appender& to) {
  Directory main = read(from, from.directory());
  std::erase_if(main, [](const Entry& entry) {
    return std::find(std::begin(kDescriptive), std::end(kDescriptive), entry.tag) == std::end(kDescriptive);
  });
  for (const std::uint32_t tag : {kExifDirectory, kGpsDirectory}) {
    const Directory linked = read_linked(from, tag);
    if (!linked.empty()) main.push_back(to.link(tag, linked));
  }
  return main;
}

}  // namespace

std::vector<std::uint8_t> exif_of_tiff(std::span<const std::uint8_t> file) {
  const auto numbers = TiffNumbers::of(file);
  if (!numbers) return {};
  std::vector<std::uint8_t> block(file.begin(), file.begin() + 8);
  Appender appender(block, numbers->big_endian());
  Directory main = copy_exif(*numbers, appender);
  if (main.empty()) return {};
  sort(main);
  const std::uint32_t offset = appender.add(main);
  put_tiff_number(block.data() + 4, offset, 4, numbers->big_endian());
  return block;
}

void add_to_tiff(std::vector<std::uint8_t>& file, std::span<const std::uint8_t> exif,
                 std::span<const std::uint8_t> iptc) {
  const auto own = TiffNumbers::of(file);
  const auto added = TiffNumbers::of(exif);
  const bool takes_exif = own && added && own->big_endian() == added->big_endian();
  // Offsets have 32 bits.
  if (!own || (!takes_exif && iptc.empty()) ||
      std::uint64_t{file.size()} + 2 * std::uint64_t{exif.size()} + iptc.size() > 0xFFFFFFF0u)
    return;
  Directory main = read(*own, own->directory());
  const bool big_endian = own->big_endian();
  Appender appender(file, big_endian);  // from here on `own` looks at bytes that may have moved
  Directory more = takes_exif ? copy_exif(*added, appender) : Directory();
  constexpr std::uint32_t kUndefined = 7;
  if (!iptc.empty()) {
    more.push_back({kIptc, kUndefined, static_cast<std::uint32_t>(iptc.size()), {iptc.begin(), iptc.end()}});
  }
  for (Entry& entry : more) {
    const bool there = std::any_of(main.begin(), main.end(), [&](const Entry& one) { return one.tag == entry.tag; });
    if (!there) main.push_back(std::move(entry));
  }
  sort(main);
  const std::uint32_t offset = appender.add(main);
  put_tiff_number(file.data() + 4, offset, 4, big_endian);
}

std::vector<std::uint8_t> iptc_of_tiff(std::span<const std::uint8_t> file) {
  const auto numbers = TiffNumbers::of(file);
  const auto entry = numbers ? numbers->find(numbers->directory(), kIptc) : std::nullopt;
  if (!entry) return {};
  const std::span<const std::uint8_t> values = numbers->values(*entry);
  std::vector<std::uint8_t> bytes(values.begin(), values.end());
  // Called numbers of 32 bits by many writers, some of which turn them to the file's byte order.
  const bool turned = bytes.size() >= 4 && bytes[0] != 0x1C && bytes[3] == 0x1C;
  for (std::size_t at = 0; turned && at + 4 <= bytes.size(); at += 4) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(at + 4));
  }
  return iptc_of(bytes);
}

}  // namespace impasto::IMPASTO_ABI
