#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <limits>

#include "base/check.h"
#include "image/exif.h"
#include "image/jpeg.h"
#include "image/jpeg_error.h"
#include "image/limits.h"

namespace impasto {
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
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  const jpeg_decompress_struct& info() const { return info_; }

  void read_header(std::span<const std::uint8_t> bytes) {
    check(jpeg_guard(trouble_, [&] {
      jpeg_create_decompress(&info_);
      progress_.progress_monitor = check_scans;
      info_.progress = &progress_;
      jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
      jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
      jpeg_read_header(&info_, TRUE);
    }));
  }

  void start(J_DCT_METHOD dct) {
    check(jpeg_guard(trouble_, [&] {
      const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
      info_.out_color_space = inks ? JCS_CMYK : JCS_RGB;
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

  int orientation() const {
    for (jpeg_saved_marker_ptr marker = info_.marker_list; marker; marker = marker->next) {
      const std::span<const std::uint8_t> payload(marker->data, marker->data_length);
      if (is_exif(payload)) return exif_orientation(payload);
    }
    return 1;
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

// Where stored pixel (x, y) goes in the upright picture: value index origin + x * step_x + y * step_y.
struct Placement {
  bool transposed;
  std::ptrdiff_t origin, step_x, step_y;
};

Placement placement(int orientation, int stored_width, int stored_height) {
  struct Turn {
    bool transposed, flip_x, flip_y;
  };
  // By EXIF value 1..8: which way the stored x and y axes run in the upright picture.
  constexpr Turn turns[8] = {{false, false, false}, {false, true, false}, {false, true, true}, {false, false, true},
                             {true, false, false},  {true, false, true},  {true, true, true},  {true, true, false}};
  const Turn turn = turns[orientation - 1];
  const std::ptrdiff_t row = std::ptrdiff_t{3} * (turn.transposed ? stored_height : stored_width);
  std::ptrdiff_t step_x = turn.transposed ? row : 3;
  std::ptrdiff_t step_y = turn.transposed ? 3 : row;
  std::ptrdiff_t origin = 0;
  if (turn.flip_x) origin += step_x * (stored_width - 1), step_x = -step_x;
  if (turn.flip_y) origin += step_y * (stored_height - 1), step_y = -step_y;
  return {turn.transposed, origin, step_x, step_y};
}

// Inks to light: R = (1 - C)(1 - K). Adobe's programs store 255 for "no ink", everyone else 0.
void place_cmyk(const std::uint8_t* row, int width, bool adobe, float* to, std::ptrdiff_t step) {
  const int flip = adobe ? 0 : 255;
  for (int x = 0; x < width; ++x, row += 4, to += step) {
    const int light = row[3] ^ flip;
    for (int c = 0; c < 3; ++c) to[c] = static_cast<float>((row[c] ^ flip) * light) / (255.0f * 255.0f);
  }
}

void place_rgb(const std::uint8_t* row, int width, float* to, std::ptrdiff_t step) {
  for (int x = 0; x < width; ++x, row += 3, to += step) {
    for (int c = 0; c < 3; ++c) to[c] = static_cast<float>(row[c]) / 255.0f;
  }
}

}  // namespace

bool is_jpeg(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  // libjpeg counts in unsigned long, which has 32 bits on some systems.
  require(bytes.size() <= std::numeric_limits<unsigned long>::max(), ErrorCode::input, name, " has ", bytes.size(),
          " bytes, more than a JPEG decoder takes; save it smaller");
  JpegReader reader(name);
  reader.read_header(bytes);
  check_header(reader.info(), bytes.size(), name);
  reader.start(options.fast_dct ? JDCT_IFAST : JDCT_ISLOW);

  const int width = static_cast<int>(reader.info().output_width);
  const int height = static_cast<int>(reader.info().output_height);
  const bool inks = reader.info().out_color_space == JCS_CMYK;
  const bool adobe = reader.info().saw_Adobe_marker != 0;
  const Placement place = placement(reader.orientation(), width, height);
  Image image = place.transposed ? Image(height, width) : Image(width, height);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width) * (inks ? 4 : 3));
  for (int y = 0; y < height; ++y) {
    reader.read_row(row.data());
    float* to = image.pixels().data() + place.origin + y * place.step_y;
    if (inks) {
      place_cmyk(row.data(), width, adobe, to, place.step_x);
    } else {
      place_rgb(row.data(), width, to, place.step_x);
    }
  }
  reader.finish();
  return image;
}

}  // namespace impasto
