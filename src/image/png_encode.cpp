#include "image/features.h"

#ifdef IMPASTO_HAS_PNG

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "image/byte_sink.h"
#include "image/iptc.h"
#include "image/picture_rows.h"
#include "image/png.h"
#include "image/png_error.h"

namespace impasto::IMPASTO_ABI {
namespace {

class PngWriter {
 public:
  PngWriter(ByteSink& sink, const PictureRows& rows)
      : sink_(sink),
        xmp_(rows.xmp().begin(), rows.xmp().end()),
        comment_(rows.comment()),
        iptc_(raw_iptc(rows.iptc())) {}
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }

  // False when libpng refuses what comes before the pixels: refusal() says why.
  bool start(const Image& image, const PictureRows& rows, int bits) {
    const int colour = rows.channels() == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;
    const bool done = trouble_.guard([&] {
      png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &trouble_, PngTrouble::on_error, on_warning);
      info_ = png_ ? png_create_info_struct(png_) : nullptr;
      if (!info_) return;
      png_set_write_fn(png_, this, on_write, [](png_structp) {});
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // of itself libpng ends at 1,000,000 a side
      png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width()), static_cast<png_uint_32>(image.height()), bits,
                   colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
      write_metadata(rows);
      png_write_info(png_, info_);
    });
    if (!done || !info_) return false;
    sink_.write(head_.data(), head_.size());
    has_begun_ = true;
    return true;
  }

  const char* refusal() const { return trouble_.message; }

  void check(bool good) const {
    sink_.rethrow();
    require(good, ErrorCode::io, "the picture could not be encoded as PNG (", trouble_.message, "); save it smaller");
  }

  void write_row(const std::uint8_t* row) {
    check(trouble_.guard([&] { png_write_row(png_, row); }));
  }

  void finish() {
    check(trouble_.guard([&] { png_write_end(png_, nullptr); }));
  }

 private:
  static void on_warning(png_structp png, png_const_charp message) {
    auto* trouble = static_cast<PngTrouble*>(png_get_error_ptr(png));
    std::snprintf(trouble->message, sizeof trouble->message, "%s", message);
  }

  static void on_write(png_structp png, png_bytep from, std::size_t count) {
    auto* self = static_cast<PngWriter*>(png_get_io_ptr(png));
    bool good = true;
    if (self->has_begun_) {
      good = self->sink_.write(from, count);
    } else {
      try {
        self->head_.insert(self->head_.end(), from, from + count);
      } catch (...) {
        good = false;
      }
    }
    // Outside of the handler: a jump out of it would leave the exception alive.
    if (!good) png_error(png, "out of memory");
  }

  // Inside guard() only.
  void write_metadata(const PictureRows& rows) {
    png_set_option(png_, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
    png_set_benign_errors(png_, 1);
    if (rows.icc().empty()) {
      png_set_sRGB(png_, info_, PNG_sRGB_INTENT_PERCEPTUAL);
    } else {
      png_set_iCCP(png_, info_, "ICC", PNG_COMPRESSION_TYPE_BASE, rows.icc().data(),
                   static_cast<png_uint_32>(rows.icc().size()));
      // libpng 1.6.39 looks at the profile here, and drops it with a warning; 1.6.48 does when it writes it.
      char warning[sizeof trouble_.message];
      std::memcpy(warning, trouble_.message, sizeof warning);
      if (!png_get_valid(png_, info_, PNG_INFO_iCCP)) png_error(png_, warning);
    }
    if (!rows.exif().empty()) {
      png_set_eXIf_1(png_, info_, static_cast<png_uint_32>(rows.exif().size()),
                     const_cast<png_bytep>(rows.exif().data()));
    }
    write_text("XML:com.adobe.xmp", xmp_, PNG_ITXT_COMPRESSION_NONE);  // XMP specification, part 3, 1.1.5
    write_text("Comment", comment_, PNG_ITXT_COMPRESSION_NONE);
    write_text("Raw profile type iptc", iptc_, PNG_TEXT_COMPRESSION_zTXt);
    if (const Resolution inch = rows.resolution(); inch.x > 0 && inch.y > 0) {
      png_set_pHYs(png_, info_, per_metre(inch.x), per_metre(inch.y), PNG_RESOLUTION_METER);
    }
  }

  void write_text(const char* key, std::string& content, int kind) {
    if (content.empty()) return;
    png_text text{};
    text.compression = kind;
    text.key = const_cast<png_charp>(key);
    text.text = content.data();  // a zero ends it, as libpng wants it
    png_set_text(png_, info_, &text, 1);
  }

  static png_uint_32 per_metre(double per_inch) {
    return static_cast<png_uint_32>(std::min(std::round(per_inch / 0.0254), double{PNG_UINT_31_MAX}));
  }

  // As ImageMagick and ExifTool write and read it: a name, a length, lines of hexadecimal digits.
  static std::string raw_iptc(std::span<const std::uint8_t> iptc) {
    if (iptc.empty()) return {};
    constexpr const char* digits = "0123456789abcdef";
    constexpr std::size_t kLine = 36;
    const std::vector<std::uint8_t> bytes = photoshop_resource(iptc);
    std::string text = "\niptc\n" + std::to_string(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i % kLine == 0) text += '\n';
      text += digits[bytes[i] >> 4];
      text += digits[bytes[i] & 15];
    }
    return text + '\n';
  }

  ByteSink& sink_;
  std::vector<std::uint8_t> head_;  // what comes before the pixels, which libpng may still refuse
  bool has_begun_ = false;
  std::string xmp_, comment_, iptc_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  PngTrouble trouble_;
};

// 16-bit samples lie high byte first.
void to_big_endian(const std::vector<std::uint16_t>& words, std::uint8_t* to) {
  for (const std::uint16_t word : words) {
    *to++ = static_cast<std::uint8_t>(word >> 8);
    *to++ = static_cast<std::uint8_t>(word);
  }
}

void write_rows(PngWriter& writer, PictureRows& rows, int height, bool deep) {
  std::vector<std::uint16_t> words(deep ? rows.row_samples() : 0);
  std::vector<std::uint8_t> row(rows.row_samples() * (deep ? 2 : 1));
  for (int y = 0; y < height; ++y) {
    if (deep) {
      rows.row(y, words.data());
      to_big_endian(words, row.data());
    } else {
      rows.row(y, row.data());
    }
    writer.write_row(row.data());
  }
  writer.finish();
}

// The painting is not lost for a profile: where libpng refuses it, the picture goes without.
void write_without_profile(const Image& image, EncodeOptions options, ByteSink& sink, const char* refusal,
                           std::vector<std::string>* warnings) {
  options.colour = FileColour::srgb;
  write_png(image, options, sink, nullptr);
  if (warnings) {
    warnings->push_back(profile_left_out(image, text("libpng refuses it (", refusal, ")")));
  }
}

}  // namespace

void write_png(const Image& image, const EncodeOptions& options, ByteSink& sink, std::vector<std::string>* warnings) {
  PictureRows rows(image, options, true, warnings);
  PngWriter writer(sink, rows);
  if (!writer.start(image, rows, options.bits)) {
    writer.check(!rows.icc().empty());
    return write_without_profile(image, options, sink, writer.refusal(), warnings);
  }
  write_rows(writer, rows, image.height(), options.bits == 16);
}

std::vector<std::uint8_t> encode_png(const Image& image, const EncodeOptions& options,
                                     std::vector<std::string>* warnings) {
  return collected([&](ByteSink& sink) { write_png(image, options, sink, warnings); });
}

}  // namespace impasto::IMPASTO_ABI

#endif
