#include "image/features.h"

#ifdef IMPASTO_HAS_JPEG

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "image/byte_sink.h"
#include "image/iptc.h"
#include "image/jpeg.h"
#include "image/jpeg_error.h"
#include "image/picture_rows.h"
#include "image/xmp.h"

namespace impasto::IMPASTO_ABI {

using namespace std::string_view_literals;

namespace {

// Hands on what libjpeg writes.
struct SinkDestination {
  static constexpr std::size_t kBlock = std::size_t{1} << 16;

  jpeg_destination_mgr manager{};
  ByteSink* sink = nullptr;
  std::uint8_t block[kBlock];

  static SinkDestination& of(j_compress_ptr info) { return *reinterpret_cast<SinkDestination*>(info->dest); }

  static void start(j_compress_ptr info) {
    info->dest->next_output_byte = of(info).block;
    info->dest->free_in_buffer = kBlock;
  }

  static void hand_on(j_compress_ptr info, std::size_t count) {
    if (of(info).sink->write(of(info).block, count)) return;
    info->err->msg_code = JERR_FILE_WRITE;
    jpeg_escape(reinterpret_cast<j_common_ptr>(info));
  }

  // libjpeg's contract: called when the block is full, whatever free_in_buffer says.
  static boolean flush(j_compress_ptr info) {
    hand_on(info, kBlock);
    start(info);
    return TRUE;
  }

  static void finish(j_compress_ptr info) { hand_on(info, kBlock - info->dest->free_in_buffer); }
};

class JpegWriter {
 public:
  explicit JpegWriter(ByteSink& sink) {
    jpeg_connect(info_, trouble_);
    destination_.sink = &sink;
    destination_.manager.init_destination = SinkDestination::start;
    destination_.manager.empty_output_buffer = SinkDestination::flush;
    destination_.manager.term_destination = SinkDestination::finish;
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;
  ~JpegWriter() { jpeg_destroy_compress(&info_); }

  void start(int width, int height, const EncodeOptions& options, Resolution inch) {
    check(jpeg_guard(trouble_, [&] {
      jpeg_create_compress(&info_);
      info_.dest = &destination_.manager;
      info_.image_width = static_cast<JDIMENSION>(width);
      info_.image_height = static_cast<JDIMENSION>(height);
      info_.input_components = 3;
      info_.in_color_space = JCS_RGB;
      jpeg_set_defaults(&info_);
      jpeg_set_quality(&info_, options.jpeg_quality, TRUE);
      if (inch.x > 0 && inch.y > 0) {
        info_.density_unit = 1;  // per inch
        info_.X_density = static_cast<UINT16>(std::clamp(std::round(inch.x), 1.0, 65535.0));
        info_.Y_density = static_cast<UINT16>(std::clamp(std::round(inch.y), 1.0, 65535.0));
      }
      info_.dct_method = JDCT_ISLOW;
      info_.optimize_coding = TRUE;
      info_.comp_info[0].h_samp_factor = info_.comp_info[0].v_samp_factor = options.jpeg_subsampling ? 2 : 1;
      jpeg_start_compress(&info_, TRUE);
    }));
  }

  // False, with nothing written, when it is larger than a segment can be.
  bool write_segment(int marker, std::string_view name, std::span<const std::uint8_t> content) {
    constexpr std::size_t kMaxSegment = 65533;
    if (name.size() + content.size() > kMaxSegment) return false;
    std::vector<std::uint8_t> segment(name.size() + content.size());
    std::copy(content.begin(), content.end(), std::copy(name.begin(), name.end(), segment.begin()));
    check(jpeg_guard(
        trouble_, [&] { jpeg_write_marker(&info_, marker, segment.data(), static_cast<unsigned>(segment.size())); }));
    return true;
  }

  void write_icc(std::span<const std::uint8_t> profile) {
    if (profile.empty()) return;
    check(jpeg_guard(trouble_,
                     [&] { jpeg_write_icc_profile(&info_, profile.data(), static_cast<unsigned>(profile.size())); }));
  }

  void write_row(std::uint8_t* row) {
    check(jpeg_guard(trouble_, [&] { jpeg_write_scanlines(&info_, &row, 1); }));
  }

  void finish() {
    check(jpeg_guard(trouble_, [&] { jpeg_finish_compress(&info_); }));
  }

 private:
  void check(bool good) const {
    destination_.sink->rethrow();
    require(good, ErrorCode::io, "the picture could not be encoded as JPEG (", trouble_.message,
            "); save it as PNG or smaller");
  }

  jpeg_compress_struct info_{};
  JpegTrouble trouble_;
  SinkDestination destination_;
};

// The options, without a profile that is too large: at most 255 segments, each with 14 bytes of header (ICC.1:2010,
// B.4).
EncodeOptions fitting(const Image& image, EncodeOptions options, std::vector<std::string>* warnings) {
  constexpr std::size_t kMost = std::size_t{255} * (65533 - 14);
  const std::size_t size = image.metadata().icc.size();
  if (options.colour != FileColour::original || size <= kMost) return options;
  options.colour = FileColour::srgb;
  if (warnings) {
    warnings->push_back(profile_left_out(image, text("its ", size, " bytes are more than a JPEG holds")));
  }
  return options;
}

void write_metadata(JpegWriter& writer, const PictureRows& rows, std::vector<std::string>* warnings) {
  const auto part = [&](const char* what, int marker, std::string_view name, std::span<const std::uint8_t> content) {
    if (content.empty() || writer.write_segment(marker, name, content) || warnings == nullptr) return;
    warnings->push_back(text("the content's ", what, " was not written: its ", content.size(),
                             " bytes are more than a part of a JPEG holds; PNG holds them"));
  };
  part("EXIF", JPEG_APP0 + 1, "Exif\0\0"sv, rows.exif());
  part("XMP", JPEG_APP0 + 1, kXmpName, rows.xmp());
  writer.write_icc(rows.icc());
  if (!rows.iptc().empty()) part("IPTC", JPEG_APP0 + 13, kPhotoshopName, photoshop_resource(rows.iptc()));
  const auto* comment = reinterpret_cast<const std::uint8_t*>(rows.comment().data());
  part("comment", JPEG_COM, {}, {comment, rows.comment().size()});
}

}  // namespace

void write_jpeg(const Image& image, const EncodeOptions& options, ByteSink& sink, std::vector<std::string>* warnings) {
  require(options.jpeg_quality >= 1 && options.jpeg_quality <= 100, ErrorCode::usage, "JPEG quality ",
          options.jpeg_quality, " does not exist; choose 1 (smallest) to 100 (best)");
  require(image.width() <= kMaxJpegSide && image.height() <= kMaxJpegSide, ErrorCode::input, "a picture of ",
          image.width(), " x ", image.height(), " pixels is too large for JPEG, which ends at ", kMaxJpegSide,
          " a side; save it as PNG");
  PictureRows rows(image, fitting(image, options, warnings), false, warnings);
  std::vector<std::uint8_t> row(rows.row_samples());
  JpegWriter writer(sink);
  writer.start(image.width(), image.height(), options, rows.resolution());
  write_metadata(writer, rows, warnings);
  for (int y = 0; y < image.height(); ++y) {
    rows.row(y, row.data());
    writer.write_row(row.data());
  }
  writer.finish();
}

std::vector<std::uint8_t> encode_jpeg(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings) {
  return collected([&](ByteSink& sink) { write_jpeg(image, options, sink, warnings); });
}

}  // namespace impasto::IMPASTO_ABI

#endif
