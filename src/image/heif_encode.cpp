#include "image/features.h"
#include "image/heif.h"

#ifdef IMPASTO_HAS_HEIF

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "image/heif_handles.h"
#include "image/picture_rows.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct Codec {
  heif_compression_format format;
  const char* name;     // of the files
  const char* coding;   // of the pixels
  const char* encoder;  // what Debian calls the plug-in
  int most_side;
  std::string (*size_problem)(int width, int height);
};

constexpr Codec kHeic = {heif_compression_HEVC, "HEIC", "HEVC", "libheif-plugin-x265", kMaxHeicSide, heic_size_problem};
constexpr Codec kAvif = {heif_compression_AV1, "AVIF", "AV1", "libheif-plugin-aomenc", kMaxAvifSide, nullptr};

void check(const Codec& codec, const heif_error& error) {
  require(error.code == heif_error_Ok, ErrorCode::io, "the picture could not be encoded as ", codec.name, " (",
          error.message ? error.message : "unknown", "); save it as PNG or smaller");
}

std::string encoder_lacking(const Codec& codec) {
  const HeifContext context = heif_new_context();
  if (heif_have_encoder_for_format(codec.format)) return {};
  return text("libheif has no encoder of ", codec.coding, " here; install its plug-in (Debian: ", codec.encoder,
              "), or choose a name that ends in .png");
}

HeifImage image_of(const Codec& codec, const Image& image, PictureRows& rows, int bits) {
  const bool alpha = rows.channels() == 4;
  const heif_chroma chroma = bits == 8
                                 ? (alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB)
                                 : (alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE);
  heif_image* made = nullptr;
  const heif_error error = heif_image_create(image.width(), image.height(), heif_colorspace_RGB, chroma, &made);
  HeifImage result(made);
  check(codec, error);
  check(codec, heif_image_add_plane(made, heif_channel_interleaved, image.width(), image.height(), bits));
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(made, heif_channel_interleaved, &stride);
  std::vector<std::uint16_t> words(bits == 8 ? 0 : rows.row_samples());
  for (int y = 0; y < image.height(); ++y) {
    std::uint8_t* to = plane + static_cast<std::ptrdiff_t>(stride) * y;
    if (bits == 8) {
      rows.row(y, to);
      continue;
    }
    rows.row(y, words.data(), bits);
    for (const std::uint16_t word : words) {
      *to++ = static_cast<std::uint8_t>(word);
      *to++ = static_cast<std::uint8_t>(word >> 8);
    }
  }
  if (!rows.icc().empty()) {
    check(codec, heif_image_set_raw_color_profile(made, "prof", rows.icc().data(), rows.icc().size()));
  }
  return result;
}

HeifEncoder encoder_of(const Codec& codec, heif_context* context, const EncodeOptions& options) {
  heif_encoder* made = nullptr;
  const heif_error error = heif_context_get_encoder_for_format(context, codec.format, &made);
  HeifEncoder encoder(made);
  check(codec, error);
  const bool lossless = options.webp_quality == 100;
  check(codec, heif_encoder_set_lossless(made, lossless ? 1 : 0));
  if (!lossless) check(codec, heif_encoder_set_lossy_quality(made, options.webp_quality));
  const bool halves = options.jpeg_subsampling && !lossless;
  check(codec, heif_encoder_set_parameter_string(made, "chroma", halves ? "420" : "444"));
  return encoder;
}

// How the decoder gets RGB back, and of which colours: sRGB's numbers, or none where a profile tells.
HeifNclx numbers_of(bool lossless, bool has_profile) {
  HeifNclx nclx(heif_nclx_color_profile_alloc());
  require(nclx != nullptr, ErrorCode::io, "no memory is left for libheif; close other programs");
  nclx->color_primaries = has_profile ? heif_color_primaries_unspecified : heif_color_primaries_ITU_R_BT_709_5;
  nclx->transfer_characteristics =
      has_profile ? heif_transfer_characteristic_unspecified : heif_transfer_characteristic_IEC_61966_2_1;
  nclx->matrix_coefficients = lossless ? heif_matrix_coefficients_RGB_GBR : heif_matrix_coefficients_ITU_R_BT_601_6;
  nclx->full_range_flag = 1;
  return nclx;
}

