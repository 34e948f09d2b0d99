#include "image/features.h"
#include "image/heif.h"

#ifdef IMPASTO_HAS_HEIF

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/blend.h"
#include "image/colour_numbers.h"
#include "image/exif.h"
#include "image/heif_handles.h"
#include "image/limits.h"
#include "image/picture_builder.h"

namespace impasto::IMPASTO_ABI {
namespace {

// What messages call the file, and its kind with an article.
struct Called {
  const std::string& name;
  bool is_avif;
  const char* kind() const { return is_avif ? "an AVIF" : "a HEIC"; }
};

[[noreturn]] void fail_undecodable(const Called& called, const heif_error& error) {
  // libheif says the same of sizes that it does not believe.
  const bool is_short = error.code == heif_error_Memory_allocation_error;
  require(!is_short || error.subcode == heif_suberror_Security_limit_exceeded, ErrorCode::io,
          "no memory is left to decode ", called.name, "; close other programs");
  require(error.subcode != heif_suberror_End_of_data, ErrorCode::input, called.name, " is ", called.kind(),
          " that ends before its picture is complete; copy or download it again");
  const heif_compression_format codec = called.is_avif ? heif_compression_AV1 : heif_compression_HEVC;
  require(heif_have_decoder_for_format(codec) != 0, ErrorCode::input, called.name, " is ", called.kind(),
          " that cannot be decoded, because libheif has no decoder of ", called.is_avif ? "AV1" : "HEVC",
          " here; install its plug-in (Debian: ", called.is_avif ? "libheif-plugin-dav1d" : "libheif-plugin-libde265",
          ")");
  fail(ErrorCode::input, called.name, " is ", called.kind(), " that cannot be decoded (",
       error.message ? error.message : "unknown", "); copy it again or save it from another program");
}

void check(const Called& called, const heif_error& error) {
  if (error.code != heif_error_Ok) fail_undecodable(called, error);
}

void add_items(const heif_image_handle* handle, Metadata& metadata) {
  const int count = heif_image_handle_get_number_of_metadata_blocks(handle, nullptr);
  std::vector<heif_item_id> items(static_cast<std::size_t>(std::max(count, 0)));
  heif_image_handle_get_list_of_metadata_block_IDs(handle, nullptr, items.data(), count);
  for (const heif_item_id item : items) {
    const std::string_view type = heif_image_handle_get_metadata_type(handle, item);
    const bool is_exif = type == "Exif" && metadata.exif.empty();
    const bool is_xmp =
        !is_exif && metadata.xmp.empty() && type == "mime" &&
        heif_image_handle_get_metadata_content_type(handle, item) == std::string_view("application/rdf+xml");
    const std::size_t size = is_exif || is_xmp ? heif_image_handle_get_metadata_size(handle, item) : 0;
    if (size == 0 || size > kMaxProfileBytes) continue;
    std::vector<std::uint8_t> content(size);
    if (heif_image_handle_get_metadata(handle, item, content.data()).code != heif_error_Ok) continue;
    if (is_exif) metadata.exif = exif_of_item(content);
    if (is_xmp) metadata.xmp = std::move(content);
  }
}

ColourWords words_of(const heif_color_profile_nclx* nclx, const Called& called) {
  constexpr int kUnspecified = 2;
  if (!nclx) return {};
  ColourNumbers numbers;  // range and matrix are libheif's work: what it gives is RGB
  const int primaries = nclx->color_primaries, transfer = nclx->transfer_characteristics;
  if (primaries == kUnspecified && transfer == kUnspecified) return {};
  if (primaries != kUnspecified) numbers.primaries = primaries;
  if (transfer != kUnspecified) numbers.transfer = transfer;
  return words_of_numbers(numbers, {"nclx", "box", called.kind()}, called.name);
}

// Of a decoded picture, or what the file says of one that is not decoded yet.
HeifNclx nclx_of(const heif_image_handle* handle, const heif_image* image) {
  heif_color_profile_nclx* found = nullptr;
  const heif_error error = image ? heif_image_get_nclx_color_profile(image, &found)
                                 : heif_image_handle_get_nclx_color_profile(handle, &found);
  HeifNclx nclx(found);
  if (error.code != heif_error_Ok) nclx.reset();
  return nclx;
}

bool is_grey_profile(std::span<const std::uint8_t> icc) {
  return icc.size() >= 20 && std::equal(icc.begin() + 16, icc.begin() + 20, "GRAY");
}

// The planes of a picture in libheif's memory: RGB or RGBA in one, or grey and alpha each alone.
class Planes {
 public:
  Planes(HeifImage image, bool has_alpha) : image_(std::move(image)), has_alpha_(has_alpha) {
    const heif_image* from = image_.get();
    grey_ = heif_image_get_colorspace(from) == heif_colorspace_monochrome;
    channel_ = grey_ ? heif_channel_Y : heif_channel_interleaved;
    colours_ = plane(channel_);
    if (grey_) alpha_ = has_alpha_ ? plane(heif_channel_Alpha) : Plane{};
  }

