// Pictures through pipes: "-" for stdin and stdout, "png:-" and "jpg:-" for stdout in that format.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::cli {

/// "-", or with a format before it.
bool is_standard_stream(const std::filesystem::path& file);

/// load_image, or what comes through stdin for "-". Throws Error(input) as load_image.
Image load_picture(const std::filesystem::path& file, const DecodeOptions& options = {});

/// Throws Error(usage) unless a picture could be written to stdout as `file`, a standard stream, says.
void check_streamed_output(const std::filesystem::path& file, const EncodeOptions& options);
/// JPEG unless the format is given. Throws Error(io).
void stream_picture(const Image& image, const std::filesystem::path& file, const EncodeOptions& options,
                    std::vector<std::string>* warnings);

}  // namespace impasto::cli
