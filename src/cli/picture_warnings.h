// What reading a picture had to guess or pass over, for the terminal.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "impasto/image.h"

namespace impasto::cli {

/// The picture's warnings, each naming its file.
std::vector<std::string> picture_warnings(const std::filesystem::path& file, const Image& image);

/// On standard error, a line each, without control characters.
void print_lines(const std::vector<std::string>& sentences);

}  // namespace impasto::cli
