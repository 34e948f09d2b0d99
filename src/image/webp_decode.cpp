#include "image/features.h"
#include "image/webp.h"

#ifdef IMPASTO_HAS_WEBP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/limits.h"
#include "image/picture_builder.h"
#include "image/webp_handles.h"

namespace impasto::IMPASTO_ABI {
namespace {

[[noreturn]] void fail_undecodable(const std::string& name) {
  fail(ErrorCode::input, name, " is a WebP that cannot be decoded; copy it again or save it from another program");
}

// The content of a chunk; empty when it is absent or too large to make sense.
std::vector<std::uint8_t> chunk(WebPDemuxer* demuxer, const char* four_letters) {
  WebPChunkIterator found{};
  std::vector<std::uint8_t> bytes;
  if (WebPDemuxGetChunk(demuxer, four_letters, 1, &found) && found.chunk.size <= kMaxProfileBytes) {
    bytes.assign(found.chunk.bytes, found.chunk.bytes + found.chunk.size);
  }
  WebPDemuxReleaseChunkIterator(&found);
  return bytes;
}

Metadata metadata_of(WebPDemuxer* demuxer) {
  Metadata metadata;
  metadata.icc = chunk(demuxer, "ICCP");
  metadata.exif = chunk(demuxer, "EXIF");
  metadata.xmp = chunk(demuxer, "XMP ");
  return metadata;
}

// Rows of RGBA, 8 bits, straight alpha.
void add_rows(PictureBuilder& builder, const std::uint8_t* rgba, int width, int height) {
  const auto count = static_cast<std::size_t>(width);
  std::vector<float> values(3 * count), alpha(count);
  for (int y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < count; ++x, rgba += 4) {
      for (std::size_t c = 0; c < 3; ++c) values[3 * x + c] = static_cast<float>(rgba[c]) / 255.0f;
      alpha[x] = static_cast<float>(rgba[3]) / 255.0f;
    }
    builder.add(y, values.data(), alpha.data());
  }
}

struct FreeWebp {
  void operator()(std::uint8_t* bytes) const { WebPFree(bytes); }
};

}  // namespace

Image decode_webp(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  WebPBitstreamFeatures features{};
  const VP8StatusCode status = WebPGetFeatures(bytes.data(), bytes.size(), &features);
  const WebPData data = {bytes.data(), bytes.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  const WebpDemuxHandle demuxer(WebPDemuxPartial(&data, &state));
  require(
      status != VP8_STATUS_NOT_ENOUGH_DATA && state != WEBP_DEMUX_PARSING_HEADER && state != WEBP_DEMUX_PARSED_HEADER,
      ErrorCode::input, name, " is a WebP that ends before its picture is complete; copy or download it again");
  if (status != VP8_STATUS_OK || !demuxer || state != WEBP_DEMUX_DONE) fail_undecodable(name);
  const auto width = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH));
  const auto height = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  constexpr double kHeld = 4;  // bytes a pixel, RGBA
  check_promise({WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH),
                 WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT), bytes.size(), kHeld},
                name);
  Raster raster{width, height, Device::rgb, features.has_alpha != 0 || features.has_animation != 0};
  Metadata metadata = metadata_of(demuxer.get());
  if (metadata.icc.empty() && (WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & ICCP_FLAG) != 0) {
    raster.profile_problem = "it is missing, empty or larger than 16 MiB";
  }

  // Decoded before memory is taken for the floats: what is damaged has cost a quarter of it.
  if (features.has_animation) {
    const WebpFramesHandle frames(WebPAnimDecoderNew(&data, nullptr));
    std::uint8_t* canvas = nullptr;
    int time = 0;
    if (!frames || !WebPAnimDecoderGetNext(frames.get(), &canvas, &time)) fail_undecodable(name);
    PictureBuilder builder(std::move(raster), std::move(metadata), options);
    add_rows(builder, canvas, width, height);
    return builder.finish();
  }
  int decoded_width = 0, decoded_height = 0;
  const std::unique_ptr<std::uint8_t, FreeWebp> pixels(
      WebPDecodeRGBA(bytes.data(), bytes.size(), &decoded_width, &decoded_height));
  if (!pixels || decoded_width != width || decoded_height != height) fail_undecodable(name);
  PictureBuilder builder(std::move(raster), std::move(metadata), options);
  add_rows(builder, pixels.get(), width, height);
  return builder.finish();
}

std::string webp_library() {
  const int version = WebPGetDecoderVersion();
  return text("libwebp ", version >> 16, '.', version >> 8 & 0xFF, '.', version & 0xFF);
}

}  // namespace impasto::IMPASTO_ABI

#endif
