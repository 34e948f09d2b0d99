#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/features.h"
#include "image/png.h"

#ifdef IMPASTO_HAS_PNG

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "image/limits.h"
#include "image/picture_builder.h"
#include "image/png_error.h"
#include "image/shaper.h"
#include "image/srgb.h"

namespace impasto::inline v0_1 {
namespace {

constexpr const char* kXmpKey = "XML:com.adobe.xmp";  // XMP specification, part 3, 1.1.5

class PngReader {
 public:
  PngReader(std::span<const std::uint8_t> bytes, const std::string& name) : rest_(bytes), name_(name) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  void read_header() {
    check(trouble_.guard([&] {
      png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trouble_, PngTrouble::on_error, PngTrouble::on_warning);
      info_ = png_ ? png_create_info_struct(png_) : nullptr;
      if (!info_) return;
      png_set_read_fn(png_, this, on_read);
      // Whether a profile is right is for read_icc() to say.
      png_set_option(png_, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
      png_set_chunk_malloc_max(png_, kMaxProfileBytes);
      // Sizes are judged by check_image_size, whose message is the better one.
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
      png_read_info(png_, info_);
    }));
    require(info_ != nullptr, ErrorCode::io, "no memory is left to decode ", name_, "; close other programs");
  }

  png_uint_32 width() const { return png_get_image_width(png_, info_); }
  png_uint_32 height() const { return png_get_image_height(png_, info_); }
  int depth() const { return png_get_bit_depth(png_, info_); }
  // Of a row of read_row() once start() has been called, of a stored row before.
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  bool interlaced() const { return png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE; }
  int passes() const { return passes_; }

  // From here on rows are RGBA, 8 or 16 bits.
  void start() {
    check(trouble_.guard([&] {
      png_set_expand(png_);
      png_set_gray_to_rgb(png_);
      png_set_add_alpha(png_, 0xFFFF, PNG_FILLER_AFTER);
      passes_ = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    }));
  }

  void read_row(std::uint8_t* row) {
    check(trouble_.guard([&] { png_read_row(png_, row, nullptr); }));
  }

  // Reads up to the end chunk, so that a file cut within its last bytes is noticed too.
  void finish() {
    check(trouble_.guard([&] { png_read_end(png_, nullptr); }));
  }

  bool grey() const { return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) == 0; }
  // Before start(), which makes alpha of the transparent colours.
  bool has_alpha() const {
    return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS);
  }

  // Of the chunks before the picture's data. libpng drops what is malformed.
  Metadata metadata() {
    Metadata metadata;
    metadata.bits = depth();
    png_charp name = nullptr;
    int compression = 0;
    png_bytep bytes = nullptr;
    png_uint_32 count = 0;
    if (png_get_iCCP(png_, info_, &name, &compression, &bytes, &count)) metadata.icc.assign(bytes, bytes + count);
    if (png_get_eXIf_1(png_, info_, &count, &bytes)) metadata.exif.assign(bytes, bytes + count);
    png_textp texts = nullptr;
    const int text_count = png_get_text(png_, info_, &texts, nullptr);
    for (int i = 0; i < text_count; ++i) {
      if (std::strcmp(texts[i].key, kXmpKey) != 0) continue;
      const std::size_t length = std::max(texts[i].text_length, texts[i].itxt_length);
      metadata.xmp.assign(texts[i].text, texts[i].text + length);
    }
    return metadata;
  }

  // The colour space of gAMA and cHRM; empty when they are absent, overruled by an sRGB chunk, or sRGB's.
  RowMap colour_map() const {
    double gamma = 0;
    if (png_get_valid(png_, info_, PNG_INFO_sRGB) || !png_get_gAMA(png_, info_, &gamma)) return {};
    double wx = 0.3127, wy = 0.3290, rx = 0.64, ry = 0.33, gx = 0.30, gy = 0.60, bx = 0.15, by = 0.06;
    png_get_cHRM(png_, info_, &wx, &wy, &rx, &ry, &gx, &gy, &bx, &by);
    // The gamma of sRGB is what its writers give for its curve.
    const bool usual_gamma = std::abs(gamma - 1 / 2.2) < 0.01;
    const bool good = gamma > 0.1 && gamma < 5 && std::min({wy, ry, gy, by}) > 1e-3;
    if (!good) return {};
    const Matrix3 to_xyz = primaries_to_xyz_d50({{{rx, ry}, {gx, gy}, {bx, by}}}, {wx, wy});
    if (inverse(to_xyz) == Matrix3{}) return {};
    const auto curve = [&](int, double x) {
      return usual_gamma ? static_cast<double>(srgb_decode(static_cast<float>(x))) : std::pow(x, 1 / gamma);
    };
    const auto shaper = std::make_shared<const Shaper>(curve, to_xyz);
    if (shaper->is_srgb()) return {};
    return [shaper](const float* from, float* to, std::size_t n) { shaper->to_srgb(from, to, n); };
  }

