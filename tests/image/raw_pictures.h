// JPEG and PNG files of the kinds the library reads but does not write, made with libjpeg and libpng directly.
// Errors of those libraries end the test program: these helpers are only asked for what can be made.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
// jpeglib.h uses size_t and FILE without including their headers.
#include <jpeglib.h>
#include <png.h>

#include <cstdint>
#include <string>
#include <vector>

namespace impasto::testing {

using Bytes = std::vector<std::uint8_t>;

struct RawJpeg {
  int width = 1, height = 1;
  J_COLOR_SPACE given = JCS_RGB;     // of `samples`
  J_COLOR_SPACE stored = JCS_YCbCr;  // in the file
  Bytes samples = {};
  bool progressive = false;
  bool scan_each = false;  // a plain scan for each of three components
  bool adobe = false;
  bool subsampled = false;
  Bytes exif = {};  // payload of the APP1 segment, if any
  Bytes icc = {};
};

inline Bytes make_jpeg(const RawJpeg& raw) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = static_cast<JDIMENSION>(raw.width);
  info.image_height = static_cast<JDIMENSION>(raw.height);
  info.in_color_space = raw.given;
  info.input_components = raw.given == JCS_GRAYSCALE ? 1 : raw.given == JCS_CMYK ? 4 : 3;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, raw.stored);
  jpeg_set_quality(&info, 100, TRUE);
  if (!raw.subsampled) info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
  if (raw.stored == JCS_YCCK) info.comp_info[3].h_samp_factor = info.comp_info[3].v_samp_factor = 1;
  info.write_Adobe_marker = raw.adobe ? TRUE : FALSE;
  if (raw.progressive) jpeg_simple_progression(&info);
  static const jpeg_scan_info scans[] = {{1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
  if (raw.scan_each) info.scan_info = scans, info.num_scans = 3;
  jpeg_start_compress(&info, TRUE);
  if (!raw.exif.empty()) {
    jpeg_write_marker(&info, JPEG_APP0 + 1, raw.exif.data(), static_cast<unsigned>(raw.exif.size()));
  }
  if (!raw.icc.empty()) jpeg_write_icc_profile(&info, raw.icc.data(), static_cast<unsigned>(raw.icc.size()));
  const std::size_t stride = static_cast<std::size_t>(raw.width) * static_cast<std::size_t>(info.input_components);
  for (std::size_t y = 0; y < static_cast<std::size_t>(raw.height); ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(raw.samples.data() + y * stride);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Bytes bytes(memory, memory + size);
  std::free(memory);
  return bytes;
}

// An EXIF block with the orientation as its second tag, in either byte order.
inline Bytes make_exif(int orientation, bool big_endian) {
  Bytes bytes = {'E', 'x', 'i', 'f', 0, 0};
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian ? count - 1 - i : i))));
    }
  };
  put(big_endian ? 0x4d4d : 0x4949, 2);  // MM or II
  put(42, 2), put(8, 4), put(2, 2);
  put(0x0100, 2), put(4, 2), put(1, 4), put(640, 4);
  put(0x0112, 2), put(3, 2), put(1, 4), put(static_cast<std::uint32_t>(orientation), 2), put(0, 2);
  put(0, 4);
  return bytes;
}

struct RawPng {
  std::uint32_t width = 1, height = 1;
  int depth = 8;
  int colour = PNG_COLOR_TYPE_RGB;
  std::vector<Bytes> rows = {};  // as stored, 16-bit samples high byte first; none: no picture data follow the header
  std::vector<png_color> palette = {};
  Bytes palette_alpha = {};
  bool has_transparent = false;
  png_color_16 transparent{};
  bool interlaced = false;
  Bytes icc = {};
  double gamma = 0;                         // of a gAMA chunk, if any
  std::vector<double> chromaticities = {};  // of a cHRM chunk, if any: white, red, green, blue, x and y
  bool srgb = false;                        // an sRGB chunk
};

inline Bytes make_png(const RawPng& raw) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto append = [](png_structp from, png_bytep data, std::size_t count) {
    auto* to = static_cast<Bytes*>(png_get_io_ptr(from));
    to->insert(to->end(), data, data + count);
  };
  png_set_write_fn(png, &bytes, append, [](png_structp) {});
  png_set_IHDR(png, info, raw.width, raw.height, raw.depth, raw.colour,
               raw.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  if (!raw.palette.empty()) png_set_PLTE(png, info, raw.palette.data(), static_cast<int>(raw.palette.size()));
  if (!raw.palette_alpha.empty()) {
    png_set_tRNS(png, info, raw.palette_alpha.data(), static_cast<int>(raw.palette_alpha.size()), nullptr);
  } else if (raw.has_transparent) {
    png_set_tRNS(png, info, nullptr, 0, &raw.transparent);
  }
  png_set_option(png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
  if (!raw.icc.empty()) {
    png_set_iCCP(png, info, "test", PNG_COMPRESSION_TYPE_BASE, raw.icc.data(),
                 static_cast<png_uint_32>(raw.icc.size()));
  }
  if (const auto& c = raw.chromaticities; !c.empty()) {
    png_set_cHRM(png, info, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
  }
  png_write_info(png, info);
  // As chunks: libpng would not write a gamma that contradicts another chunk.
  if (raw.gamma > 0) {
    const auto value = static_cast<std::uint32_t>(raw.gamma * 100000 + 0.5);
    png_byte content[4];
    png_save_uint_32(content, value);
    png_write_chunk(png, reinterpret_cast<png_const_bytep>("gAMA"), content, 4);
  }
  const png_byte perceptual = 0;
  if (raw.srgb) png_write_chunk(png, reinterpret_cast<png_const_bytep>("sRGB"), &perceptual, 1);
  if (!raw.rows.empty()) {
    std::vector<png_bytep> rows;
    for (const Bytes& row : raw.rows) rows.push_back(const_cast<png_bytep>(row.data()));
    png_write_image(png, rows.data());
    png_write_end(png, nullptr);
  } else {
    png_write_chunk(png, reinterpret_cast<png_const_bytep>("IDAT"), nullptr, 0);
  }
  png_destroy_write_struct(&png, &info);
  return bytes;
}

}  // namespace impasto::testing
