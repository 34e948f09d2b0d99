#include "archive/zip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/byte_cursor.h"
#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint64_t kMaxDirectory = std::uint64_t{16} << 20;  // bytes
constexpr std::uint64_t kMaxInflation = 1032;                     // deflate's own bound
constexpr std::size_t kZlibPiece = std::size_t{1} << 30;          // bytes; zlib counts in 32 bits
constexpr std::uint64_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kLocalBytes = 30;
constexpr std::uint32_t kInEnd64 = 0xffffffffu;  // the number stands in a field of 64 bits

struct Directory {
  std::uint64_t entries, bytes, offset;
};

std::vector<std::uint8_t> bytes_at(const FileReader& file, const std::string& label, std::uint64_t offset,
                                   std::uint64_t count, const char* what) {
  require(offset <= file.size() && count <= file.size() - offset, ErrorCode::input, label, ": its ", what,
          " lies beyond its end: it was cut short or is damaged, get it again");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
  file.read(offset, bytes);
  return bytes;
}

// The end record stands last, before a comment of at most 65535 bytes.
Directory find_directory(const FileReader& file, const std::string& label) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(file.size(), kEndBytes + 65535);
  const std::vector<std::uint8_t> tail = bytes_at(file, label, file.size() - tail_bytes, tail_bytes, "end");
  for (std::size_t at = tail.size() >= kEndBytes ? saturated(tail.size() - kEndBytes + 1) : 0; at-- > 0;) {
    if (tail[at] != 'P' || tail[at + 1] != 'K' || tail[at + 2] != 5 || tail[at + 3] != 6) continue;
    const std::span<const std::uint8_t> record_bytes = std::span(tail).subspan(at + 4);
    ByteCursor in(record_bytes, label, "end record");
    in.skip(6);
    Directory directory = {in.u16(), in.u32(), in.u32()};
    if (in.u16() != in.left()) continue;  // part of something else
    const std::uint64_t end_at = file.size() - tail_bytes + at;
    if (directory.entries != 0xffff && directory.bytes != kInEnd64 && directory.offset != kInEnd64) return directory;
    const auto locator =
        bytes_at(file, label, end_at - std::min(end_at, kLocatorBytes), kLocatorBytes, "zip64 locator");
    ByteCursor locate(locator, label, "zip64 locator");
    locate.expect("PK\6\7");
    locate.skip(4);
    const auto record = bytes_at(file, label, locate.u64(), kEnd64Bytes, "zip64 end record");
    ByteCursor end64(record, label, "zip64 end record");
    end64.expect("PK\6\6");
    end64.skip(28);
    directory.entries = end64.u64();
    directory.bytes = end64.u64();
    directory.offset = end64.u64();
    return directory;
  }
  fail(ErrorCode::input, label, " begins as a zip file and lacks its directory: it was cut short, get it again");
}

struct Entry {
  std::string name;
  int flags, method;
  std::uint32_t crc;
  std::uint64_t stored, bytes, header;
};

Entry read_entry(ByteCursor& in, const std::string& label) {
  in.expect("PK\1\2");
  in.skip(4);
  Entry entry;
  entry.flags = in.u16();
  entry.method = in.u16();
  in.skip(4);
  entry.crc = in.u32();
  entry.stored = in.u32();
  entry.bytes = in.u32();
  const std::uint16_t name_bytes = in.u16(), extra_bytes = in.u16(), comment_bytes = in.u16();
  in.skip(8);
  entry.header = in.u32();
  entry.name = in.take_text(name_bytes);
  ByteCursor extra(in.take(extra_bytes), label, "zip64 sizes");
  in.skip(comment_bytes);
  while (extra.left() >= 4) {
    const std::uint16_t kind = extra.u16();
    ByteCursor field(extra.take(extra.u16()), label, "zip64 sizes");
    if (kind != 1) continue;
    for (std::uint64_t* value : {&entry.bytes, &entry.stored, &entry.header}) {
      if (*value == kInEnd64) *value = field.u64();
    }
  }
  return entry;
}

ZipMember locate(const FileReader& file, const std::string& label, const Entry& entry, std::uint64_t data_end) {
  const auto refuse = [&](const auto&... what) { fail(ErrorCode::input, label, ": '", entry.name, "' ", what...); };
  if (entry.flags & 1) refuse("is encrypted; write it again without a password");
  if (entry.method != 0 && entry.method != 8)
    refuse("is compressed by method ", entry.method,
           "; wanted stored or deflated, so write it again in one of these ways");
  const auto bytes = bytes_at(file, label, entry.header, kLocalBytes, "member");
  ByteCursor in(bytes, label, "member");
  in.expect("PK\3\4");
  in.skip(22);
  const std::uint64_t names = std::uint64_t{in.u16()} + in.u16();
  const std::uint64_t begin = entry.header + kLocalBytes + names;
  if (begin > data_end || entry.stored > data_end - begin)
    refuse("lies beyond the numbers in the file: it was cut short or is damaged, get it again");
  const bool deflated = entry.method == 8;
  const bool plausible = deflated ? entry.bytes / kMaxInflation <= entry.stored : entry.bytes == entry.stored;
  if (!plausible) refuse("claims ", entry.bytes, " bytes out of ", entry.stored, "; the file is damaged, get it again");
  return {deflated, entry.crc, begin, entry.stored, entry.bytes};
}

}  // namespace