 private:
  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->rest_.size()) {
      self->ended_early_ = true;
      png_error(png, "end of data");
    }
    std::memcpy(to, self->rest_.data(), count);
    self->rest_ = self->rest_.subspan(count);
  }

  void check(bool good) const {
    if (good) return;
    require(!ended_early_, ErrorCode::input, name_,
            " is a PNG that ends before its picture is complete; copy or download it again");
    fail(ErrorCode::input, name_, " is a PNG that cannot be decoded (", trouble_.message,
         "); copy it again or save it from another program");
  }

  std::span<const std::uint8_t> rest_;
  const std::string& name_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  bool ended_early_ = false;
  PngTrouble trouble_;
};

// Samples of a row, 0..1. PNG stores 16-bit numbers high byte first.
void to_floats(const std::uint8_t* row, std::size_t count, int depth, float* to) {
  if (depth == 16) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(row[2 * i] << 8 | row[2 * i + 1]) / 65535.0f;
  } else {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(row[i]) / 255.0f;
  }
}

// One row of RGBA taken apart into what the builder wants.
class RowSplitter {
 public:
  RowSplitter(std::size_t width, int depth, bool grey, bool has_alpha)
      : width_(width), depth_(depth), step_(grey ? 1 : 3), has_alpha_(has_alpha) {
    samples_.resize(4 * width);
    values_.resize(step_ * width);
    if (has_alpha) alpha_.resize(width);
  }

  void add(PictureBuilder& builder, int y, const std::uint8_t* row) {
    to_floats(row, samples_.size(), depth_, samples_.data());
    for (std::size_t x = 0; x < width_; ++x) {
      std::copy_n(samples_.data() + 4 * x, step_, values_.data() + step_ * x);
      if (has_alpha_) alpha_[x] = samples_[4 * x + 3];
    }
    builder.add(y, values_.data(), has_alpha_ ? alpha_.data() : nullptr);
  }

 private:
  std::size_t width_;
  int depth_;
  std::size_t step_;
  bool has_alpha_;
  std::vector<float> samples_, values_, alpha_;
};

RowMap of_grey(const RowMap& map) {
  return [map](const float* from, float* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) std::fill_n(to + 3 * i, 3, from[i]);
    map(to, to, count);
  };
}

void check_header(const PngReader& reader, std::size_t bytes, const std::string& name) {
  check_image_size(reader.width(), reader.height(), name);
  // Deflate shrinks to 1/1032 at best (zlib technical notes). A header that promises more is not worth its memory.
  const std::uint64_t unpacked = std::uint64_t{reader.row_bytes()} * reader.height();
  require(unpacked / 1032 <= bytes, ErrorCode::input, name, " is a PNG whose header promises ", reader.width(), " x ",
          reader.height(), " pixels, more than its ", bytes, " bytes can hold; copy or download it again");
}

}  // namespace

Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  PngReader reader(bytes, name);
  reader.read_header();
  check_header(reader, bytes.size(), name);
  Raster raster{static_cast<int>(reader.width()), static_cast<int>(reader.height()),
                reader.grey() ? Device::grey : Device::rgb, reader.has_alpha()};
  raster.map = reader.colour_map();
  if (raster.map && reader.grey()) raster.map = of_grey(raster.map);
  Metadata metadata = reader.metadata();
  reader.start();

  const std::size_t width = reader.width();
  const std::size_t height = reader.height();
  const std::size_t row_bytes = reader.row_bytes();
  IMPASTO_ASSERT(row_bytes == width * 4 * static_cast<std::size_t>(reader.depth()) / 8);
  RowSplitter splitter(width, reader.depth(), raster.device == Device::grey, raster.has_alpha);
  PictureBuilder builder(std::move(raster), std::move(metadata), options);
  // An interlaced picture is complete only after the last pass, so all its rows are kept until then.
  const std::size_t stride = reader.interlaced() ? row_bytes : 0;
  std::vector<std::uint8_t> rows(stride == 0 ? row_bytes : row_bytes * height);
  for (int pass = 1; pass <= reader.passes(); ++pass) {
    for (std::size_t y = 0; y < height; ++y) {
      std::uint8_t* row = rows.data() + y * stride;
      reader.read_row(row);
      if (pass == reader.passes()) splitter.add(builder, static_cast<int>(y), row);
    }
  }
  reader.finish();
  return builder.finish();
}

std::string png_library() { return text("libpng ", png_get_libpng_ver(nullptr)); }

}  // namespace impasto::inline v0_1

#else

namespace impasto::inline v0_1 {

std::string png_library() { return {}; }

}  // namespace impasto::inline v0_1

#endif
