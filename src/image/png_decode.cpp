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
#include <cstddef>
#include <cstring>

#include "base/big_endian.h"
#include "base/check.h"
#include "image/exif.h"
#include "image/iptc.h"
#include "image/limits.h"
#include "image/picture_builder.h"
#include "image/png_chunks.h"
#include "image/png_colour.h"
#include "image/png_error.h"
#include "image/utf8.h"
#include "image/xmp.h"

namespace impasto::IMPASTO_ABI {
namespace {

class PngReader {
 public:
  /// `missing`: what follows the bytes, and both must outlive this.
  PngReader(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> missing, const std::string& name)
      : rest_(bytes), missing_(missing), name_(name) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  void read_header() {
    check(trouble_.guard([&] {
      png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trouble_, PngTrouble::on_error, PngTrouble::on_warning);
      info_ = png_ ? png_create_info_struct(png_) : nullptr;
      if (!info_) return;
      png_set_read_fn(png_, this, on_read);
      // Of what is no picture it skips all: find_png_chunks() has seen it.
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
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

  // From here on rows are RGBA, 8 or 16 bits; of an interlaced picture those of one pass after the other, as they are
  // stored (PNG, 8.1).
  void start() {
    check(trouble_.guard([&] {
      png_set_expand(png_);
      png_set_gray_to_rgb(png_);
      png_set_add_alpha(png_, 0xFFFF, PNG_FILLER_AFTER);
      png_read_update_info(png_, info_);
    }));
  }

  void read_row(std::uint8_t* row) {
    check(trouble_.guard([&] { png_read_row(png_, row, nullptr); }));
  }

  bool grey() const { return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) == 0; }
  // Before start(), which makes alpha of the transparent colours.
  bool has_alpha() const {
    return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS);
  }

 private:
  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    while (count > 0) {
      if (self->rest_.empty()) std::swap(self->rest_, self->missing_);
      if (self->rest_.empty()) {
        self->ended_early_ = true;
        png_error(png, "end of data");
      }
      const std::size_t taken = std::min(count, self->rest_.size());
      std::memcpy(to, self->rest_.data(), taken);
      self->rest_ = self->rest_.subspan(taken);
      to += taken;
      count -= taken;
    }
  }

  void check(bool good) const {
    if (good) return;
    require(!ended_early_, ErrorCode::input, name_,
            " is a PNG that ends before its picture is complete; copy or download it again");
    fail(ErrorCode::input, name_, " is a PNG that cannot be decoded (", trouble_.message,
         "); copy it again or save it from another program");
  }

  std::span<const std::uint8_t> rest_, missing_;
  const std::string& name_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
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
      : depth_(depth), step_(grey ? 1 : 3), has_alpha_(has_alpha) {
    samples_.resize(4 * width);
    values_.resize(step_ * width);
    if (has_alpha) alpha_.resize(width);
  }

  void add(PictureBuilder& builder, const Run& run, const std::uint8_t* row) {
    const auto count = static_cast<std::size_t>(run.count);
    to_floats(row, 4 * count, depth_, samples_.data());
    for (std::size_t x = 0; x < count; ++x) {
      std::copy_n(samples_.data() + 4 * x, step_, values_.data() + step_ * x);
      if (has_alpha_) alpha_[x] = samples_[4 * x + 3];
    }
    builder.add(run, values_.data(), has_alpha_ ? alpha_.data() : nullptr);
  }

