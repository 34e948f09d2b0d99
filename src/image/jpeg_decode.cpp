#include "image/features.h"
#include "image/jpeg.h"

#ifdef IMPASTO_HAS_JPEG

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/jpeg_error.h"
#include "image/jpeg_markers.h"
#include "image/limits.h"
#include "image/picture_builder.h"

namespace impasto::IMPASTO_ABI {
namespace {

// The limit of libjpeg-turbo's own fuzzers. A small file with thousands of scans over a large picture takes hours.
constexpr int kMaxScans = 500;

// libjpeg calls it at every row of blocks that it reads ahead.
struct ScanWatch {
  jpeg_progress_mgr manager{};
  unsigned seen = 0;  // one bit for each component that a scan holds
};

void watch_scans(j_common_ptr common) {
  auto* info = reinterpret_cast<j_decompress_ptr>(common);
  unsigned& seen = reinterpret_cast<ScanWatch*>(info->progress)->seen;
  for (int i = 0; i < info->comps_in_scan; ++i) seen |= 1u << info->cur_comp_info[i]->component_index;
  if (info->input_scan_number <= kMaxScans) return;
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
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  jpeg_decompress_struct& info() { return info_; }

  void read_header(std::span<const std::uint8_t> bytes) {
    check(jpeg_guard(trouble_, [&] {
      jpeg_create_decompress(&info_);
      watch_.manager.progress_monitor = watch_scans;
      info_.progress = &watch_.manager;
      jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
      save_jpeg_markers(&info_);
      jpeg_read_header(&info_, TRUE);
    }));
  }

  void start(J_DCT_METHOD dct) {
    check(jpeg_guard(trouble_, [&] {
      const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
      info_.out_color_space = inks ? JCS_CMYK : info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
      info_.dct_method = dct;
      // Whether the last scan was all there its last bits tell; but an arithmetic decoder makes up what it lacks.
      trouble_.takes_end = !info_.arith_code;
      jpeg_start_decompress(&info_);
    }));
    check(!trouble_.at_end || (info_.progressive_mode ? is_refined() : has_every_component()));
  }

  void read_row(std::uint8_t* row) {
    check(jpeg_guard(trouble_, [&] { jpeg_read_scanlines(&info_, &row, 1); }));
  }

  // False when nothing behind the picture is its end mark. All rows have been read.
  bool finish() {
    return jpeg_guard(trouble_, [&] { jpeg_finish_decompress(&info_); }) && !trouble_.at_end;
  }

 private:
  // Whether every coefficient of a progressive picture has come down to its last bit.
  bool is_refined() const {
    for (int c = 0; c < info_.num_components; ++c) {
      const int* bits = info_.coef_bits[c];
      if (std::any_of(bits, bits + DCTSIZE2, [](int low) { return low != 0; })) return false;
    }
    return true;
  }

  // Whether every component of a picture of several plain scans was in one of them.
  bool has_every_component() {
    return !jpeg_has_multiple_scans(&info_) || watch_.seen == (1u << info_.num_components) - 1;
  }

  void check(bool good) const {
    if (good) return;
    require(trouble_.code != JWRN_JPEG_EOF && !trouble_.at_end, ErrorCode::input, name_,
            " is a JPEG that ends before its picture is complete; copy or download it again");
    require(trouble_.code != JERR_OUT_OF_MEMORY, ErrorCode::io, "no memory is left to decode ", name_,
            "; close other programs or use a smaller picture");
    fail(ErrorCode::input, name_, " is a JPEG that cannot be decoded (", trouble_.message,
         "); save it again from another program");
  }

  const std::string& name_;
  jpeg_decompress_struct info_{};
  ScanWatch watch_;
  JpegTrouble trouble_;
};

// Bytes a pixel of the coefficients, 16 bits each, that libjpeg keeps until it has read the last of several scans.
double coefficient_bytes(jpeg_decompress_struct& info) {
  if (!jpeg_has_multiple_scans(&info)) return 0;
  double share = 0;  // of the pixels, in all components
  for (int c = 0; c < info.num_components; ++c) {
    const jpeg_component_info& one = info.comp_info[c];
    share +=
        static_cast<double>(one.h_samp_factor * one.v_samp_factor) / (info.max_h_samp_factor * info.max_v_samp_factor);
  }
  return share * sizeof(JCOEF);
}

void check_header(jpeg_decompress_struct& info, std::size_t bytes, const std::string& name) {
  check_promise({info.image_width, info.image_height, bytes, coefficient_bytes(info)}, name);
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
  JpegFacts facts = jpeg_facts(info);
  Raster raster{static_cast<int>(info.output_width), static_cast<int>(info.output_height), device};
  raster.profile_problem = facts.profile_problem;
  PictureBuilder builder(std::move(raster), std::move(facts.metadata), options);
  for (const std::string& other : facts.others) {
    builder.warn(
        text(name, " holds ", other, " too; its first picture is taken, as programs without HDR or 3D show it"));
  }
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
  if (!reader.finish()) builder.warn(name + " has no end mark, but all of its pixels are there");
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

}  // namespace impasto::IMPASTO_ABI

#endif
