// Which codec a file is given to: reading goes by its first bytes, writing by its ending.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/check.h"
#include "base/file.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "impasto/image.h"

namespace impasto {
namespace {

// 1 GiB: a picture at the pixel limit takes less in any format read here, save 16-bit noise.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

enum class Format { jpeg, png };

std::optional<Format> format_of_ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (ending == ".jpg" || ending == ".jpeg") return Format::jpeg;
  if (ending == ".png") return Format::png;
  return std::nullopt;
}

Format require_format(const std::filesystem::path& file) {
  const std::optional<Format> format = format_of_ending(file);
  if (format) return *format;
  const std::string ending = file.extension().string();
  fail(ErrorCode::usage, "picture '", file.string(),
       "' cannot be written: ", ending.empty() ? "it has no ending" : "its ending '" + ending + "' is unknown",
       "; choose a name that ends in .jpg, .jpeg or .png");
}

// What a file that is neither JPEG nor PNG seems to be, for the message.
std::string_view describe(std::span<const std::uint8_t> bytes) {
  struct Kind {
    std::size_t at;
    std::string_view mark, name;
  };
  static constexpr Kind kinds[] = {
      {0, "GIF8", "a GIF"},        {8, "WEBP", "a WebP"},         {0, "BM", "a BMP"},
      {0, "II*\0", "a TIFF"},      {0, "MM\0*", "a TIFF"},        {4, "ftypheic", "a HEIC"},
      {4, "ftypmif1", "a HEIC"},   {4, "ftypavif", "an AVIF"},    {0, "\x93NUMPY", "a NumPy .npy"},
      {0, "%PDF", "a PDF"},        {0, "<?xml", "an XML or SVG"}, {0, "<svg", "an SVG"},
      {0, "<!DOCTYPE", "an HTML"}, {0, "<html", "an HTML"},
  };
  for (const Kind& kind : kinds) {
    if (bytes.size() >= kind.at + kind.mark.size() &&
        std::memcmp(bytes.data() + kind.at, kind.mark.data(), kind.mark.size()) == 0) {
      return kind.name;
    }
  }
  return "an unknown kind of";
}

}  // namespace

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  require(!bytes.empty(), ErrorCode::input, name, " is empty (0 bytes); copy or download it again");
  if (is_jpeg(bytes)) return decode_jpeg(bytes, name, options);
  if (is_png(bytes)) return decode_png(bytes, name);
  fail(ErrorCode::input, name, " is ", describe(bytes),
       " file, not a picture that can be read; convert it to JPEG or PNG");
}

Image load_image(const std::filesystem::path& file, const DecodeOptions& options) {
  return decode_image(read_file(file, "picture", kMaxFileBytes), text("picture '", file.string(), "'"), options);
}

void save_image(const Image& image, const std::filesystem::path& file, const EncodeOptions& options) {
  const Format format = require_format(file);
  require(!image.empty(), ErrorCode::input, "picture '", file.string(),
          "' cannot be written: it has no pixels; give it at least 1 x 1");
  write_file(file, format == Format::jpeg ? encode_jpeg(image, options) : encode_png(image, options.rounding));
}

void check_image_output(const std::filesystem::path& file) {
  require_format(file);
  check_writable(file);
}

}  // namespace impasto