  bool grey() const { return grey_; }
  int bits() const { return colours_.bits; }
  const heif_image* image() const { return image_.get(); }
  // Whether all is there that add() reads.
  bool fits(int width, int height) const {
    const heif_image* from = image_.get();
    return is_good(colours_) && (!grey_ || !has_alpha_ || is_good(alpha_)) &&
           heif_image_get_width(from, channel_) == width && heif_image_get_height(from, channel_) == height &&
           (!grey_ || !has_alpha_ ||
            (heif_image_get_width(from, heif_channel_Alpha) == width &&
             heif_image_get_height(from, heif_channel_Alpha) == height));
  }

  void add(PictureBuilder& builder, int y, std::size_t width, bool premultiplied) {
    const std::size_t colours = grey_ ? 1 : 3, step = grey_ ? 1 : has_alpha_ ? 4 : 3;
    values_.resize(colours * width);
    opacity_.resize(has_alpha_ ? width : 0);
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < colours; ++c) values_[colours * x + c] = sample(colours_, y, step * x + c);
      if (has_alpha_) opacity_[x] = grey_ ? sample(alpha_, y, x) : sample(colours_, y, step * x + 3);
    }
    if (has_alpha_ && premultiplied) divide_by_alpha(values_, opacity_, colours);
    builder.add(y, values_.data(), has_alpha_ ? opacity_.data() : nullptr);
  }

 private:
  struct Plane {
    const std::uint8_t* data = nullptr;
    int stride = 0, bits = 0;
  };

  Plane plane(heif_channel channel) const {
    Plane found;
    found.data = heif_image_get_plane_readonly(image_.get(), channel, &found.stride);
    found.bits = heif_image_get_bits_per_pixel_range(image_.get(), channel);
    return found;
  }

  static bool is_good(const Plane& plane) { return plane.data && plane.bits >= 1 && plane.bits <= 16; }

  // 0..1. Above 8 bits a sample has two bytes, the low one first or, in planes of their own, as this machine has them.
  float sample(const Plane& plane, int y, std::size_t at) const {
    const std::uint8_t* row = plane.data + static_cast<std::ptrdiff_t>(plane.stride) * y;
    const auto most = static_cast<float>((1 << plane.bits) - 1);
    if (plane.bits <= 8) return static_cast<float>(row[at]) / most;
    const int value = grey_ ? int{reinterpret_cast<const std::uint16_t*>(row)[at]} : row[2 * at] | row[2 * at + 1] << 8;
    return std::min(static_cast<float>(value) / most, 1.0f);
  }

  HeifImage image_;
  bool has_alpha_, grey_ = false;
  heif_channel channel_ = heif_channel_interleaved;
  Plane colours_, alpha_;
  std::vector<float> values_, opacity_;
};

// Of AV1. libheif's first choice, dav1d, writes what it dislikes about a file on the terminal; null where only that is.
const char* quiet_decoder() {
  const heif_decoder_descriptor* found[8] = {};
  const int count = heif_get_decoder_descriptors(heif_compression_AV1, found, 8);
  for (int i = 0; i < std::min(count, 8); ++i) {
    const char* id = heif_decoder_descriptor_get_id_name(found[i]);
    if (id && std::string_view(id) == "aom") return id;
  }
  return nullptr;
}

