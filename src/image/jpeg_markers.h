// What a JPEG's segments say besides the picture. Only for builds that have libjpeg (features.h).
#pragma once

#include <cstddef>
#include <cstdio>
// jpeglib.h uses size_t and FILE without including their headers.
#include <jpeglib.h>

#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

struct JpegFacts {
  Metadata metadata;
  std::string profile_problem;      ///< why a profile that is there cannot be put together, the end of a sentence
  std::vector<std::string> others;  ///< pictures beside the one that is read, for messages: "a gain map for HDR"
};

/// Has libjpeg keep the segments that jpeg_facts() reads.
void save_jpeg_markers(j_decompress_ptr info);

/// Of the segments before the picture, which read_header has seen.
JpegFacts jpeg_facts(const jpeg_decompress_struct& info);

}  // namespace impasto::IMPASTO_ABI
