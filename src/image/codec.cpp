// Which codec a file is given to: reading goes by its first bytes, writing by its ending.
#include "image/codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "image/features.h"
#include "image/icc.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/signature.h"
#include "image/tiff.h"
#include "image/webp.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

using namespace std::string_view_literals;

namespace {

// 1 GiB: a picture at the pixel limit takes less in any format read here, save 16-bit noise.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

bool is_built_in(Format format) {
  switch (format) {
    case Format::jpeg:
      return kHasJpeg;
    case Format::png:
      return kHasPng;
    case Format::tiff:
      return kHasTiff;
    case Format::webp:
      break;
  }
  return kHasWebp;
}

// Of the formats in this build: "choose a name that ends in .jpg, .jpeg or .png".
std::string endings() {
  std::string list;
  const auto add = [&](bool is_there, const char* between, const char* names) {
    if (is_there) list += (list.empty() ? "" : between) + std::string(names);
  };
  add(kHasJpeg, ", ", ".jpg, .jpeg");
  add(kHasTiff, ", ", ".tif, .tiff");
  add(kHasWebp, ", ", ".webp");
  add(kHasPng, " or ", ".png");
  return list.empty() ? "this build writes no pictures; use copy_to()" : "choose a name that ends in " + list;
}

Format require_format(const std::filesystem::path& file) {
  const std::optional<Format> format = format_of_ending(file);
  const std::string what = text("picture '", file.string(), "' cannot be written");
  if (format && is_built_in(*format)) return *format;
  if (format) fail_absent(*format, what, ErrorCode::usage);
  const std::string ending = file.extension().string();
  fail(ErrorCode::usage, what, ": ", ending.empty() ? "it has no ending" : "its ending '" + ending + "' is unknown",
       "; ", endings());
}

void check_options(Format format, const EncodeOptions& options) {
  require(options.jpeg_quality >= 1 && options.jpeg_quality <= 100, ErrorCode::usage, "JPEG quality ",
          options.jpeg_quality, " does not exist; choose 1 (smallest) to 100 (best)");
  require(options.webp_quality >= 0 && options.webp_quality <= 100, ErrorCode::usage, "WebP quality ",
          options.webp_quality, " does not exist; choose 0 (smallest) to 99, or 100 for lossless");
  require(options.bits == 8 || options.bits == 16, ErrorCode::usage, "a picture of ", options.bits,
          " bits a sample cannot be written; choose 8 or 16");
  const bool deep = format == Format::png || format == Format::tiff;
  require(options.bits == 8 || deep, ErrorCode::usage, format == Format::jpeg ? "JPEG" : "WebP",
          " holds 8 bits a sample, and 16 were asked for; choose a name that ends in .png", kHasTiff ? " or .tif" : "",
          ", or 8 bits");
}

// What a file that cannot be read seems to be, for the message.
std::string_view describe(std::span<const std::uint8_t> bytes) {
  struct Kind {
    std::size_t at;
    std::string_view mark, name;
  };
  static constexpr Kind kinds[] = {
      {0, "GIF8", "a GIF"},          {0, "BM", "a BMP"},
      {4, "ftypheic", "a HEIC"},     {4, "ftypmif1", "a HEIC"},
      {4, "ftypavif", "an AVIF"},    {0, "\x93NUMPY", "a NumPy .npy"},
      {0, "%PDF", "a PDF"},          {0, "<?xml", "an XML or SVG"},
      {0, "<svg", "an SVG"},         {0, "<!DOCTYPE", "an HTML"},
      {0, "<html", "an HTML"},       {4, "ftypcrx ", "a raw (CR3)"},
      {0, "IIRO", "a raw (ORF)"},    {0, "IIRS", "a raw (ORF)"},
      {0, "IIU\0"sv, "a raw (RW2)"}, {0, "FUJIFILMCCD-RAW", "a raw (RAF)"},
  };
  for (const Kind& kind : kinds) {
    if (bytes.size() >= kind.at + kind.mark.size() &&
        std::memcmp(bytes.data() + kind.at, kind.mark.data(), kind.mark.size()) == 0) {
      return kind.name;
    }
  }
  return "an unknown kind of";
}

std::vector<std::uint8_t> encode(Format format, const Image& image, const EncodeOptions& options,
                                 std::vector<std::string>* warnings) {
  switch (format) {
    case Format::jpeg:
      if constexpr (kHasJpeg) return encode_jpeg(image, options, warnings);
      break;
    case Format::png:
      if constexpr (kHasPng) return encode_png(image, options, warnings);
      break;
    case Format::tiff:
      if constexpr (kHasTiff) return encode_tiff(image, options, warnings);
      break;
    case Format::webp:
      if constexpr (kHasWebp) return encode_webp(image, options, warnings);
      break;
  }
  IMPASTO_ASSERT(false && "require_format() lets no other format pass");
  return {};
}

std::string format_line(const char* what, const std::string& library, const char* name) {
  return std::string(what) + ": " + (library.empty() ? std::string("not in this build (") + name + ")" : library);
}

Image decode(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  require(!bytes.empty(), ErrorCode::input, name, " is empty (0 bytes); copy or download it again");
  if (is_jpeg(bytes)) {
    if constexpr (kHasJpeg) return decode_jpeg(bytes, name, options);
    fail_absent(Format::jpeg, name + " is a JPEG file that cannot be read", ErrorCode::input);
  }
  if (is_png(bytes)) {
    if constexpr (kHasPng) return decode_png(bytes, name, options);
    fail_absent(Format::png, name + " is a PNG file that cannot be read", ErrorCode::input);
  }
  if (is_tiff(bytes)) {
    if constexpr (kHasTiff) return decode_tiff(bytes, name, options);
    fail_absent(Format::tiff, name + " is a TIFF file that cannot be read", ErrorCode::input);
  }
  if (is_webp(bytes)) {
    if constexpr (kHasWebp) return decode_webp(bytes, name, options);
    fail_absent(Format::webp, name + " is a WebP file that cannot be read", ErrorCode::input);
  }
  fail(ErrorCode::input, name, " is ", describe(bytes),
       " file, not a picture that can be read; convert it to JPEG or PNG");
}

}  // namespace

