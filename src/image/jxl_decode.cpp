#include "image/features.h"
#include "image/jxl.h"

#ifdef IMPASTO_HAS_JXL

#include <jxl/decode.h>
#include <jxl/encode.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/colour_numbers.h"
#include "image/exif.h"
#include "image/limits.h"
#include "image/picture_builder.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct DestroyDecoder {
  void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};

// What the file says before its pixels.
struct Header {
  JxlBasicInfo info{};
  JxlPixelFormat format{};  // of the pixels asked for: floats
  std::vector<std::uint8_t> icc;
  bool icc_too_large = false;
  ColourWords words;
  bool is_srgb = false;  // pixels are sRGB, whatever the profile is that they were made from
};

class JxlReader {
 public:
  JxlReader(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options)
      : bytes_(bytes), name_(name), options_(options), decoder_(JxlDecoderCreate(nullptr)) {
    require(decoder_ != nullptr, ErrorCode::io, "no memory is left to decode ", name, "; close other programs");
  }

  /// All but the pixels. What lies beside them may stand behind them.
  void read_facts() { read(JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_BOX); }

  /// The pixels, once the facts are known.
  void read_pixels(PictureBuilder& builder) {
    builder_ = &builder;
    read(JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE);
    require(has_pixels_, ErrorCode::input, name_, " is a JPEG XL without a picture; copy or download it again");
    require(finite_, ErrorCode::input, name_, " has values that are not finite numbers; save it anew");
  }

  Header header;
  std::vector<std::uint8_t> exif, xmp;

 private:
  void read(int events) {
    JxlDecoder* decoder = decoder_.get();
    JxlDecoderReset(decoder);
    check(JxlDecoderSubscribeEvents(decoder, events));
    check(JxlDecoderSetDecompressBoxes(decoder, JXL_TRUE));
    check(JxlDecoderSetUnpremultiplyAlpha(decoder, JXL_TRUE));
    check(JxlDecoderSetKeepOrientation(decoder, JXL_TRUE));
    check(JxlDecoderSetInput(decoder, bytes_.data(), bytes_.size()));
    JxlDecoderCloseInput(decoder);
    for (;;) {
      const JxlDecoderStatus status = JxlDecoderProcessInput(decoder);
      if (failure_) std::rethrow_exception(failure_);
      if (status == JXL_DEC_BOX_NEED_MORE_OUTPUT) {
        grow_box();
        continue;
      }
      finish_box();
      if (status == JXL_DEC_SUCCESS) break;
      take(status);
    }
  }

  void check(JxlDecoderStatus status) const {
    require(status == JXL_DEC_SUCCESS, ErrorCode::input, name_,
            " is a JPEG XL that cannot be decoded; copy it again or save it from another program");
  }

  void take(JxlDecoderStatus status) {
    switch (status) {
      case JXL_DEC_BASIC_INFO:
        read_info();
        break;
      case JXL_DEC_COLOR_ENCODING:
        read_colours();
        break;
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
        check(JxlDecoderSetImageOutCallback(decoder_.get(), &header.format, on_pixels, this));
        break;
      case JXL_DEC_BOX:
        begin_box();
        break;
      case JXL_DEC_FULL_IMAGE:
        has_pixels_ = true;
        break;
      case JXL_DEC_NEED_MORE_INPUT:
        fail(ErrorCode::input, name_,
             " is a JPEG XL that ends before its picture is complete; copy or download it again");
      default:
        check(JXL_DEC_ERROR);
    }
  }

