// EXIF out of TIFF files and into them: entries move as they are, bytes and byte order, and only offsets are new.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/sizes.h"
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
  std::uint32_t tag = 0, type = 0;
  std::uint64_t count = 0;
  std::vector<std::uint8_t> values;
};
using Directory = std::vector<Entry>;

constexpr std::uint32_t kLastClassicType = 13;  // of what EXIF may hold; those above are BigTIFF's
constexpr std::size_t kMostBytesOfExif = std::size_t{1} << 26;

// All entries but those without values and, of `most` bytes and more, the last.
Directory read(const TiffNumbers& numbers, std::size_t directory, std::size_t most) {
  Directory found;
  std::size_t bytes = 0;
  for (const std::size_t at : numbers.entries(directory)) {
    const auto values = numbers.values(at);
    // Entries of a damaged file may all claim the same megabytes.
    bytes += values.size();
    if (values.empty() || bytes > most) continue;
    found.push_back({*numbers.u16(at), *numbers.u16(at + 2), numbers.count(at), {values.begin(), values.end()}});
  }
  return found;
}

Directory read_linked(const TiffNumbers& numbers, std::uint32_t link) {
  const auto entry = numbers.find(numbers.directory(), link);
  Directory found = entry ? read(numbers, saturated(numbers.value(*entry).value_or(0)), kMostBytesOfExif) : Directory();
  // The directory of interoperability hangs on an offset that would be wrong now; it says nothing of the picture.
  std::erase_if(found, [](const Entry& one) { return one.tag == 0xA005 || one.type > kLastClassicType; });
  return found;
}

// Appends directories, whose offsets count from the beginning of `bytes`.
class Appender {
 public:
  Appender(std::vector<std::uint8_t>& bytes, bool big_endian, TiffWidths widths)
      : bytes_(bytes), big_endian_(big_endian), widths_(widths) {}

  std::size_t here() {
    if (bytes_.size() % 2 != 0) bytes_.push_back(0);
    return bytes_.size();
  }

  // The offset of the directory, whose entries must be sorted by tag.
  std::size_t add(const Directory& directory) {
    const std::size_t start = here(), table = start + widths_.tally, offset = widths_.offset;
    bytes_.resize(table + directory.size() * widths_.entry() + offset);
    put(start, directory.size(), widths_.tally);
    for (std::size_t i = 0; i < directory.size(); ++i) {
      const Entry& entry = directory[i];
      const std::size_t at = table + i * widths_.entry(), place = at + 4 + offset;
      put(at, entry.tag, 2);
      put(at + 2, entry.type, 2);
      put(at + 4, entry.count, offset);
      if (entry.values.size() <= offset) {
        std::copy(entry.values.begin(), entry.values.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(place));
        continue;
      }
      put(place, here(), offset);
      bytes_.insert(bytes_.end(), entry.values.begin(), entry.values.end());
    }
    return start;
  }

  Entry link(std::uint32_t tag, const Directory& directory) {
    const std::uint32_t type = widths_.is_big() ? TiffNumbers::kIfd8 : TiffNumbers::kLong;
    Entry entry{tag, type, 1, std::vector<std::uint8_t>(widths_.offset)};
    put_tiff_number(entry.values.data(), add(directory), widths_.offset, big_endian_);
    return entry;
  }

  // The first directory of the structure is the one at `start`.
  void begin_at(std::size_t start) { put(widths_.first, start, widths_.offset); }

 private:
  void put(std::size_t at, std::uint64_t value, std::size_t count) {
    put_tiff_number(bytes_.data() + at, value, count, big_endian_);
  }

  std::vector<std::uint8_t>& bytes_;
  bool big_endian_;
  TiffWidths widths_;
};

void sort(Directory& directory) {
  std::stable_sort(directory.begin(), directory.end(), [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
}

// The descriptive entries of the first directory of `from`, and its two linked ones, appended to `bytes`.
Directory copy_exif(const TiffNumbers& from, Appender& to) {
  Directory main = read(from, from.directory(), kMostBytesOfExif);
  std::erase_if(main, [](const Entry& entry) {
    return entry.type > kLastClassicType ||
           std::find(std::begin(kDescriptive), std::end(kDescriptive), entry.tag) == std::end(kDescriptive);
  });
  for (const std::uint32_t tag : {kExifDirectory, kGpsDirectory}) {
    const Directory linked = read_linked(from, tag);
    if (!linked.empty()) main.push_back(to.link(tag, linked));
  }
  return main;
}

}  // namespace

std::vector<std::uint8_t> exif_of_tiff(std::span<const std::uint8_t> file) {
  const auto numbers = TiffNumbers::of_file(file);
  if (!numbers) return {};
  const bool big_endian = numbers->big_endian();
  std::vector<std::uint8_t> block(8, big_endian ? 'M' : 'I');
  put_tiff_number(block.data() + 2, 42, 2, big_endian);
  Appender appender(block, big_endian, kClassicTiff);
  Directory main = copy_exif(*numbers, appender);
  if (main.empty()) return {};
  sort(main);
  appender.begin_at(appender.add(main));
  return block;
}

void add_to_tiff(std::vector<std::uint8_t>& file, std::span<const std::uint8_t> exif,
                 std::span<const std::uint8_t> iptc) {
  const auto own = TiffNumbers::of_file(file);
  const auto added = TiffNumbers::of(exif);
  const bool takes_exif = own && added && own->big_endian() == added->big_endian();
  if (!own || (!takes_exif && iptc.empty()) ||
      (!own->widths().is_big() &&
       std::uint64_t{file.size()} + 2 * std::uint64_t{exif.size()} + iptc.size() > 0xFFFFFFF0u))
    return;
  Directory main = read(*own, own->directory(), file.size());
  Appender appender(file, own->big_endian(), own->widths());  // from here on `own` looks at bytes that may have moved
  Directory more = takes_exif ? copy_exif(*added, appender) : Directory();
  constexpr std::uint32_t kUndefined = 7;
  if (!iptc.empty()) {
    more.push_back({kIptc, kUndefined, iptc.size(), {iptc.begin(), iptc.end()}});
  }
  for (Entry& entry : more) {
    const bool there = std::any_of(main.begin(), main.end(), [&](const Entry& one) { return one.tag == entry.tag; });
    if (!there) main.push_back(std::move(entry));
  }
  sort(main);
  appender.begin_at(appender.add(main));
}

std::vector<std::uint8_t> iptc_of_tiff(std::span<const std::uint8_t> file) {
  const auto numbers = TiffNumbers::of_file(file);
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
