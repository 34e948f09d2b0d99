#include "image/features.h"

#ifdef IMPASTO_HAS_TIFF

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "image/exif.h"
#include "image/picture_rows.h"
#include "image/tiff.h"
#include "image/tiff_memory.h"
#include "image/tiff_numbers.h"

namespace impasto::IMPASTO_ABI {
namespace {

bool deflates() { return TIFFIsCODECConfigured(COMPRESSION_ADOBE_DEFLATE) != 0; }

void set_fields(TIFF* tiff, const Image& image, const PictureRows& rows, int bits) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(image.width()));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(image.height()));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, static_cast<int>(rows.channels()));
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (rows.channels() == 4) {
    const std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, deflates() ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_LZW);
  TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
  if (!rows.icc().empty()) {
    TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(rows.icc().size()), rows.icc().data());
  }
  if (const Resolution inch = rows.resolution(); inch.x > 0 && inch.y > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, inch.x);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, inch.y);
  }
  // EXIF's description is added later, and goes before.
  const auto exif = TiffNumbers::of(rows.exif());
  const bool described = exif && exif->find(exif->directory(), TIFFTAG_IMAGEDESCRIPTION);
  if (!described && !rows.comment().empty()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, rows.comment().c_str());
  if (!rows.xmp().empty()) {
    TIFFSetField(tiff, TIFFTAG_XMLPACKET, static_cast<std::uint32_t>(rows.xmp().size()), rows.xmp().data());
  }
}

}  // namespace

std::uint64_t most_tiff_bytes(std::uint64_t samples, std::uint64_t beside, bool deflates) {
  // libtiff's strips have 8 KiB and more, but of rows that are longer; each has an offset and a count of 8 bytes, twice
  // where metadata are added. A directory has less than the last part.
  const std::uint64_t strips = samples / 4096 + 1;
  return samples + (deflates ? 11 * strips : samples / 2) + 32 * strips + 2 * beside + 65536;
}

bool needs_big_tiff(std::uint64_t most_bytes) { return most_bytes > 0xFFFFFFFFu; }

std::vector<std::uint8_t> encode_tiff(const Image& image, const EncodeOptions& options,
                                      std::vector<std::string>* warnings) {
  std::vector<std::uint8_t> bytes;
  PictureRows rows(image, options, true, warnings);
  const std::uint64_t beside = std::uint64_t{rows.exif().size()} + rows.iptc().size() + rows.icc().size() +
                               rows.xmp().size() + rows.comment().size();
  const std::uint64_t most = most_tiff_bytes(rows.bytes(options.bits), beside, deflates());
  reserve_room(bytes, most);
  // EXIF keeps its byte order, and the file takes it.
  TiffMemory memory(bytes, !rows.exif().empty() && rows.exif().front() == 'M', needs_big_tiff(most));
  const auto check = [&](bool good) {
    require(good, ErrorCode::io, "the picture could not be encoded as TIFF (", memory.message(), "); save it as PNG");
  };
  check(memory.get() != nullptr);
  set_fields(memory.get(), image, rows, options.bits);
  std::vector<std::uint8_t> row8(options.bits == 8 ? rows.row_samples() : 0);
  std::vector<std::uint16_t> row16(options.bits == 16 ? rows.row_samples() : 0);
  for (int y = 0; y < image.height(); ++y) {
    void* row = nullptr;
    if (options.bits == 16) {
      rows.row(y, row16.data());
      row = row16.data();
    } else {
      rows.row(y, row8.data());
      row = row8.data();
    }
    check(TIFFWriteScanline(memory.get(), row, static_cast<std::uint32_t>(y), 0) == 1);
  }
  check(TIFFFlush(memory.get()) == 1);
  memory.close();
  add_to_tiff(bytes, rows.exif(), rows.iptc());
  return bytes;
}

}  // namespace impasto::IMPASTO_ABI

#endif