heif_error append(heif_context*, const void* data, std::size_t size, void* sink) {
  try {
    auto* bytes = static_cast<std::vector<std::uint8_t>*>(sink);
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes->insert(bytes->end(), from, from + size);
  } catch (...) {
    return {heif_error_Memory_allocation_error, heif_suberror_Unspecified, "no memory is left"};
  }
  return {heif_error_Ok, heif_suberror_Unspecified, "good"};
}

std::vector<std::uint8_t> encode(const Codec& codec, const Image& image, const EncodeOptions& options,
                                 std::vector<std::string>* warnings) {
  require(image.width() <= codec.most_side && image.height() <= codec.most_side, ErrorCode::input, "a picture of ",
          image.width(), " x ", image.height(), " pixels is too large for ", codec.name, ", which ends at ",
          codec.most_side, " a side; save it as PNG");
  const std::string problem = codec.size_problem ? codec.size_problem(image.width(), image.height()) : std::string();
  require(problem.empty(), ErrorCode::input, "a picture of ", image.width(), " x ", image.height(),
          " pixels cannot be written as ", codec.name, ": ", problem);
  PictureRows rows(image, options, true, warnings);
  const HeifContext context = heif_new_context();
  const HeifImage pixels = image_of(codec, image, rows, options.bits);
  const HeifEncoder encoder = encoder_of(codec, context.get(), options);
  // Of the picture, for libheif 1.15 does not heed those of its options.
  check(codec, heif_image_set_nclx_color_profile(pixels.get(),
                                                 numbers_of(options.webp_quality == 100, !rows.icc().empty()).get()));
  const HeifEncoding how(heif_encoding_options_alloc());
  require(how != nullptr, ErrorCode::io, "no memory is left for libheif; close other programs");
  how->save_two_colr_boxes_when_ICC_and_nclx_available = 1;
  heif_image_handle* made = nullptr;
  const heif_error error = heif_context_encode_image(context.get(), pixels.get(), encoder.get(), how.get(), &made);
  const HeifHandle handle(made);
  check(codec, error);
  // The painting is not lost for them: libheif looks into EXIF.
  const auto add = [&](const char* what, auto* add_part, const std::vector<std::uint8_t>& part) {
    if (part.empty() || add_part(context.get(), made, part.data(), static_cast<int>(part.size())).code == heif_error_Ok)
      return;
    if (warnings) warnings->push_back(text("the content's ", what, " was not written, because libheif refuses it"));
  };
  add("EXIF", heif_context_add_exif_metadata, rows.exif());
  add("XMP", heif_context_add_XMP_metadata, rows.xmp());
  std::vector<std::uint8_t> bytes;
  reserve_room(bytes, rows.bytes(options.bits));
  heif_writer writer{1, append};
  check(codec, heif_context_write(context.get(), &writer, &bytes));
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> encode_heic(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings) {
  return encode(kHeic, image, options, warnings);
}

std::vector<std::uint8_t> encode_avif(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings) {
  return encode(kAvif, image, options, warnings);
}

// libheif gives x265 blocks of 16 for what is below 32 on a side, and x265 takes those up to level 4.1 of HEVC only,
// which ends at sqrt(8 * 2,228,224) a side (H.265, A.4.1), in whole units of 8: seen with x265 3.5.
std::string heic_size_problem(int width, int height) {
  constexpr int kNarrow = 32, kLongest = 4216;
  if (std::min(width, height) >= kNarrow || std::max(width, height) <= kLongest) return {};
  return text("of those below ", kNarrow, " on one side HEIC's encoder takes at most ", kLongest,
              " on the other; save it as PNG");
}

std::string heic_encoder_lacking() { return encoder_lacking(kHeic); }
std::string avif_encoder_lacking() { return encoder_lacking(kAvif); }

}  // namespace impasto::IMPASTO_ABI

#endif