Planes decode_planes(const heif_image_handle* handle, bool has_alpha, bool wants_grey, const Called& called) {
  const bool deep = heif_image_handle_get_luma_bits_per_pixel(handle) > 8;
  const heif_chroma rgb = deep ? (has_alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
                               : (has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
  heif_image* found = nullptr;
  const HeifDecoding how(heif_decoding_options_alloc());
  require(how != nullptr, ErrorCode::io, "no memory is left for libheif; close other programs");
  if (called.is_avif) how->decoder_id = quiet_decoder();
  const auto decode = [&](heif_colorspace colours, heif_chroma chroma) {
    return heif_decode_image(handle, &found, colours, chroma, how.get());
  };
  heif_error error{heif_error_Unsupported_feature, heif_suberror_Unsupported_color_conversion, ""};
  if (wants_grey) error = decode(heif_colorspace_monochrome, heif_chroma_monochrome);
  if (error.code != heif_error_Ok) error = decode(heif_colorspace_RGB, rgb);
  // libheif 1.15 makes no RGB of grey above 8 bits.
  if (error.subcode == heif_suberror_Unsupported_color_conversion && !wants_grey) {
    error = decode(heif_colorspace_monochrome, heif_chroma_monochrome);
  }
  HeifImage image(found);
  check(called, error);
  return Planes(std::move(image), has_alpha);
}

// Bytes a pixel of libheif's pictures: of the codec, planes of up to full size, and of RGB and alpha made of them.
double held_bytes(const heif_image_handle* handle) {
  const bool deep = heif_image_handle_get_luma_bits_per_pixel(handle) > 8;
  const int samples = 2 * (3 + heif_image_handle_has_alpha_channel(handle));
  return samples * (deep ? 2 : 1);
}

void refuse_sequence(HeifKind kind, const Called& called) {
  const bool is_sequence = kind == HeifKind::heic_sequence || kind == HeifKind::avif_sequence;
  require(!is_sequence, ErrorCode::input, called.name, " is ", called.kind(),
          " of several pictures (an animation or a burst), which cannot be painted; save one of them alone");
}

Metadata metadata_of(const heif_image_handle* handle, std::string& profile_problem) {
  Metadata metadata;
  add_items(handle, metadata);
  const std::size_t size = heif_image_handle_get_raw_color_profile_size(handle);
  if (size > kMaxProfileBytes) profile_problem = "it is larger than 16 MiB";
  if (size == 0 || size > kMaxProfileBytes) return metadata;
  metadata.icc.resize(size);
  if (heif_image_handle_get_raw_color_profile(handle, metadata.icc.data()).code != heif_error_Ok) metadata.icc.clear();
  return metadata;
}

}  // namespace

Image decode_heif(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  const HeifKind kind = heif_kind(bytes);
  const Called called{name, kind == HeifKind::avif || kind == HeifKind::avif_sequence};
  refuse_sequence(kind, called);
  const HeifContext context = heif_new_context();
  heif_context_set_max_decoding_threads(context.get(), 0);  // none of libheif's own
  heif_context_set_maximum_image_size_limit(context.get(), kMaxImageSide);
  check(called, heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr));
  heif_image_handle* found = nullptr;
  const heif_error error = heif_context_get_primary_image_handle(context.get(), &found);
  const HeifHandle handle(found);
  check(called, error);

  const int width = heif_image_handle_get_width(handle.get()), height = heif_image_handle_get_height(handle.get());
  // Before it is turned and cut.
  const int whole_width = heif_image_handle_get_ispe_width(handle.get());
  const int whole_height = heif_image_handle_get_ispe_height(handle.get());
  const double held = held_bytes(handle.get());
  const auto check_size = [&](int w, int h) {
    check_promise(
        {static_cast<std::uint64_t>(std::max(w, 0)), static_cast<std::uint64_t>(std::max(h, 0)), bytes.size(), held},
        name);
  };
  check_size(whole_width, whole_height);
  check_size(width, height);
  // A grid may claim another size than its picture: libheif refuses sides from its limit on.
  heif_context_set_maximum_image_size_limit(context.get(), std::max(whole_width, whole_height) + 1);
  Raster raster{width, height, Device::rgb, heif_image_handle_has_alpha_channel(handle.get()) != 0};
  raster.orientation = 1;  // libheif turns the picture, and EXIF's orientation does not count (23008-12, 6.5.10)
  Metadata metadata = metadata_of(handle.get(), raster.profile_problem);
  HeifNclx nclx = nclx_of(handle.get(), nullptr);
  if (options.apply_profile) raster.words = words_of(nclx.get(), called);

  // Decoded before memory is taken for the floats: what is damaged has cost a quarter of it.
  Planes planes = decode_planes(handle.get(), raster.has_alpha, is_grey_profile(metadata.icc), called);
  require(planes.fits(width, height), ErrorCode::input, name, " is ", called.kind(),
          " whose picture is not of the size it promises; copy it again or save it from another program");
  if (planes.grey()) raster.device = Device::grey;
  metadata.bits = planes.bits();
  // Where the file says nothing, the codec's own data may.
  if (!nclx && options.apply_profile) raster.words = words_of(nclx_of(nullptr, planes.image()).get(), called);
  const bool premultiplied = heif_image_handle_is_premultiplied_alpha(handle.get()) != 0;
  PictureBuilder builder(std::move(raster), std::move(metadata), options);
  for (int y = 0; y < height; ++y) planes.add(builder, y, static_cast<std::size_t>(width), premultiplied);
  return builder.finish();
}

std::string heif_library() { return std::string("libheif ") + heif_get_version(); }

}  // namespace impasto::IMPASTO_ABI

#endif
