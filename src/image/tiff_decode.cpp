#include "image/features.h"
#include "image/tiff.h"

#ifdef IMPASTO_HAS_TIFF

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/blend.h"
#include "image/cielab.h"
#include "image/colour_words.h"
#include "image/exif.h"
#include "image/picture_builder.h"
#include "image/tiff_bands.h"
#include "image/tiff_layout.h"
#include "image/tiff_memory.h"
#include "image/tiff_numbers.h"
#include "image/tiff_samples.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct Facts {
  Metadata metadata;
  Raster raster;
};

Resolution resolution_of(TIFF* tiff) {
  float x = 0, y = 0;
  const auto unit = tiff_field<std::uint16_t>(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  if (unit == RESUNIT_NONE || !TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) ||
      !TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y))
    return {};
  const double inches = unit == RESUNIT_CENTIMETER ? 2.54 : 1;
  const bool good = std::isfinite(x) && std::isfinite(y) && x > 0 && y > 0;
  return good ? Resolution{inches * static_cast<double>(x), inches * static_cast<double>(y)} : Resolution{};
}

// Why there is no profile although the file has an entry for one; empty where it has none.
std::string profile_problem(std::span<const std::uint8_t> file) {
  const auto numbers = TiffNumbers::of_file(file);
  const bool there = numbers && numbers->find(numbers->directory(), TIFFTAG_ICCPROFILE);
  return there ? "it is damaged, cut short or larger than 16 MiB" : "";
}

Facts facts_of(TIFF* tiff, const TiffLayout& layout, std::span<const std::uint8_t> file) {
  Facts facts;
  Metadata& metadata = facts.metadata;
  facts.raster = {static_cast<int>(layout.width), static_cast<int>(layout.height), layout.device.value_or(Device::rgb)};
  facts.raster.orientation = layout.orientation;
  metadata.bits = layout.bits;
  std::uint32_t count = 0;
  const std::uint8_t* content = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &count, &content) && count <= kMaxProfileBytes) {
    metadata.icc.assign(content, content + count);
  }
  if (TIFFGetField(tiff, TIFFTAG_XMLPACKET, &count, &content) && count <= kMaxProfileBytes) {
    metadata.xmp.assign(content, content + count);
  }
  metadata.exif = exif_of_tiff(file);
  metadata.iptc = iptc_of_tiff(file);
  metadata.resolution = resolution_of(tiff);
  if (metadata.icc.empty()) facts.raster.profile_problem = profile_problem(file);
  if (exif_says_adobe_rgb(file) && facts.raster.device == Device::rgb) {
    facts.raster.words = adobe_rgb("EXIF (Adobe RGB)");
  }
  if (layout.lab) {
    // What profiles and EXIF tell is what the values of a device mean; those of CIE L*a*b* mean colours already.
    metadata.icc.clear();
    facts.raster.words = {.source = "CIE L*a*b*"};
    facts.raster.profile_problem.clear();
    metadata.colours_by = "CIE L*a*b*";
  }
  return facts;
}

// One row of samples, read one by one, as the builder wants it.
class RowReader {
 public:
  RowReader(const TiffLayout& layout, const std::string& name)
      : layout_(layout),
        name_(name),
        count_(channels(*layout.device)),
        values_(layout.width * count_),
        alpha_(has_alpha() ? layout.width : 0) {}

  bool has_alpha() const { return layout_.alpha_at >= static_cast<int>(count_); }

