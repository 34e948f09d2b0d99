#include "image/features.h"

#ifdef IMPASTO_HAS_WEBP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/webp_handles.h"

namespace impasto::IMPASTO_ABI {
namespace {

// libwebp's sink; false ends the encoding.
int append(const std::uint8_t* from, std::size_t count, const WebPPicture* picture) {
  auto* bytes = static_cast<std::vector<std::uint8_t>*>(picture->custom_ptr);
  try {
    bytes->insert(bytes->end(), from, from + count);
  } catch (...) {
    return 0;
  }
  return 1;
}

std::vector<std::uint8_t> encode_pixels(const Image& image, PictureRows& rows, int quality) {
  WebPConfig config;
  require(WebPConfigInit(&config) != 0, ErrorCode::io, "libwebp is of another version than its headers; build anew");
  config.lossless = quality == 100 ? 1 : 0;
  config.exact = config.lossless;                                       // colours under transparent pixels stay
  config.quality = static_cast<float>(config.lossless ? 75 : quality);  // of lossless: the effort
  config.use_sharp_yuv = 1;
  WebpPicture picture(image, rows);
  std::vector<std::uint8_t> bytes;
  reserve_room(bytes, rows.bytes(8));
  picture.get().writer = append;
  picture.get().custom_ptr = &bytes;
  require(WebPEncode(&config, &picture.get()) != 0, ErrorCode::io, "the picture could not be encoded as WebP (error ",
          static_cast<int>(picture.get().error_code), "); save it as PNG or smaller");
  return bytes;
}

void set_chunk(WebPMux* mux, const char* four_letters, std::span<const std::uint8_t> content, bool& good) {
  if (content.empty()) return;
  const WebPData data = {content.data(), content.size()};
  good = good && WebPMuxSetChunk(mux, four_letters, &data, 0) == WEBP_MUX_OK;
}

}  // namespace

std::vector<std::uint8_t> encode_webp(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings) {
  PictureRows rows(image, options, true, warnings);
  std::vector<std::uint8_t> bytes = encode_pixels(image, rows, options.webp_quality);
  if (rows.icc().empty() && rows.exif().empty() && rows.xmp().empty()) return bytes;
  const WebPData data = {bytes.data(), bytes.size()};
  const WebpMuxHandle mux(WebPMuxNew());
  bool good = mux && WebPMuxSetImage(mux.get(), &data, 0) == WEBP_MUX_OK;
  set_chunk(mux.get(), "ICCP", rows.icc(), good);
  set_chunk(mux.get(), "EXIF", rows.exif(), good);
  set_chunk(mux.get(), "XMP ", rows.xmp(), good);
  WebpData whole;
  good = good && WebPMuxAssemble(mux.get(), &whole.data) == WEBP_MUX_OK;
  require(good, ErrorCode::io, "the metadata could not be written into a WebP; save it without or as PNG");
  return whole.bytes();
}

}  // namespace impasto::IMPASTO_ABI

#endif
