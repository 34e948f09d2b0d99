#include "image/picture_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/big_endian.h"
#include "base/sizes.h"
#include "image/exif.h"
#include "image/quantize.h"
#include "image/xmp.h"

namespace impasto::IMPASTO_ABI {
namespace {

// The profile up to its stated size, for what follows it is none of a file's business; empty for one of grey or CMYK.
// (ICC.1:2010, 7.2: size at byte 0, colour space at byte 16.)
std::span<const std::uint8_t> rgb_profile(std::span<const std::uint8_t> icc) {
  if (icc.size() < 20) return {};
  const std::string_view space(reinterpret_cast<const char*>(icc.data()) + 16, 4);
  if (space == "GRAY" || space == "CMYK") return {};
  const std::size_t size = big_endian32(icc.data());
  return size >= 20 ? icc.first(std::min(size, icc.size())) : icc;
}

}  // namespace

PictureRows::PictureRows(const Image& image, const EncodeOptions& options, bool takes_alpha,
                         std::vector<std::string>* warnings)
    : image_(image),
      rounding_(options.rounding),
      takes_alpha_(takes_alpha && !image.alpha().empty()),
      keeps_(options.keep_metadata) {
  const Metadata& metadata = image.metadata();
  if (options.colour == FileColour::original) choose_colours(warnings);
  if (keeps_) {
    const bool srgb = icc_.empty() || (metadata.icc_applied && !map_);
    xmp_ = metadata.xmp;
    exif_ = metadata.exif;
    drop_exif_signature(exif_);
    update_xmp(xmp_, image.width(), image.height(), srgb);
    update_exif(exif_, image.width(), image.height(), srgb);
  }
  colours_.resize(static_cast<std::size_t>(image.width()) * 3);
}

void PictureRows::choose_colours(std::vector<std::string>* warnings) {
  const Metadata& metadata = image_.metadata();
  const std::span<const std::uint8_t> icc = rgb_profile(metadata.icc);
  std::string problem;
  if (!icc.empty()) {
    // Colours that were never converted need no way back.
    IccWriting writing = metadata.icc_applied ? write_icc(icc) : IccWriting{true, {}};
    if (writing.possible) {
      icc_ = icc, map_ = std::move(writing.map);
      return;
    }
    problem = "nothing can be converted to its profile";
  } else if (!metadata.icc.empty()) {
    problem = "its profile is not one of RGB";
  } else if (!metadata.colours_by.empty()) {
    problem = "they were told by " + metadata.colours_by + ", which cannot be embedded";
  }
  if (!problem.empty() && warnings) {
    warnings->push_back("the picture's own colours were not kept, because " + problem +
                        "; the file's colours are sRGB");
  }
}

void reserve_room(std::vector<std::uint8_t>& file, std::uint64_t bytes) {
  if (bytes > kMostBytes) return;
  try {
    file.reserve(static_cast<std::size_t>(bytes));
  } catch (const std::bad_alloc&) {
  }
}

std::string profile_left_out(const Image& image, const std::string& why) {
  return "the colour profile was not written, because " + why + "; the file's " +
         (image.metadata().icc_applied ? "colours are sRGB" : "values are what they were");
}

const Metadata& PictureRows::kept() const {
  static const Metadata none;
  return keeps_ ? image_.metadata() : none;
}

void PictureRows::prepare(int y) {
  const auto width = static_cast<std::size_t>(image_.width());
  const std::size_t start = static_cast<std::size_t>(y) * width;
  const float* from = image_.pixels().data() + 3 * start;
  std::copy(from, from + 3 * width, colours_.begin());
  if (!image_.alpha().empty()) {
    const float* alpha = image_.alpha().data() + start;
    const bool straight = image_.alpha_use() == AlphaUse::straight;
    for (std::size_t i = 0; i < 3 * width; ++i) {
      const float a = alpha[i / 3];
      if (takes_alpha_ && !straight && a > 0.0f && a < 1.0f) colours_[i] = (colours_[i] - (1.0f - a)) / a;
      if (!takes_alpha_ && straight) colours_[i] = colours_[i] * a + (1.0f - a);
    }
  }
  if (map_) map_(colours_.data(), colours_.data(), width);
}

void PictureRows::row(int y, std::uint8_t* to) {
  prepare(y);
  const auto width = static_cast<std::size_t>(image_.width());
  const float* alpha = takes_alpha_ ? image_.alpha().data() + static_cast<std::size_t>(y) * width : nullptr;
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t c = 0; c < 3; ++c) *to++ = to_byte(colours_[3 * x + c], rounding_);
    if (alpha) *to++ = to_byte(alpha[x], Rounding::nearest);
  }
}

void PictureRows::row(int y, std::uint16_t* to, int bits) {
  prepare(y);
  const auto most = static_cast<float>((1 << bits) - 1);
  const auto width = static_cast<std::size_t>(image_.width());
  const float* alpha = takes_alpha_ ? image_.alpha().data() + static_cast<std::size_t>(y) * width : nullptr;
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t c = 0; c < 3; ++c) *to++ = to_word(colours_[3 * x + c], most);
    if (alpha) *to++ = to_word(alpha[x], most);
  }
}

}  // namespace impasto::IMPASTO_ABI