  void add(PictureBuilder& builder, const TiffBands& bands, std::uint32_t y) {
    const auto take = [&](int s, float* to, std::size_t step) {
      tiff_samples(layout_, bands.row(y % bands.height(), s), s, to, step);
    };
    for (std::size_t s = 0; s < count_; ++s) take(static_cast<int>(s), values_.data() + s, count_);
    if (has_alpha()) take(layout_.alpha_at, alpha_.data(), 1);
    const auto finite = [](float value) { return std::isfinite(value); };
    require(std::all_of(values_.begin(), values_.end(), finite) && std::all_of(alpha_.begin(), alpha_.end(), finite),
            ErrorCode::input, name_, " has values in row ", y, " that are not finite numbers; save it anew");
    for (float& a : alpha_) a = std::clamp(a, 0.0f, 1.0f);
    if (layout_.photometric == PHOTOMETRIC_MINISWHITE) {
      for (float& value : values_) value = 1.0f - value;
    }
    if (layout_.lab) {
      to_lab(layout_, values_.data(), layout_.width);
      lab_to_srgb(values_.data(), values_.data(), layout_.width);
    } else if (has_alpha() && layout_.premultiplied) {
      divide_by_alpha(values_, alpha_, count_);
    }
    builder.add(static_cast<int>(y), values_.data(), has_alpha() ? alpha_.data() : nullptr);
  }

 private:
  const TiffLayout& layout_;
  const std::string& name_;
  std::size_t count_;
  std::vector<float> values_, alpha_;
};

Image read_samples(const TiffMemory& memory, const TiffLayout& layout, Facts facts, const std::string& name,
                   const DecodeOptions& options) {
  TiffBands bands(memory, layout, name);
  bands.read(0);  // before memory is taken for the picture: most damage shows here
  RowReader row(layout, name);
  facts.raster.has_alpha = row.has_alpha();
  PictureBuilder builder(std::move(facts.raster), std::move(facts.metadata), options);
  for (std::uint32_t y = 0; y < layout.height; ++y) {
    if (y % bands.height() == 0 && y > 0) bands.read(y);
    row.add(builder, bands, y);
  }
  return builder.finish();
}

// A page that libtiff turns into pixels of RGBA, 8 bits each.
class RgbaPage {
 public:
  RgbaPage(const TiffMemory& memory, const TiffLayout& layout, const std::string& name) : memory_(memory), name_(name) {
    char problem[1024] = {};
    require(TIFFRGBAImageOK(memory.get(), problem) != 0, ErrorCode::input, name,
            " is a TIFF of a kind that cannot be read (", problem, "); save it as RGB of 8 or 16 bits");
    good_ = TIFFRGBAImageBegin(&image_, memory.get(), 1, problem) != 0;
    if (!good_) fail_undecodable(memory, name);
    image_.req_orientation = layout.orientation;  // as it lies: turning it is the builder's work
    height_ = tiff_field<std::uint32_t>(
        memory.get(), TIFFIsTiled(memory.get()) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, layout.height);
    height_ = std::clamp(height_, 1u, layout.height);
    pixels_.reset(new std::uint32_t[std::size_t{layout.width} * height_]);
  }
  RgbaPage(const RgbaPage&) = delete;
  RgbaPage& operator=(const RgbaPage&) = delete;
  ~RgbaPage() {
    if (good_) TIFFRGBAImageEnd(&image_);
  }

  bool has_alpha() const { return image_.alpha != 0; }

  // Row `y`, one after the other: as many as a strip or a row of tiles has are turned at once.
  const std::uint32_t* row(std::uint32_t y) {
    if (y % height_ == 0) {
      image_.row_offset = static_cast<int>(y);
      if (!TIFFRGBAImageGet(&image_, pixels_.get(), image_.width, std::min(height_, image_.height - y))) {
        fail_undecodable(memory_, name_);
      }
    }
    return pixels_.get() + std::size_t{y % height_} * image_.width;
  }

 private:
  const TiffMemory& memory_;
  const std::string& name_;
  TIFFRGBAImage image_{};
  bool good_ = false;
  std::uint32_t height_ = 0;
  std::unique_ptr<std::uint32_t[]> pixels_;
};