std::map<std::string, ZipMember> read_zip_directory(const FileReader& file, const std::string& label) {
  const Directory directory = find_directory(file, label);
  require(directory.bytes <= kMaxDirectory, ErrorCode::input, label, " has a directory of ", directory.bytes,
          " bytes; wanted at most ", kMaxDirectory);
  const auto bytes = bytes_at(file, label, directory.offset, directory.bytes, "directory");
  ByteCursor in(bytes, label, "directory");
  std::map<std::string, ZipMember> members;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;  // first byte, first behind
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    Entry entry = read_entry(in, label);
    const ZipMember member = locate(file, label, entry, directory.offset);
    places.emplace_back(entry.header, member.offset + member.stored);
    require(members.emplace(entry.name, member).second, ErrorCode::input, label, " holds the name '", entry.name,
            "' twice; write the file again with each name once");
  }
  std::sort(places.begin(), places.end());
  for (std::size_t i = 1; i < places.size(); ++i) {
    require(places[i - 1].second <= places[i].first, ErrorCode::input, label,
            ": two of its members overlap; the file is damaged, get it again");
  }
  return members;
}

ZipFile::ZipFile(const std::filesystem::path& zip_path, const char* zip_kind)
    : path(zip_path),
      kind(zip_kind),
      label(text(kind, " '", path.string(), "'")),
      file(path, kind),
      members(read_zip_directory(file, label)) {}

ZipFile::ZipFile(const ZipFile& whole, std::uint64_t first, std::uint64_t bytes)
    : path(whole.path),
      kind(whole.kind),
      label(whole.label),
      begin(first),
      file(path, kind, begin, bytes),
      members(read_zip_directory(file, label)) {}

std::vector<std::uint8_t> read_zip_member(const FileReader& file, const std::string& label, const std::string& name,
                                          const ZipMember& member, std::size_t most) {
  require(member.bytes <= most, ErrorCode::input, label, ": '", name, "' has ", member.bytes, " bytes; wanted at most ",
          most);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(member.bytes));
  ZipStream(file, label, name, member).read(bytes);
  return bytes;
}

std::uint32_t zip_checksum(std::uint32_t crc, std::span<const std::uint8_t> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kZlibPiece) {
    crc = static_cast<std::uint32_t>(
        ::crc32(crc, bytes.data() + at, static_cast<uInt>(std::min(kZlibPiece, bytes.size() - at))));
  }
  return crc;
}

struct ZipStream::Inflater {
  z_stream zlib = {};
  std::array<std::uint8_t, 65536> input;
  Inflater() {
    if (::inflateInit2(&zlib, -MAX_WBITS) != Z_OK) throw std::bad_alloc();  // no zlib header within a zip
  }
  ~Inflater() { ::inflateEnd(&zlib); }
};

ZipStream::ZipStream(const FileReader& file, const std::string& label, std::string name, const ZipMember& member)
    : file_(file),
      label_(label),
      name_(std::move(name)),
      member_(member),
      inflater_(member.deflated ? std::make_unique<Inflater>() : nullptr) {}

ZipStream::~ZipStream() = default;

void ZipStream::damaged(const char* how) const {
  fail(ErrorCode::input, label_, ": '", name_, "' ", how, "; the file is damaged, get it again");
}

void ZipStream::read(std::span<std::uint8_t> bytes) {
  if (bytes.size() > member_.bytes - read_) damaged("ends too early");
  member_.deflated ? read_deflated(bytes) : read_stored(bytes);
  read_ += bytes.size();
  crc_ = zip_checksum(crc_, bytes);
  // torch.save writes 0 where it is told to compute none.
  if (read_ == member_.bytes && member_.crc != 0 && crc_ != member_.crc) damaged("does not have its checksum");
}

void ZipStream::read_stored(std::span<std::uint8_t> bytes) { file_.read(member_.offset + read_, bytes); }

void ZipStream::read_deflated(std::span<std::uint8_t> bytes) {
  z_stream& zlib = inflater_->zlib;
  while (!bytes.empty()) {
    if (zlib.avail_in == 0) {
      const std::size_t size = saturated(std::min<std::uint64_t>(inflater_->input.size(), member_.stored - taken_));
      if (size == 0) damaged("ends too early");
      file_.read(member_.offset + taken_, std::span(inflater_->input).first(size));
      taken_ += size;
      zlib.next_in = inflater_->input.data();
      zlib.avail_in = static_cast<uInt>(size);
    }
    const std::size_t piece = std::min(bytes.size(), kZlibPiece);
    zlib.next_out = bytes.data();
    zlib.avail_out = static_cast<uInt>(piece);
    const int result = ::inflate(&zlib, Z_NO_FLUSH);
    const std::size_t done = piece - zlib.avail_out;
    bytes = bytes.subspan(done);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    const bool stuck = result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR;
    if (stuck || (result == Z_STREAM_END && !bytes.empty())) damaged("cannot be inflated");
  }
}

}  // namespace impasto::IMPASTO_ABI
