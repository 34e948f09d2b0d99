// From a picture to the rows of a file: its alpha, its colours and its samples as the file wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/icc.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

class PictureRows {
 public:
  /// `takes_alpha`: the file holds straight alpha; otherwise the picture is seen over white. The picture must outlive
  /// this.
  /// `warnings`, unless it is null, gets a sentence for original colours that cannot be had.
  PictureRows(const Image& image, const EncodeOptions& options, bool takes_alpha, std::vector<std::string>* warnings);

  /// 4 when the rows end each pixel with an alpha, else 3.
  std::size_t channels() const { return takes_alpha_ ? 4 : 3; }
  std::size_t row_samples() const { return channels() * static_cast<std::size_t>(image_.width()); }

  /// The profile the colours of the rows belong to; empty: sRGB, and nothing to embed.
  std::span<const std::uint8_t> icc() const { return icc_; }
  /// What goes beside the picture, made true of it; empty when there is none or none is wanted.
  const std::vector<std::uint8_t>& exif() const { return exif_; }
  const std::vector<std::uint8_t>& xmp() const { return xmp_; }
  std::span<const std::uint8_t> iptc() const { return kept().iptc; }
  const std::string& comment() const { return kept().comment; }
  Resolution resolution() const { return kept().resolution; }

  /// Of all rows, samples of `bits`.
  std::uint64_t bytes(int bits) const {
    return std::uint64_t{row_samples()} * static_cast<std::uint64_t>(image_.height()) * (bits > 8 ? 2 : 1);
  }

  /// Row `y`, row_samples() of them.
  void row(int y, std::uint8_t* to);
  /// Of 9 to 16 bits, rounded to the nearest.
  void row(int y, std::uint16_t* to, int bits = 16);

 private:
  const Metadata& kept() const;
  void prepare(int y);  // fills colours_
  void choose_colours(std::vector<std::string>* warnings);

  const Image& image_;
  Rounding rounding_;
  bool takes_alpha_, keeps_;
  std::span<const std::uint8_t> icc_;
  std::vector<std::uint8_t> exif_, xmp_;
  RowMap map_;
  std::vector<float> colours_;
};

/// Room for a file's bytes, so that they are not copied while they grow; its memory is taken up as they do. Where there
/// is none they grow all the same.
void reserve_room(std::vector<std::uint8_t>& file, std::uint64_t bytes);

/// A sentence: the file goes without the profile that its colours had, because of `why`.
std::string profile_left_out(const Image& image, const std::string& why);

}  // namespace impasto::IMPASTO_ABI