// Palettes, few bits, YCbCr and the like, as libtiff converts them.
Image read_rgba(const TiffMemory& memory, const TiffLayout& layout, Facts facts, const std::string& name,
                const DecodeOptions& options) {
  RgbaPage page(memory, layout, name);
  page.row(0);  // before memory is taken for the picture: most damage shows here
  facts.raster.has_alpha = page.has_alpha();
  PictureBuilder builder(std::move(facts.raster), std::move(facts.metadata), options);
  std::vector<float> values(3 * std::size_t{layout.width}), alpha(layout.width);
  for (std::uint32_t y = 0; y < layout.height; ++y) {
    const std::uint32_t* row = page.row(y);
    for (std::size_t x = 0; x < layout.width; ++x) {
      values[3 * x] = static_cast<float>(TIFFGetR(row[x])) / 255.0f;
      values[3 * x + 1] = static_cast<float>(TIFFGetG(row[x])) / 255.0f;
      values[3 * x + 2] = static_cast<float>(TIFFGetB(row[x])) / 255.0f;
      alpha[x] = static_cast<float>(TIFFGetA(row[x])) / 255.0f;
    }
    divide_by_alpha(values, alpha, 3);
    builder.add(static_cast<int>(y), values.data(), alpha.data());
  }
  return builder.finish();
}

// Whether a page inside the first one holds what a sensor measured, under a filter of colours or freed of it.
bool holds_sensor_values(TIFF* tiff) {
  constexpr std::uint16_t kFilterArray = 32803, kLinearRaw = 34892;  // TIFF/EP (ISO 12234-2), DNG 1.4
  std::uint16_t count = 0;
  std::uint64_t* places = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_SUBIFD, &count, &places) == 0) return false;
  // A copy: libtiff's own goes with the page.
  std::array<std::uint64_t, 8> pages{};
  const std::size_t known = std::min<std::size_t>(count, pages.size());
  std::copy_n(places, known, pages.begin());
  bool found = false;
  for (std::size_t i = 0; i < known; ++i) {
    if (TIFFSetSubDirectory(tiff, pages[i]) == 0) continue;
    const auto photometric = tiff_field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, 0);
    found = found || photometric == kFilterArray || photometric == kLinearRaw;
  }
  return TIFFSetDirectory(tiff, 0) != 0 && found;
}

// A raw photograph's first page is a small preview or nothing that can be read.
void check_first_page(TIFF* tiff, std::span<const std::uint8_t> file, const std::string& name) {
  const void* version = nullptr;
  const bool is_cr2 = file.size() > 10 && file[8] == 'C' && file[9] == 'R';
  const bool is_dng = TIFFGetField(tiff, TIFFTAG_DNGVERSION, &version) != 0;
  // Nikon's NEF, Sony's ARW, Pentax' PEF and others.
  const bool is_preview = (tiff_field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0;
  const bool is_sensors = !is_dng && !is_cr2 && is_preview && holds_sensor_values(tiff);
  require(!is_dng && !is_cr2 && !is_sensors, ErrorCode::input, name, " is a raw photograph (",
          is_dng   ? "DNG"
          : is_cr2 ? "CR2"
                   : "a small preview beside a sensor's values",
          "), which has to be developed first; save it as TIFF or JPEG from a raw converter");
}

}  // namespace

Image decode_tiff(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  const TiffMemory memory(bytes);
  if (!memory.get()) fail_undecodable(memory, name);
  check_first_page(memory.get(), bytes, name);
  const TiffLayout layout = tiff_layout(memory.get());
  check_tiff_layout(layout, bytes.size(), name);
  Facts facts = facts_of(memory.get(), layout, bytes);
  return layout.device ? read_samples(memory, layout, std::move(facts), name, options)
                       : read_rgba(memory, layout, std::move(facts), name, options);
}

std::string tiff_library() {
  // "LIBTIFF, Version 4.5.0", then a copyright line.
  const std::string version = TIFFGetVersion();
  const std::size_t number = version.find_first_of("0123456789");
  return number == std::string::npos ? "libtiff" : "libtiff " + version.substr(number, version.find('\n') - number);
}

}  // namespace impasto::IMPASTO_ABI

#endif
