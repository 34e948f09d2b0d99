#include "image/formats.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/words.h"
#include "image/features.h"
#include "image/heif.h"
#include "image/jpeg.h"
#include "image/jxl.h"
#include "image/png.h"
#include "image/tiff.h"
#include "image/webp.h"

namespace impasto::IMPASTO_ABI {

using namespace std::string_view_literals;

namespace {

// Whether bytes have `mark` at `at`.
bool has(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view mark) {
  return bytes.size() >= at + mark.size() &&
         std::equal(mark.begin(), mark.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char letter, std::uint8_t byte) { return static_cast<std::uint8_t>(letter) == byte; });
}

bool begins_as_jpeg(std::span<const std::uint8_t> bytes) { return has(bytes, 0, "\xFF\xD8\xFF"sv); }

bool begins_as_png(std::span<const std::uint8_t> bytes) { return has(bytes, 0, "\x89PNG\r\n\x1A\n"sv); }

// Classic or BigTIFF, of either byte order.
bool begins_as_tiff(std::span<const std::uint8_t> bytes) {
  return has(bytes, 0, "II\x2A\0"sv) || has(bytes, 0, "II\x2B\0"sv) || has(bytes, 0, "MM\0\x2A"sv) ||
         has(bytes, 0, "MM\0\x2B"sv);
}

bool begins_as_webp(std::span<const std::uint8_t> bytes) { return has(bytes, 0, "RIFF"sv) && has(bytes, 8, "WEBP"sv); }

// ISO/IEC 23008-12: of a picture or a sequence, by the first brand, or by the others where that names no codec.
bool begins_as_avif(std::span<const std::uint8_t> bytes) {
  return heif_kind(bytes) == HeifKind::avif || heif_kind(bytes) == HeifKind::avif_sequence;
}

bool begins_as_heic(std::span<const std::uint8_t> bytes) {
  return heif_kind(bytes) == HeifKind::heic || heif_kind(bytes) == HeifKind::heic_sequence;
}

// A codestream of its own, or boxes around it.
bool begins_as_jxl(std::span<const std::uint8_t> bytes) {
  return has(bytes, 0, "\xFF\x0A"sv) || has(bytes, 0, "\0\0\0\x0CJXL \r\n\x87\n"sv);
}

// A row without what the build lacks: what a discarded branch names need not exist.
constexpr PictureFormat jpeg_format() {
  PictureFormat row{
      "JPEG", {".jpg", ".jpeg"}, begins_as_jpeg, "libjpeg-turbo", "IMPASTO_JPEG", {8}, kMaxJpegSide, false, false};
  if constexpr (kHasJpeg)
    row.decode = decode_jpeg, row.encode = encode_jpeg, row.write = write_jpeg, row.version = jpeg_library;
  return row;
}

constexpr PictureFormat png_format() {
  PictureFormat row{"PNG", {".png"}, begins_as_png, "libpng", "IMPASTO_PNG", {8, 16}, kMaxImageSide, true, false};
  if constexpr (kHasPng)
    row.decode = decode_png, row.encode = encode_png, row.write = write_png, row.version = png_library;
  return row;
}

constexpr PictureFormat tiff_format() {
  PictureFormat row{"TIFF",  {".tif", ".tiff"}, begins_as_tiff, "libtiff", "IMPASTO_TIFF",
                    {8, 16}, kMaxImageSide,     true,           false};
  if constexpr (kHasTiff) row.decode = decode_tiff, row.encode = encode_tiff, row.version = tiff_library;
  return row;
}

constexpr PictureFormat webp_format() {
  PictureFormat row{"WebP", {".webp"}, begins_as_webp, "libwebp", "IMPASTO_WEBP", {8}, kMaxWebpSide, true, true};
  if constexpr (kHasWebp) row.decode = decode_webp, row.encode = encode_webp, row.version = webp_library;
  return row;
}

constexpr PictureFormat heic_format() {
  PictureFormat row{"HEIC",      {".heic", ".heif"}, begins_as_heic, "libheif", "IMPASTO_HEIF",
                    {8, 10, 12}, kMaxHeicSide,       true,           false};
  if constexpr (kHasHeif) {
    row.decode = decode_heif, row.encode = encode_heic, row.version = heif_library, row.lacking = heic_encoder_lacking;
    row.size_problem = heic_size_problem;
  }
  return row;
}

constexpr PictureFormat avif_format() {
  PictureFormat row{"AVIF", {".avif"}, begins_as_avif, "libheif", "IMPASTO_HEIF", {8, 12}, kMaxAvifSide, true, false};
  if constexpr (kHasHeif) {
    row.decode = decode_heif, row.encode = encode_avif, row.version = heif_library, row.lacking = avif_encoder_lacking;
  }
  return row;
}

constexpr PictureFormat jxl_format() {
  PictureFormat row{"JPEG XL", {".jxl"}, begins_as_jxl, "libjxl", "IMPASTO_JXL", {8, 16}, kMaxImageSide, true, false};
  if constexpr (kHasJxl) row.decode = decode_jxl, row.encode = encode_jxl, row.version = jxl_library;
  return row;
}

constexpr PictureFormat kFormats[] = {jpeg_format(), png_format(),  tiff_format(), webp_format(),
                                      heic_format(), avif_format(), jxl_format()};
constexpr const PictureFormat& kAdvised = kFormats[1];  // PNG: what every picture fits in, exactly

void add_endings(std::vector<std::string_view>& list, const PictureFormat& format) {
  if (!format.is_built_in()) return;
  for (const std::string_view ending : format.endings) {
    if (!ending.empty()) list.push_back(ending);
  }
}

}  // namespace