std::optional<Format> format_of_ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (ending == ".jpg" || ending == ".jpeg") return Format::jpeg;
  if (ending == ".png") return Format::png;
  if (ending == ".tif" || ending == ".tiff") return Format::tiff;
  if (ending == ".webp") return Format::webp;
  return std::nullopt;
}

void fail_absent(Format format, const std::string& what, ErrorCode code) {
  struct Absent {
    const char *name, *option, *library;
  };
  static constexpr Absent by_format[] = {{"JPEG", "JPEG", "libjpeg-turbo"},
                                         {"PNG", "PNG", "libpng"},
                                         {"TIFF", "TIFF", "libtiff"},
                                         {"WebP", "WEBP", "libwebp"}};
  const Absent& absent = by_format[static_cast<std::size_t>(format)];
  fail(code, what, ": this build of Impasto lacks ", absent.library, ", so it has no ", absent.name,
       "; build it with -DIMPASTO_", absent.option, "=ON, or use ", kHasPng ? "PNG" : "another format");
}

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  return with_memory_error("decoding a picture", [&] { return decode(bytes, name, options); });
}

Image load_image(const std::filesystem::path& file, const DecodeOptions& options) {
  return decode_image(read_file(file, "picture", kMaxFileBytes), text("picture '", file.string(), "'"), options);
}

std::vector<std::uint8_t> encode_image(const Image& image, const std::string& name, const EncodeOptions& options,
                                       std::vector<std::string>* warnings) {
  const Format format = require_format(name);
  check_options(format, options);
  require(!image.empty(), ErrorCode::input, "picture '", name,
          "' cannot be written: it has no pixels; give it at least 1 x 1");
  return with_memory_error("encoding a picture", [&] { return encode(format, image, options, warnings); });
}

void save_image(const Image& image, const std::filesystem::path& file, const EncodeOptions& options,
                std::vector<std::string>* warnings) {
  write_file(file, encode_image(image, file.string(), options, warnings));
}

void check_image_output(const std::filesystem::path& file, const EncodeOptions& options) {
  check_options(require_format(file), options);
  check_writable(file);
}

void check_image_fits(const std::filesystem::path& file, int width, int height) {
  const std::optional<Format> format = format_of_ending(file);
  if (format != Format::jpeg && format != Format::webp) return;
  const int most = format == Format::jpeg ? kMaxJpegSide : kMaxWebpSide;
  require(width <= most && height <= most, ErrorCode::input, "picture '", file.string(), "' of ", width, " x ", height,
          " pixels cannot be written: ", format == Format::jpeg ? "JPEG" : "WebP", " ends at ", most,
          " a side; save it as PNG or smaller");
}

std::vector<std::string> image_formats() {
  return {format_line("JPEG", jpeg_library(), "libjpeg-turbo"), format_line("PNG", png_library(), "libpng"),
          format_line("TIFF", tiff_library(), "libtiff"), format_line("WebP", webp_library(), "libwebp"),
          format_line("colour profiles", icc_library(), "LittleCMS")};
}

}  // namespace impasto::IMPASTO_ABI