 private:
  int depth_;
  std::size_t step_;
  bool has_alpha_;
  std::vector<float> samples_, values_, alpha_;
};

// XMP from where it belongs, or from ImageMagick's texts.
std::vector<std::uint8_t> xmp_of(const PngChunks& chunks) {
  if (chunks.xmp) return unpacked_text(*chunks.xmp);
  if (chunks.raw_xmp) return raw_profile(*chunks.raw_xmp);
  if (!chunks.raw_app1) return {};
  const std::vector<std::uint8_t> app1 = raw_profile(*chunks.raw_app1);
  const std::span<const std::uint8_t> packet = xmp_of_app1(app1);
  return {packet.begin(), packet.end()};
}

// The same of EXIF, whose texts hold it as a JPEG's segment does.
std::vector<std::uint8_t> exif_of(const PngChunks& chunks) {
  if (chunks.exif) return {chunks.exif->begin(), chunks.exif->end()};
  const auto& text = chunks.raw_exif ? chunks.raw_exif : chunks.raw_app1;
  if (!text) return {};
  const std::vector<std::uint8_t> app1 = raw_profile(*text);
  const std::span<const std::uint8_t> block = exif_of_app1(app1);
  return {block.begin(), block.end()};
}

Resolution resolution_of(PngData phys) {
  constexpr double kMetresPerInch = 0.0254;
  if (phys[8] != 1) return {};  // no unit: an aspect only
  return {big_endian32(phys.data()) * kMetresPerInch, big_endian32(phys.data() + 4) * kMetresPerInch};
}

Metadata metadata_of(const PngChunks& chunks, int bits) {
  Metadata metadata;
  metadata.bits = bits;
  if (chunks.iccp) metadata.icc = unpacked_profile(*chunks.iccp);
  metadata.exif = exif_of(chunks);
  metadata.xmp = xmp_of(chunks);
  if (chunks.raw_iptc) metadata.iptc = iptc_of(raw_profile(*chunks.raw_iptc));
  if (chunks.comment) {
    const std::vector<std::uint8_t> bytes = unpacked_text(*chunks.comment);
    const std::string comment(bytes.begin(), bytes.end());
    metadata.comment = chunks.comment->chunk == "iTXt" ? to_utf8(comment) : utf8_of_latin1(comment);
  }
  if (chunks.phys) metadata.resolution = resolution_of(*chunks.phys);
  return metadata;
}

// Of the pixels as stored, before PngReader::start().
Raster raster_of(const PngReader& reader, const PngChunks& chunks, const Metadata& metadata, const std::string& name,
                 const DecodeOptions& options) {
  Raster raster{static_cast<int>(reader.width()), static_cast<int>(reader.height()),
                reader.grey() ? Device::grey : Device::rgb, reader.has_alpha()};
  if (options.apply_profile) raster.words = png_colour(chunks, name);
  if (chunks.iccp && metadata.icc.empty()) raster.profile_problem = "it is damaged";
  raster.by_rows = !reader.interlaced();
  // The standard wants eXIf's orientation to count, of texts it knows nothing.
  if (!chunks.exif) raster.orientation = 1;
  return raster;
}

void check_header(const PngReader& reader, std::size_t bytes, const std::string& name) {
  check_promise({reader.width(), reader.height(), bytes}, name);
  // Deflate shrinks to 1/1032 at best (zlib technical notes). A header that promises more is not worth its memory.
  const std::uint64_t unpacked = std::uint64_t{reader.row_bytes()} * reader.height();
  require(unpacked / 1032 <= bytes, ErrorCode::input, name, " is a PNG whose header promises ", reader.width(), " x ",
          reader.height(), " pixels, more than its ", bytes, " bytes can hold; copy or download it again");
}

// Rows y, y + row_step, ... of which each has one run.
struct Pass {
  Run first;
  int row_step = 1;
};

// Adam7, without passes that have no pixels, which are not stored; or all rows.
std::vector<Pass> passes(int width, int height, bool by_rows) {
  if (by_rows) return {{{0, 0, width, 1}, 1}};
  std::vector<Pass> found;
  for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass) {
    const Run first{PNG_PASS_START_ROW(pass), PNG_PASS_START_COL(pass), PNG_PASS_COLS(width, pass),
                    PNG_PASS_COL_OFFSET(pass)};
    if (first.count > 0 && first.y < height) found.push_back({first, PNG_PASS_ROW_OFFSET(pass)});
  }
  return found;
}

}  // namespace

Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  const PngChunks chunks = find_png_chunks(bytes, name);
  PngReader reader(bytes, chunks.missing, name);
  reader.read_header();
  check_header(reader, bytes.size(), name);
  Metadata metadata = metadata_of(chunks, reader.depth());
  Raster raster = raster_of(reader, chunks, metadata, name, options);
  reader.start();

  const auto width = static_cast<int>(reader.width()), height = static_cast<int>(reader.height());
  std::vector<std::uint8_t> row(reader.row_bytes());
  IMPASTO_ASSERT(row.size() == std::size_t{reader.width()} * 4 * static_cast<std::size_t>(reader.depth()) / 8);
  RowSplitter splitter(reader.width(), reader.depth(), raster.device == Device::grey, raster.has_alpha);
  const bool by_rows = raster.by_rows;
  PictureBuilder builder(std::move(raster), std::move(metadata), options);
  for (const Pass& pass : passes(width, height, by_rows)) {
    for (Run run = pass.first; run.y < height; run.y += pass.row_step) {
      reader.read_row(row.data());
      splitter.add(builder, run, row.data());
    }
  }
  if (!chunks.has_end) builder.warn(name + " has no end mark, but all of its pixels are there");
  return builder.finish();
}

std::string png_library() { return text("libpng ", png_get_libpng_ver(nullptr)); }

}  // namespace impasto::IMPASTO_ABI

#endif