std::span<const PictureFormat> picture_formats() { return kFormats; }

const PictureFormat* format_of_ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (ending.empty()) return nullptr;
  for (const PictureFormat& format : kFormats) {
    if (std::find(format.endings.begin(), format.endings.end(), ending) != format.endings.end()) return &format;
  }
  return nullptr;
}

const PictureFormat* format_of_content(std::span<const std::uint8_t> bytes) {
  for (const PictureFormat& format : kFormats) {
    if (format.begins(bytes)) return &format;
  }
  return nullptr;
}

bool PictureFormat::has_depth(int bits) const { return std::find(depths.begin(), depths.end(), bits) != depths.end(); }

std::string depths_of(const PictureFormat& format) {
  std::vector<std::string> list;
  for (const int bits : format.depths) {
    if (bits != 0) list.push_back(std::to_string(bits));
  }
  return joined(list, ", ", " or ");
}

std::string writable_endings() {
  std::vector<std::string_view> list;
  for (const PictureFormat& format : kFormats) {
    if (&format != &kAdvised) add_endings(list, format);
  }
  add_endings(list, kAdvised);
  return joined(list, ", ", " or ");
}

std::string endings_of_depth(int bits) {
  std::vector<std::string_view> list;
  for (const PictureFormat& format : kFormats) {
    if (format.is_built_in() && format.has_depth(bits)) list.push_back(format.endings.front());
  }
  return joined(list, ", ", " or ");
}

std::string endings_of_side(int pixels) {
  std::vector<std::string_view> list;
  for (const PictureFormat& format : kFormats) {
    if (format.is_built_in() && format.most_side >= pixels) list.push_back(format.endings.front());
  }
  return joined(list, ", ", " or ");
}

void fail_absent(const PictureFormat& format, const std::string& what, ErrorCode code) {
  fail(code, what, ": this build of Impasto lacks ", format.library, ", so it has no ", format.name,
       "; build it with -D", format.option, "=ON, or use ", kAdvised.is_built_in() ? kAdvised.name : "another format");
}

}  // namespace impasto::IMPASTO_ABI
