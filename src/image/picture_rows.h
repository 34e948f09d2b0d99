// From a picture to the rows of a file: its alpha, its colours and its samples as the file wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/icc.h"
#include "impasto/image.h"

namespace impasto::inline v0_1 {

class PictureRows {
 public:
  /// `takes_alpha`: the file holds straight alpha; otherwise the picture is seen over white. The picture must outlive
  /// this.
  PictureRows(const Image& image, const EncodeOptions& options, bool takes_alpha);

  /// 4 when the rows end each pixel with an alpha, else 3.
  std::size_t channels() const { return takes_alpha_ ? 4 : 3; }
  std::size_t row_samples() const { return channels() * static_cast<std::size_t>(image_.width()); }

  /// The profile the colours of the rows belong to; empty: sRGB, and nothing to embed.
  std::span<const std::uint8_t> icc() const { return icc_; }
  /// What goes beside the picture, made true of it; empty when there is none or none is wanted.
  const std::vector<std::uint8_t>& exif() const { return exif_; }
  std::span<const std::uint8_t> xmp() const { return xmp_; }

  /// Row `y`, row_samples() of them.
  void row(int y, std::uint8_t* to);
  void row(int y, std::uint16_t* to);

 private:
  void prepare(int y);  // fills colours_

  const Image& image_;
  Rounding rounding_;
  bool takes_alpha_;
  std::span<const std::uint8_t> icc_, xmp_;
  std::vector<std::uint8_t> exif_;
  RowMap map_;
  std::vector<float> colours_;
};

}  // namespace impasto::inline v0_1
