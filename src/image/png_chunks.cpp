#include "image/png_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/big_endian.h"
#include "base/check.h"
#include "image/picture_builder.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kSignature = 8, kBeforeData = 8, kCrc = 4;

// `bytes` are a chunk's name and data. In pieces: zlib counts in unsigned int.
std::uint32_t checksum(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  uLong sum = crc32(0, nullptr, 0);
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    sum = crc32(sum, bytes.data() + at, static_cast<uInt>(std::min(kPiece, bytes.size() - at)));
  }
  return static_cast<std::uint32_t>(sum);
}

std::string_view text_of(PngData bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// The key of a text, which a zero ends.
std::string_view key_of(PngData text) {
  const std::string_view all = text_of(text);
  return all.substr(0, std::min<std::size_t>(all.find('\0'), 79));
}

bool is_text(std::string_view name) { return name == "tEXt" || name == "zTXt" || name == "iTXt"; }

// Where the text of this key is kept; null when nobody reads it.
std::optional<PngText>* place_of(PngChunks& chunks, std::string_view key) {
  if (key == "XML:com.adobe.xmp") return &chunks.xmp;  // XMP specification, part 3, 1.1.5
  if (key == "Comment" || key == "comment") return &chunks.comment;
  if (key == "Raw profile type exif") return &chunks.raw_exif;
  if (key == "Raw profile type xmp") return &chunks.raw_xmp;
  if (key == "Raw profile type APP1") return &chunks.raw_app1;
  return key == "Raw profile type iptc" ? &chunks.raw_iptc : nullptr;
}

// The same of another chunk; of those that tell the colours only before the picture's data.
std::optional<PngData>* place_of(PngChunks& chunks, std::string_view name, std::size_t bytes, bool behind) {
  if (name == "eXIf") return &chunks.exif;
  if (behind) return nullptr;
  if (name == "iCCP") return &chunks.iccp;
  if (name == "sRGB") return &chunks.srgb;
  if (name == "cICP" && bytes == 4) return &chunks.cicp;
  if (name == "gAMA" && bytes == 4) return &chunks.gama;
  if (name == "cHRM" && bytes == 32) return &chunks.chrm;
  return name == "pHYs" && bytes == 9 ? &chunks.phys : nullptr;
}

// Keeps the chunk that begins at `chunk` where it is the first of its kind and whole: sums are taken only of what is
// looked for, for there may be millions of texts.
void take(PngChunks& chunks, std::span<const std::uint8_t> chunk, bool behind) {
  const std::string_view name = text_of(chunk.subspan(4, 4));
  const PngData data = chunk.subspan(kBeforeData, chunk.size() - kBeforeData - kCrc);
  std::optional<PngText>* text = is_text(name) ? place_of(chunks, key_of(data)) : nullptr;
  std::optional<PngData>* place = place_of(chunks, name, data.size(), behind);
  const bool wanted = (text && !*text) || (place && !*place);
  if (!wanted || checksum(chunk.subspan(4, 4 + data.size())) != big_endian32(chunk.data() + chunk.size() - kCrc))
    return;
  if (text) *text = PngText{name, data};
  if (place) *place = data;
}

// zlib's format, unpacked; nothing when it is damaged or larger than kMaxProfileBytes.
std::vector<std::uint8_t> unpacked(PngData packed) {
  z_stream stream{};
  if (packed.size() > kMaxProfileBytes || inflateInit(&stream) != Z_OK) return {};
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::vector<std::uint8_t> bytes;
  int state = Z_OK;
  while (state == Z_OK && bytes.size() <= kMaxProfileBytes) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::max<std::size_t>(4096, before));
    stream.next_out = bytes.data() + before;
    stream.avail_out = static_cast<uInt>(bytes.size() - before);
    state = inflate(&stream, Z_NO_FLUSH);
    bytes.resize(bytes.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  const bool good = state == Z_STREAM_END && bytes.size() <= kMaxProfileBytes;
  return good ? bytes : std::vector<std::uint8_t>();
}

std::vector<std::uint8_t> copy_of(PngData bytes) { return {bytes.begin(), bytes.end()}; }

// What follows the first zero; empty without one.
PngData after_zero(PngData bytes) {
  const auto zero = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  return zero == bytes.end() ? PngData() : bytes.subspan(static_cast<std::size_t>(zero - bytes.begin()) + 1);
}

int digit_of(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

PngChunks find_png_chunks(std::span<const std::uint8_t> file, const std::string& name) {
  PngChunks chunks;
  const auto cut = [&] {
    fail(ErrorCode::input, name, " is a PNG that ends before its picture is complete; copy or download it again");
  };
  bool has_data = false, behind = false;
  std::span<const std::uint8_t> rest = file.subspan(std::min(kSignature, file.size()));
  while (!chunks.has_end && rest.size() >= kBeforeData) {
    const std::string_view kind = text_of(rest.subspan(4, 4));
    const bool is_data = kind == "IDAT";
    behind = behind || (has_data && !is_data);
    const std::size_t length = big_endian32(rest.data()), left = rest.size() - kBeforeData;
    if (length > left || (left - length < kCrc && !is_data)) {
      if (!behind) cut();
      return chunks;
    }
    has_data = has_data || is_data;
    if (left - length < kCrc) {
      const std::uint32_t sum = checksum(rest.subspan(4, 4 + length));
      for (std::size_t i = left - length; i < kCrc; ++i) {
        chunks.missing.push_back(static_cast<std::uint8_t>(sum >> (24 - 8 * i)));
      }
      return chunks;
    }
    chunks.has_end = kind == "IEND";
    take(chunks, rest.first(kBeforeData + length + kCrc), behind);
    rest = rest.subspan(kBeforeData + length + kCrc);
  }
  if (!has_data) cut();
  return chunks;
}

std::vector<std::uint8_t> unpacked_text(const PngText& text) {
  PngData rest = after_zero(text.data);
  if (text.chunk == "tEXt") return copy_of(rest);
  if (text.chunk == "zTXt")
    return rest.empty() || rest[0] != 0 ? std::vector<std::uint8_t>() : unpacked(rest.subspan(1));
  if (rest.size() < 2) return {};
  const bool packed = rest[0] == 1;
  rest = after_zero(after_zero(rest.subspan(2)));  // language, and the key in it
  return packed ? unpacked(rest) : copy_of(rest);
}

std::vector<std::uint8_t> raw_profile(const PngText& text) {
  const std::vector<std::uint8_t> all = unpacked_text(text);
  // "\n", the name, "\n", the length in spaces, "\n".
  auto at = all.begin();
  for (int line = 0; line < 3; ++line) {
    at = std::find(at, all.end(), std::uint8_t{'\n'});
    if (at == all.end()) return {};
    ++at;
  }
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (; at != all.end(); ++at) {
    const int digit = digit_of(*at);
    if (digit < 0) continue;
    if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  return bytes;
}

std::vector<std::uint8_t> unpacked_profile(PngData iccp) {
  const PngData rest = after_zero(iccp);  // its name; then the method, of which there is one
  return rest.empty() || rest[0] != 0 ? std::vector<std::uint8_t>() : unpacked(rest.subspan(1));
}

}  // namespace impasto::IMPASTO_ABI