  void read_info() {
    JxlBasicInfo& info = header.info;
    check(JxlDecoderGetBasicInfo(decoder_.get(), &info));
    check_promise({info.xsize, info.ysize, bytes_.size(), kHeld}, name_);
    require(!info.have_animation, ErrorCode::input, name_,
            " is an animated JPEG XL, which cannot be painted; save one of its frames alone");
    for (std::uint32_t i = 0; i < info.num_extra_channels; ++i) {
      JxlExtraChannelInfo extra{};
      check(JxlDecoderGetExtraChannelInfo(decoder_.get(), i, &extra));
      require(extra.type != JXL_CHANNEL_BLACK, ErrorCode::input, name_,
              " is a JPEG XL of CMYK, which cannot be read; save it as RGB");
    }
    const std::uint32_t channels = info.num_color_channels + (info.alpha_bits > 0 ? 1u : 0u);
    header.format = {channels, JXL_TYPE_FLOAT, JXL_NATIVE_ENDIAN, 0};
  }

  // Of the pixels that come, not of what they were made from: those of a lossy file may be of other colours.
  void read_colours() {
    JxlDecoder* decoder = decoder_.get();
    JxlColorEncoding original{};
    const bool has_words =
        JxlDecoderGetColorAsEncodedProfile(decoder, &header.format, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &original) ==
        JXL_DEC_SUCCESS;
    if (has_words && options_.apply_profile) {
      const bool hdr = original.transfer_function == JXL_TRANSFER_FUNCTION_PQ ||
                       original.transfer_function == JXL_TRANSFER_FUNCTION_HLG;
      if (hdr) words_of_numbers({1, static_cast<int>(original.transfer_function)}, kPlace, name_);
    }
    // The pixels of a lossy file are of no colours until some are asked for: those it was made from, or sRGB.
    if (!header.info.uses_original_profile) {
      JxlColorEncoding srgb{};
      JxlColorEncodingSetToSRGB(&srgb, header.info.num_color_channels == 1 ? JXL_TRUE : JXL_FALSE);
      JxlDecoderSetPreferredColorProfile(decoder, has_words ? &original : &srgb);
    }
    // Those made from a profile come as sRGB, and go back to it when they are written.
    header.is_srgb = !header.info.uses_original_profile && !has_words;
    if (header.is_srgb) return read_profile(JXL_COLOR_PROFILE_TARGET_ORIGINAL);
    JxlColorEncoding given{};
    const bool is_given = JxlDecoderGetColorAsEncodedProfile(decoder, &header.format, JXL_COLOR_PROFILE_TARGET_DATA,
                                                             &given) == JXL_DEC_SUCCESS;
    if (is_given && given.transfer_function == JXL_TRANSFER_FUNCTION_SRGB &&
        (given.color_space == JXL_COLOR_SPACE_GRAY || given.primaries == JXL_PRIMARIES_SRGB) &&
        given.white_point == JXL_WHITE_POINT_D65) {
      header.words.source = "sRGB";
      return;
    }
    read_profile(JXL_COLOR_PROFILE_TARGET_DATA);
  }

  void read_profile(JxlColorProfileTarget target) {
    JxlDecoder* decoder = decoder_.get();
    std::size_t size = 0;
    if (JxlDecoderGetICCProfileSize(decoder, &header.format, target, &size) != JXL_DEC_SUCCESS || size == 0) return;
    header.icc_too_large = size > kMaxProfileBytes;
    if (header.icc_too_large) return;
    header.icc.resize(size);
    if (JxlDecoderGetColorAsICCProfile(decoder, &header.format, target, header.icc.data(), size) != JXL_DEC_SUCCESS) {
      header.icc.clear();
    }
  }

  // libjxl is C, through which nothing is thrown.
  static void on_pixels(void* reader, std::size_t x, std::size_t y, std::size_t count, const void* pixels) {
    auto* self = static_cast<JxlReader*>(reader);
    if (self->failure_) return;
    try {
      const Run run{static_cast<int>(y), static_cast<int>(x), static_cast<int>(count), 1};
      self->add(run, static_cast<const float*>(pixels));
    } catch (...) {
      self->failure_ = std::current_exception();
    }
  }

