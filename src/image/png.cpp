#include "image/png.h"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "image/limits.h"
#include "image/quantize.h"

namespace impasto {
namespace {

// How libpng reports trouble here: it jumps into the nearest guard() and leaves a message. As with JPEG, a jump must
// skip no destructor, so what runs inside guard() and inside libpng's callbacks holds trivial variables only.
struct PngTrouble {
  std::jmp_buf escape{};
  char message[200] = {};

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngTrouble*>(png_get_error_ptr(png));
    std::snprintf(self->message, sizeof self->message, "%s", message);
    std::longjmp(self->escape, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  // Runs calls into libpng; false when one of them failed.
  template <class Calls>
  bool guard(Calls calls) {
    static_assert(std::is_trivially_destructible_v<Calls>);
    if (setjmp(escape)) return false;
    calls();
    return true;
  }
};

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

// Sample i of a row, 0..1. PNG stores 16-bit numbers high byte first.
template <int Depth>
float sample(const std::uint8_t* row, std::size_t i) {
  if constexpr (Depth == 16) {
    return static_cast<float>(row[2 * i] << 8 | row[2 * i + 1]) / 65535.0f;
  } else {
    return static_cast<float>(row[i]) / 255.0f;
  }
}

// RGBA to RGB over white: c a + (1 - a), in the stored (sRGB-encoded) values, as browsers do.
template <int Depth>
void composite_row(const std::uint8_t* row, std::size_t width, float* to) {
  for (std::size_t x = 0; x < width; ++x) {
    const float alpha = sample<Depth>(row, 4 * x + 3);
    for (std::size_t c = 0; c < 3; ++c) {
      const float value = sample<Depth>(row, 4 * x + c);
      to[3 * x + c] = alpha == 1.0f ? value : value * alpha + (1.0f - alpha);
    }
  }
}

void check_header(const PngReader& reader, std::size_t bytes, const std::string& name) {
  check_image_size(reader.width(), reader.height(), name);
  // Deflate shrinks to 1/1032 at best (zlib technical notes). A header that promises more is not worth its memory.
  const std::uint64_t unpacked = std::uint64_t{reader.row_bytes()} * reader.height();
  require(unpacked / 1032 <= bytes, ErrorCode::input, name, " is a PNG whose header promises ", reader.width(), " x ",
          reader.height(), " pixels, more than its ", bytes, " bytes can hold; copy or download it again");
}

std::vector<std::uint8_t> take_memory(std::size_t bytes, const std::string& name) {
  try {
    return std::vector<std::uint8_t>(bytes);
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::io, "no memory is left for the ", bytes, " bytes needed to decode ", name,
         "; close other programs or use a smaller picture");
  }
}

class PngWriter {
 public:
  explicit PngWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }

  void start(int width, int height) {
    check(trouble_.guard([&] {
      png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &trouble_, PngTrouble::on_error, PngTrouble::on_warning);
      info_ = png_ ? png_create_info_struct(png_) : nullptr;
      if (!info_) return;
      png_set_write_fn(png_, &bytes_, on_write, [](png_structp) {});
      png_set_IHDR(png_, info_, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
                   PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
      png_write_info(png_, info_);
    }));
    check(info_ != nullptr);
  }

  void write_row(const std::uint8_t* row) {
    check(trouble_.guard([&] { png_write_row(png_, row); }));
  }

  void finish() {
    check(trouble_.guard([&] { png_write_end(png_, nullptr); }));
  }

 private:
  static void on_write(png_structp png, png_bytep from, std::size_t count) {
    auto* bytes = static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(png));
    bool grown = true;
    try {
      bytes->insert(bytes->end(), from, from + count);
    } catch (...) {
      grown = false;
    }
    // Outside of the handler: a jump out of it would leave the exception alive.
    if (!grown) png_error(png, "out of memory");
  }

  void check(bool good) const {
    require(good, ErrorCode::io, "the picture could not be encoded as PNG (", trouble_.message, "); save it smaller");
  }

  std::vector<std::uint8_t>& bytes_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  PngTrouble trouble_;
};

}  // namespace

bool is_png(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return bytes.size() >= sizeof signature && std::equal(std::begin(signature), std::end(signature), bytes.begin());
}

Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name) {
  PngReader reader(bytes, name);
  reader.read_header();
  check_header(reader, bytes.size(), name);
  reader.start();

  const std::size_t width = reader.width();
  const std::size_t height = reader.height();
  const std::size_t row_bytes = reader.row_bytes();
  IMPASTO_ASSERT(row_bytes == width * 4 * static_cast<std::size_t>(reader.depth()) / 8);
  Image image(static_cast<int>(width), static_cast<int>(height));
  // An interlaced picture is complete only after the last pass, so all its rows are kept until then.
  const std::size_t stride = reader.interlaced() ? row_bytes : 0;
  std::vector<std::uint8_t> rows = take_memory(stride == 0 ? row_bytes : row_bytes * height, name);
  for (int pass = 1; pass <= reader.passes(); ++pass) {
    for (std::size_t y = 0; y < height; ++y) {
      std::uint8_t* row = rows.data() + y * stride;
      reader.read_row(row);
      if (pass < reader.passes()) continue;
      float* to = image.pixels().data() + y * width * 3;
      if (reader.depth() == 16) {
        composite_row<16>(row, width, to);
      } else {
        composite_row<8>(row, width, to);
      }
    }
  }
  reader.finish();
  return image;
}

std::vector<std::uint8_t> encode_png(const Image& image, Rounding rounding) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> row(static_cast<std::size_t>(image.width()) * 3);
  PngWriter writer(bytes);
  writer.start(image.width(), image.height());
  for (int y = 0; y < image.height(); ++y) {
    row_to_bytes(image, y, rounding, row.data());
    writer.write_row(row.data());
  }
  writer.finish();
  return bytes;
}

}  // namespace impasto
