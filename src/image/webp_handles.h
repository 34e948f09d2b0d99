// libwebp's structures, freed at the end of their scope.
#pragma once

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"
#include "image/picture_rows.h"
#include "image/webp.h"

namespace impasto::IMPASTO_ABI {

template <class T, void (*Delete)(T*)>
struct WebpDelete {
  void operator()(T* handle) const { Delete(handle); }
};

using WebpDemuxHandle = std::unique_ptr<WebPDemuxer, WebpDelete<WebPDemuxer, WebPDemuxDelete>>;
using WebpMuxHandle = std::unique_ptr<WebPMux, WebpDelete<WebPMux, WebPMuxDelete>>;
using WebpFramesHandle = std::unique_ptr<WebPAnimDecoder, WebpDelete<WebPAnimDecoder, WebPAnimDecoderDelete>>;
using WebpAnimationHandle = std::unique_ptr<WebPAnimEncoder, WebpDelete<WebPAnimEncoder, WebPAnimEncoderDelete>>;

/// Bytes that libwebp has allocated.
struct WebpData {
  WebPData data{};
  WebpData() { WebPDataInit(&data); }
  WebpData(const WebpData&) = delete;
  WebpData& operator=(const WebpData&) = delete;
  ~WebpData() { WebPDataClear(&data); }
  std::vector<std::uint8_t> bytes() const { return {data.bytes, data.bytes + data.size}; }
};

/// A picture in libwebp's memory, ready to be encoded.
class WebpPicture {
 public:
  /// Throws Error(input) for a picture above kMaxWebpSide, Error(io) when memory is short.
  explicit WebpPicture(const Image& image, PictureRows& rows) {
    require(image.width() <= kMaxWebpSide && image.height() <= kMaxWebpSide, ErrorCode::input, "a picture of ",
            image.width(), " x ", image.height(), " pixels is too large for WebP, which ends at ", kMaxWebpSide,
            " a side; save it as PNG");
    good_ = WebPPictureInit(&picture_) != 0;
    picture_.use_argb = 1;
    picture_.width = image.width();
    picture_.height = image.height();
    good_ = good_ && WebPPictureAlloc(&picture_) != 0;
    if (good_) fill(rows);
    if (!good_) WebPPictureFree(&picture_);  // no destructor runs after a throw
    require(good_, ErrorCode::io, "no memory is left to encode a picture of ", image.width(), " x ", image.height(),
            " pixels as WebP; close other programs or save it smaller");
  }
  WebpPicture(const WebpPicture&) = delete;
  WebpPicture& operator=(const WebpPicture&) = delete;
  ~WebpPicture() { WebPPictureFree(&picture_); }

  WebPPicture& get() { return picture_; }

 private:
  // Pixels are numbers of 32 bits, alpha highest, blue lowest.
  void fill(PictureRows& rows) {
    const std::size_t step = rows.channels();
    std::vector<std::uint8_t> row(rows.row_samples());
    for (int y = 0; y < picture_.height; ++y) {
      rows.row(y, row.data());
      std::uint32_t* to = picture_.argb + static_cast<std::ptrdiff_t>(y) * picture_.argb_stride;
      for (const std::uint8_t* from = row.data(); from != row.data() + row.size(); from += step) {
        const std::uint32_t alpha = step == 4 ? from[3] : 255u;
        *to++ = alpha << 24 | std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
      }
    }
  }

  WebPPicture picture_{};
  bool good_ = false;
};

}  // namespace impasto::IMPASTO_ABI
