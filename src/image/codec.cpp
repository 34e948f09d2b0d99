// Gives files to the codec of their format: reading goes by their first bytes, writing by their ending.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/file_writer.h"
#include "base/machine.h"
#include "base/memory_pool.h"
#include "image/byte_sink.h"
#include "image/formats.h"
#include "image/icc.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

using namespace std::string_view_literals;

namespace {

const PictureFormat& require_format(const std::filesystem::path& file) {
  const PictureFormat* format = format_of_ending(file);
  const std::string what = text("picture '", file.string(), "' cannot be written");
  if (format && format->is_built_in()) {
    const std::string lacking = format->lacking ? format->lacking() : std::string();
    require(lacking.empty(), ErrorCode::usage, what, ": ", lacking);
    return *format;
  }
  if (format) fail_absent(*format, what, ErrorCode::usage);
  const std::string ending = file.extension().string();
  const std::string endings = writable_endings();
  fail(ErrorCode::usage, what, ": ", ending.empty() ? "it has no ending" : "its ending '" + ending + "' is unknown",
       "; ",
       endings.empty() ? "this build writes no pictures; use copy_to()" : "choose a name that ends in " + endings);
}

void check_options(const PictureFormat& format, const EncodeOptions& options) {
  require(options.jpeg_quality >= 1 && options.jpeg_quality <= 100, ErrorCode::usage, "JPEG quality ",
          options.jpeg_quality, " does not exist; choose 1 (smallest) to 100 (best)");
  require(options.webp_quality >= 0 && options.webp_quality <= 100, ErrorCode::usage, "WebP quality ",
          options.webp_quality, " does not exist; choose 0 (smallest) to 99, or 100 for lossless");
  if (format.has_depth(options.bits)) return;
  const std::string others = endings_of_depth(options.bits);
  fail(ErrorCode::usage, format.name, " holds ", depths_of(format), " bits a sample, and ", options.bits,
       " were asked for; choose ", others.empty() ? "" : "a name that ends in " + others + ", or ", depths_of(format),
       " bits");
}

const PictureFormat& require_writable(const Image& image, const std::string& name, const EncodeOptions& options) {
  const PictureFormat& format = require_format(name);
  check_options(format, options);
  require(!image.empty(), ErrorCode::input, "picture '", name,
          "' cannot be written: it has no pixels; give it at least 1 x 1");
  return format;
}

// What a file that cannot be read seems to be, for the message.
std::string_view describe(std::span<const std::uint8_t> bytes) {
  struct Kind {
    std::size_t at;
    std::string_view mark, name;
  };
  static constexpr Kind kinds[] = {
      {0, "GIF8", "a GIF"},
      {0, "BM", "a BMP"},
      {0, "\x93NUMPY", "a NumPy .npy"},
      {0, "%PDF", "a PDF"},
      {0, "<?xml", "an XML or SVG"},
      {0, "<svg", "an SVG"},
      {0, "<!DOCTYPE", "an HTML"},
      {0, "<html", "an HTML"},
      {4, "ftypcrx ", "a raw (CR3)"},
      {0, "IIRO", "a raw (ORF)"},
      {0, "IIRS", "a raw (ORF)"},
      {0, "IIU\0"sv, "a raw (RW2)"},
      {0, "FUJIFILMCCD-RAW", "a raw (RAF)"},
  };
  for (const Kind& kind : kinds) {
    if (bytes.size() >= kind.at + kind.mark.size() &&
        std::memcmp(bytes.data() + kind.at, kind.mark.data(), kind.mark.size()) == 0) {
      return kind.name;
    }
  }
  return "an unknown kind of";
}

std::string format_line(const char* what, const std::string& version, const char* library) {
  return std::string(what) + ": " + (version.empty() ? text("not in this build (", library, ")") : version);
}

Image decode(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  require(!bytes.empty(), ErrorCode::input, name, " is empty (0 bytes); copy or download it again");
  const PictureFormat* format = format_of_content(bytes);
  if (!format) {
    fail(ErrorCode::input, name, " is ", describe(bytes),
         " file, not a picture that can be read; convert it to JPEG or PNG");
  }
  if (!format->is_built_in()) {
    fail_absent(*format,
                text(name, format->name == std::string_view("AVIF") ? " is an " : " is a ", format->name,
                     " file that cannot be read"),
                ErrorCode::input);
  }
  return format->decode(bytes, name, options);
}

}  // namespace

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  return with_memory_error("decoding a picture", [&] { return decode(bytes, name, options); });
}

Image load_image(const std::filesystem::path& file, const DecodeOptions& options) {
  // The picture takes the other half, but of a few kinds of TIFF.
  const std::uint64_t most = free_memory_bytes(true) / 2;
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(file, failure);  // what is no file read_file() says better
  require(failure || size <= most, ErrorCode::io, "picture '", file.string(), "' has ", memory_text(size),
          ", more than half of the memory that is free; close other programs or choose a smaller file");
  return decode_image(read_file(file, "picture", most), text("picture '", file.string(), "'"), options);
}

std::vector<std::uint8_t> encode_image(const Image& image, const std::string& name, const EncodeOptions& options,
                                       std::vector<std::string>* warnings) {
  const PictureFormat& format = require_writable(image, name, options);
  return with_memory_error("encoding a picture", [&] { return format.encode(image, options, warnings); });
}

void save_image(const Image& image, const std::filesystem::path& file, const EncodeOptions& options,
                std::vector<std::string>* warnings) {
  const PictureFormat& format = require_writable(image, file.string(), options);
  if (!format.write) return write_file(file, encode_image(image, file.string(), options, warnings));
  with_memory_error("encoding a picture", [&] {
    FileWriter writer(file);
    ByteSink sink([&](std::span<const std::uint8_t> bytes) { writer.write(bytes); });
    format.write(image, options, sink, warnings);
    sink.finish();
    writer.commit();
  });
}

void check_image_output(const std::filesystem::path& file, const EncodeOptions& options) {
  check_options(require_format(file), options);
  check_writable(file);
}

void check_image_fits(const std::filesystem::path& file, int width, int height) {
  const PictureFormat* format = format_of_ending(file);
  if (!format || format->most_side >= kMaxImageSide) return;
  const std::string wider = endings_of_side(std::max(width, height));
  require(width <= format->most_side && height <= format->most_side, ErrorCode::input, "picture '", file.string(),
          "' of ", width, " x ", height, " pixels cannot be written: ", format->name, " ends at ", format->most_side,
          " a side; choose ", wider.empty() ? "" : "a name that ends in " + wider + ", or ", "a smaller size");
  const std::string problem = format->size_problem ? format->size_problem(width, height) : std::string();
  require(problem.empty(), ErrorCode::input, "picture '", file.string(), "' of ", width, " x ", height,
          " pixels cannot be written: ", problem);
}

std::vector<std::string> image_formats() {
  std::vector<std::string> lines;
  for (const PictureFormat& format : picture_formats()) {
    lines.push_back(format_line(format.name, format.version ? format.version() : std::string(), format.library));
  }
  lines.push_back(format_line("colour profiles", icc_library(), "LittleCMS"));
  return lines;
}

}  // namespace impasto::IMPASTO_ABI