  void add(const Run& run, const float* from) {
    const std::size_t colours = header.info.num_color_channels, step = header.format.num_channels;
    const auto count = static_cast<std::size_t>(run.count);
    finite_ = finite_ && std::all_of(from, from + step * count, [](float value) { return std::isfinite(value); });
    if (!finite_) return;
    values_.resize(colours * count);
    alpha_.resize(step > colours ? count : 0);
    for (std::size_t i = 0; i < count; ++i, from += step) {
      std::copy_n(from, colours, values_.data() + colours * i);
      if (!alpha_.empty()) alpha_[i] = std::clamp(from[colours], 0.0f, 1.0f);
    }
    builder_->add(run, values_.data(), alpha_.empty() ? nullptr : alpha_.data());
  }

  void begin_box() {
    JxlBoxType type{};
    if (JxlDecoderGetBoxType(decoder_.get(), type, JXL_TRUE) != JXL_DEC_SUCCESS) return;
    const std::string_view letters(type, sizeof type);
    if (letters == "Exif" && exif.empty()) box_ = &exif;
    if (letters == "xml " && xmp.empty()) box_ = &xmp;
    if (!box_) return;
    box_->resize(kStep);
    check(JxlDecoderSetBoxBuffer(decoder_.get(), box_->data(), box_->size()));
  }

  void grow_box() {
    if (!box_) check(JXL_DEC_ERROR);
    const std::size_t left = JxlDecoderReleaseBoxBuffer(decoder_.get());
    if (box_->size() > kMaxProfileBytes) {  // passed over
      box_->clear();
      box_ = nullptr;
      return;
    }
    const std::size_t filled = box_->size() - left;
    box_->resize(2 * box_->size());
    check(JxlDecoderSetBoxBuffer(decoder_.get(), box_->data() + filled, box_->size() - filled));
  }

  void finish_box() {
    if (!box_) return;
    box_->resize(box_->size() - JxlDecoderReleaseBoxBuffer(decoder_.get()));
    box_ = nullptr;
  }

  static constexpr ColourPlace kPlace = {"its header", "part", "a JPEG XL"};
  static constexpr std::size_t kStep = 4096;
  static constexpr double kHeld = 16;  // bytes a pixel of libjxl's own floats

  const std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  const DecodeOptions& options_;
  std::unique_ptr<JxlDecoder, DestroyDecoder> decoder_;
  std::vector<std::uint8_t>* box_ = nullptr;
  PictureBuilder* builder_ = nullptr;
  std::vector<float> values_, alpha_;  // of a run
  std::exception_ptr failure_;
  bool has_pixels_ = false, finite_ = true;
};

}  // namespace

Image decode_jxl(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  JxlReader reader(bytes, name, options);
  reader.read_facts();
  const JxlBasicInfo& info = reader.header.info;
  Raster raster;
  raster.width = static_cast<int>(info.xsize);
  raster.height = static_cast<int>(info.ysize);
  raster.device = info.num_color_channels == 1 ? Device::grey : Device::rgb;
  raster.has_alpha = info.alpha_bits > 0;
  raster.orientation = static_cast<int>(info.orientation);  // EXIF's does not count (ISO/IEC 18181-2, 9.2)
  raster.words = reader.header.words;
  raster.is_srgb = reader.header.is_srgb;
  raster.by_rows = false;
  if (reader.header.icc_too_large) raster.profile_problem = "it is larger than 16 MiB";
  Metadata metadata;
  metadata.icc = std::move(reader.header.icc);
  metadata.exif = exif_of_item(reader.exif);
  metadata.xmp = std::move(reader.xmp);
  metadata.bits = static_cast<int>(info.bits_per_sample);
  PictureBuilder builder(std::move(raster), std::move(metadata), options);
  reader.read_pixels(builder);
  return builder.finish();
}

std::string jxl_library() {
  const std::uint32_t version = JxlDecoderVersion();
  return text("libjxl ", version / 1000000, '.', version / 1000 % 1000, '.', version % 1000);
}

}  // namespace impasto::IMPASTO_ABI

#endif
