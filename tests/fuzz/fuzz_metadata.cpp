// A profile, EXIF, XMP, IPTC or a comment of any bytes, written into every format and read back. The first byte says
// which, the second the picture.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/read_picture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  impasto::Image image(1 + data[1] % 5, 1 + data[1] / 64);
  for (std::size_t i = 0; i < image.pixels().size(); ++i) image.pixels()[i] = static_cast<float>((i * 37) % 256) / 255;
  if (data[1] & 32) image.set_alpha(std::vector<float>(image.pixels().size() / 3, 0.5F));
  impasto::Metadata metadata;
  const std::vector<std::uint8_t> bytes(data + 2, data + size);
  switch (data[0] % 5) {
    case 0:
      metadata.icc = bytes;
      break;
    case 1:
      metadata.exif = bytes;
      break;
    case 2:
      metadata.xmp = bytes;
      break;
    case 3:
      metadata.iptc = bytes;
      break;
    default:
      metadata.comment.assign(bytes.begin(), bytes.end());
  }
  image.set_metadata(metadata);
  impasto::testing::write_and_read(image, {data, size});
  return 0;
}
