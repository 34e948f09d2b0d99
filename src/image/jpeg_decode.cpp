#include "image/features.h"
#include "image/jpeg.h"

#ifdef IMPASTO_HAS_JPEG

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "image/exif.h"
#include "image/jpeg_error.h"
#include "image/limits.h"
#include "image/picture_builder.h"

namespace impasto::inline v0_1 {
namespace {

// The limit of libjpeg-turbo's own fuzzers. A small file with thousands of scans over a large picture takes hours.
constexpr int kMaxScans = 500;

void check_scans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
  auto* trouble = static_cast<JpegTrouble*>(info->client_data);
  trouble->code = JERR_BAD_PROGRESSION;
  std::snprintf(trouble->message, sizeof trouble->message, "more than %d scans", kMaxScans);
  std::longjmp(trouble->escape, 1);
}

class JpegReader {
 public:
  explicit JpegReader(const std::string& name) : name_(name) { jpeg_connect(info_, trouble_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() {
    jpeg_destroy_decompress(&info_);
    std::free(icc_);
  }

  const jpeg_decompress_struct& info() const { return info_; }

  void read_header(std::span<const std::uint8_t> bytes) {
    check(jpeg_guard(trouble_, [&] {
      jpeg_create_decompress(&info_);
      progress_.progress_monitor = check_scans;
      info_.progress = &progress_;
      jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
      jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);  // EXIF and XMP
      jpeg_save_markers(&info_, JPEG_APP0 + 2, 0xFFFF);  // the ICC profile, in pieces
      jpeg_read_header(&info_, TRUE);
    }));
  }

  void start(J_DCT_METHOD dct) {
    check(jpeg_guard(trouble_, [&] {
      const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
      info_.out_color_space = inks ? JCS_CMYK : info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
      info_.dct_method = dct;
      jpeg_start_decompress(&info_);
    }));
  }

  void read_row(std::uint8_t* row) {
    check(jpeg_guard(trouble_, [&] { jpeg_read_scanlines(&info_, &row, 1); }));
  }

  // Looks for the end marker, so that a file cut within its last bytes is noticed too.
  void finish() {
    check(jpeg_guard(trouble_, [&] { jpeg_finish_decompress(&info_); }));
  }

  // Of the markers before the picture. Every APP1 may be EXIF, XMP or something else.
  Metadata metadata() {
    constexpr std::string_view xmp_name("http://ns.adobe.com/xap/1.0/\0", 29);
    Metadata metadata;
    for (jpeg_saved_marker_ptr marker = info_.marker_list; marker; marker = marker->next) {
      if (marker->marker != JPEG_APP0 + 1) continue;
      const std::span<const std::uint8_t> payload(marker->data, marker->data_length);
      const std::span<const std::uint8_t> exif = exif_of_app1(payload);
      if (metadata.exif.empty()) metadata.exif.assign(exif.begin(), exif.end());
      if (metadata.xmp.empty() && payload.size() > xmp_name.size() &&
          std::equal(xmp_name.begin(), xmp_name.end(), payload.begin())) {
        metadata.xmp.assign(payload.begin() + xmp_name.size(), payload.end());
      }
    }
    unsigned int icc_bytes = 0;
    check(jpeg_guard(trouble_, [&] {
      if (!jpeg_read_icc_profile(&info_, &icc_, &icc_bytes)) icc_bytes = 0;
    }));
    if (icc_bytes <= kMaxProfileBytes) metadata.icc.assign(icc_, icc_ + icc_bytes);
    return metadata;
  }

 private:
  void check(bool good) const {
    if (good) return;
    require(trouble_.code != JWRN_JPEG_EOF, ErrorCode::input, name_,
            " is a JPEG that ends before its picture is complete; copy or download it again");
    require(trouble_.code != JERR_OUT_OF_MEMORY, ErrorCode::io, "no memory is left to decode ", name_,
            "; close other programs or use a smaller picture");
    fail(ErrorCode::input, name_, " is a JPEG that cannot be decoded (", trouble_.message,
         "); save it again from another program");
  }

  const std::string& name_;
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  JOCTET* icc_ = nullptr;
  JpegTrouble trouble_;
};

void check_header(const jpeg_decompress_struct& info, std::size_t bytes, const std::string& name) {
  check_image_size(info.image_width, info.image_height, name);
  require(info.data_precision == 8, ErrorCode::input, name, " is a JPEG of ", info.data_precision,
          " bits a sample; only 8 can be read, so save it with 8 bits or as PNG");
  require(info.num_components == 1 || info.num_components == 3 || info.num_components == 4, ErrorCode::input, name,
          " is a JPEG of ", info.num_components, " channels; wanted are 1 (grey), 3 (colour) or 4 (CMYK)");
  // Huffman codes spend at least one bit on each 8 x 8 block, and the finest component has at least a sixteenth of the
  // full number of blocks. A header that promises more than its bytes can hold is not worth its memory.
  const std::uint64_t fewest_blocks = std::uint64_t{info.image_width} * info.image_height / 64 / 16;
  require(info.arith_code || fewest_blocks / 8 <= bytes, ErrorCode::input, name, " is a JPEG whose header promises ",
          info.image_width, " x ", info.image_height, " pixels, more than its ", bytes,
          " bytes can hold; copy or download it again");
}

// The 256 levels as floats.
const std::array<float, 256>& levels() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 255.0f;
    return values;
  }();
  return table;
}

}  // namespace

Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  // libjpeg counts in unsigned long, which has 32 bits on some systems.
  require(bytes.size() <= std::numeric_limits<unsigned long>::max(), ErrorCode::input, name, " has ", bytes.size(),
          " bytes, more than a JPEG decoder takes; save it smaller");
  JpegReader reader(name);
  reader.read_header(bytes);
  check_header(reader.info(), bytes.size(), name);
  reader.start(options.fast_dct ? JDCT_IFAST : JDCT_ISLOW);

  const jpeg_decompress_struct& info = reader.info();
  const Device device = info.out_color_space == JCS_CMYK        ? Device::cmyk
                        : info.out_color_space == JCS_GRAYSCALE ? Device::grey
                                                                : Device::rgb;
  PictureBuilder builder({static_cast<int>(info.output_width), static_cast<int>(info.output_height), device},
                         reader.metadata(), options);
  // Adobe's programs store 255 for "no ink". Pillow, ImageMagick and libvips read every CMYK JPEG so, also where
  // Adobe's marker was lost on the way.
  const std::uint8_t flip = device == Device::cmyk ? 255 : 0;
  std::vector<std::uint8_t> row(info.output_width * channels(device));
  std::vector<float> values(row.size());
  for (int y = 0; y < static_cast<int>(info.output_height); ++y) {
    reader.read_row(row.data());
    for (std::size_t i = 0; i < row.size(); ++i) values[i] = levels()[row[i] ^ flip];
    builder.add(y, values.data(), nullptr);
  }
  reader.finish();
  return builder.finish();
}

std::string jpeg_library() {
#ifdef LIBJPEG_TURBO_VERSION
#define IMPASTO_TEXT_OF(macro) IMPASTO_TEXT(macro)
#define IMPASTO_TEXT(tokens) #tokens
  return "libjpeg-turbo " IMPASTO_TEXT_OF(LIBJPEG_TURBO_VERSION);
#else
  return "libjpeg " + std::to_string(JPEG_LIB_VERSION);
#endif
}

}  // namespace impasto::inline v0_1

#else

namespace impasto::inline v0_1 {

std::string jpeg_library() { return {}; }

}  // namespace impasto::inline v0_1

#endif
