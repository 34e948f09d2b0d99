#include "image/features.h"
#include "image/jxl.h"

#ifdef IMPASTO_HAS_JXL

#include <jxl/encode.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "image/icc.h"
#include "image/picture_rows.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct DestroyEncoder {
  void operator()(JxlEncoder* encoder) const { JxlEncoderDestroy(encoder); }
};
using Encoder = std::unique_ptr<JxlEncoder, DestroyEncoder>;

void check(JxlEncoder* encoder, bool good) {
  if (good) return;
  const int error = static_cast<int>(JxlEncoderGetError(encoder));
  require(error != JXL_ENC_ERR_OOM, ErrorCode::io,
          "no memory is left to encode a picture as JPEG XL; close other programs or save it smaller");
  fail(ErrorCode::io, "the picture could not be encoded as JPEG XL (error ", error, "); save it as PNG or smaller");
}

void set_header(JxlEncoder* encoder, const Image& image, const PictureRows& rows, const EncodeOptions& options) {
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = static_cast<std::uint32_t>(image.width());
  info.ysize = static_cast<std::uint32_t>(image.height());
  info.bits_per_sample = static_cast<std::uint32_t>(options.bits);
  info.num_color_channels = 3;
  info.uses_original_profile = options.webp_quality == 100 ? JXL_TRUE : JXL_FALSE;
  if (rows.channels() == 4) {
    info.num_extra_channels = 1;
    info.alpha_bits = info.bits_per_sample;
  }
  check(encoder, JxlEncoderSetBasicInfo(encoder, &info) == JXL_ENC_SUCCESS);
  if (JxlEncoderGetRequiredCodestreamLevel(encoder) == 10) {
    check(encoder, JxlEncoderSetCodestreamLevel(encoder, 10) == JXL_ENC_SUCCESS);
  }
}

// Why the profile must not be handed to libjxl, the end of a sentence, or nothing. Version 0.7 ends the process where a
// lossy file's colours cannot be converted from it.
std::string profile_problem(const PictureRows& rows) {
  if (rows.icc().empty() || is_sound_rgb_profile(rows.icc())) return {};
  return kHasIcc ? "it is damaged" : "this build lacks LittleCMS, which would say whether it is sound";
}

// False when libjxl refuses the profile.
bool set_colours(JxlEncoder* encoder, const PictureRows& rows) {
  if (!rows.icc().empty()) {
    return JxlEncoderSetICCProfile(encoder, rows.icc().data(), rows.icc().size()) == JXL_ENC_SUCCESS;
  }
  JxlColorEncoding srgb;
  JxlColorEncodingSetToSRGB(&srgb, JXL_FALSE);
  check(encoder, JxlEncoderSetColorEncoding(encoder, &srgb) == JXL_ENC_SUCCESS);
  return true;
}

void add_boxes(JxlEncoder* encoder, const PictureRows& rows) {
  if (rows.exif().empty() && rows.xmp().empty()) return;
  const auto add = [&](const char* type, const std::vector<std::uint8_t>& content) {
    check(encoder, JxlEncoderAddBox(encoder, type, content.data(), content.size(), JXL_FALSE) == JXL_ENC_SUCCESS);
  };
  check(encoder, JxlEncoderUseBoxes(encoder) == JXL_ENC_SUCCESS);
  if (!rows.exif().empty()) {
    std::vector<std::uint8_t> exif(4);  // where behind these bytes the block begins
    exif.insert(exif.end(), rows.exif().begin(), rows.exif().end());
    add("Exif", exif);
  }
  if (!rows.xmp().empty()) add("xml ", rows.xmp());
}

// libjxl's measure of loss, 1: none that is seen, of a quality as its own program takes it.
float distance_of(int quality) {
  const auto q = static_cast<float>(quality);
  return q >= 30 ? 0.1f + (100 - q) * 0.09f : 53.0f / 3000 * q * q - 23.0f / 20 * q + 25;
}

template <class Sample>
void add_pixels(JxlEncoder* encoder, const Image& image, PictureRows& rows, const EncodeOptions& options) {
  std::vector<Sample> samples(rows.row_samples() * static_cast<std::size_t>(image.height()));
  for (int y = 0; y < image.height(); ++y) {
    rows.row(y, samples.data() + rows.row_samples() * static_cast<std::size_t>(y));
  }
  JxlEncoderFrameSettings* frame = JxlEncoderFrameSettingsCreate(encoder, nullptr);
  check(encoder, frame != nullptr);
  const bool lossless = options.webp_quality == 100;
  check(encoder, (lossless ? JxlEncoderSetFrameLossless(frame, JXL_TRUE)
                           : JxlEncoderSetFrameDistance(frame, distance_of(options.webp_quality))) == JXL_ENC_SUCCESS);
  const JxlPixelFormat format = {static_cast<std::uint32_t>(rows.channels()),
                                 sizeof(Sample) == 1 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16, JXL_NATIVE_ENDIAN, 0};
  check(encoder,
        JxlEncoderAddImageFrame(frame, &format, samples.data(), samples.size() * sizeof(Sample)) == JXL_ENC_SUCCESS);
}

std::vector<std::uint8_t> output_of(JxlEncoder* encoder) {
  std::vector<std::uint8_t> bytes(1 << 16);
  std::size_t filled = 0;
  for (;;) {
    std::uint8_t* next = bytes.data() + filled;
    std::size_t left = bytes.size() - filled;
    const JxlEncoderStatus status = JxlEncoderProcessOutput(encoder, &next, &left);
    filled = bytes.size() - left;
    if (status == JXL_ENC_SUCCESS) break;
    check(encoder, status == JXL_ENC_NEED_MORE_OUTPUT);
    bytes.resize(2 * bytes.size());
  }
  bytes.resize(filled);
  return bytes;
}

// The painting is not lost for a profile.
std::vector<std::uint8_t> encode_without_profile(const Image& image, EncodeOptions options, const std::string& why,
                                                 std::vector<std::string>* warnings) {
  options.colour = FileColour::srgb;
  std::vector<std::uint8_t> bytes = encode_jxl(image, options);
  if (warnings) warnings->push_back(profile_left_out(image, why));
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> encode_jxl(const Image& image, const EncodeOptions& options,
                                     std::vector<std::string>* warnings) {
  PictureRows rows(image, options, true, warnings);
  const std::string problem = profile_problem(rows);
  if (!problem.empty()) return encode_without_profile(image, options, problem, warnings);
  const Encoder encoder(JxlEncoderCreate(nullptr));
  require(encoder != nullptr, ErrorCode::io, "no memory is left for libjxl; close other programs");
  set_header(encoder.get(), image, rows, options);
  if (!set_colours(encoder.get(), rows)) {
    return encode_without_profile(image, options, "libjxl refuses it", warnings);
  }
  add_boxes(encoder.get(), rows);
  if (options.bits == 8) {
    add_pixels<std::uint8_t>(encoder.get(), image, rows, options);
  } else {
    add_pixels<std::uint16_t>(encoder.get(), image, rows, options);
  }
  JxlEncoderCloseInput(encoder.get());
  return output_of(encoder.get());
}

}  // namespace impasto::IMPASTO_ABI

#endif
