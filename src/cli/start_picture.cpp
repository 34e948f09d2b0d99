#include "cli/start_picture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/picture_warnings.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/npy.h"
#include "impasto/stylise.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

void read_values(const StyliseRequest& request, const fs::path& file, Options& options) {
  const NpyArray array = load_npy(file);
  const auto is_side = [](std::size_t n) { return n >= 1 && n <= static_cast<std::size_t>(kMaxImageSide); };
  if (array.shape.size() != 3 || array.shape[2] != 3 || !is_side(array.shape[0]) || !is_side(array.shape[1])) {
    throw Error(ErrorCode::input, request.start_option + " " + quoted(file) + " has the shape " +
                                      shape_text(array.shape) + ", wanted height x width x 3, sides from 1 to " +
                                      std::to_string(kMaxImageSide));
  }
  const auto height = static_cast<int>(array.shape[0]);
  const auto width = static_cast<int>(array.shape[1]);
  const bool fits = request.width  ? width == *request.width && height == *request.height
                    : request.size ? std::max(width, height) == *request.size
                                   : true;
  if (!fits) {
    const std::string wanted =
        request.width ? "--width " + std::to_string(*request.width) + " --height " + std::to_string(*request.height)
                      : "--size " + std::to_string(*request.size);
    throw Error(ErrorCode::input, request.start_option + " " + quoted(file) + " holds " + std::to_string(width) +
                                      " x " + std::to_string(height) + " values, but " + wanted +
                                      " was given; leave the size out or use a file of that size");
  }
  // A double may be beyond the range of a float.
  std::vector<float> values(array.values.begin(), array.values.end());
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(ErrorCode::input, request.start_option + " " + quoted(file) +
                                      " holds values that are not finite as float32; write it anew");
  }
  options.width = width;
  options.height = height;
  options.start_values = std::move(values);
}

}  // namespace

std::vector<std::string> read_start(const StyliseRequest& request, const Image& content, Options& options) {
  if (!request.start_file) return {};
  options.start = Start::values;
  if (has_ending(*request.start_file, ".npy")) {
    read_values(request, *request.start_file, options);
    return {};
  }
  const Image picture = load_image(*request.start_file);
  const PaintingSize size = painting_size(content, options);
  options.width = size.width;
  options.height = size.height;
  options.start_values = normalise(resize(picture, size.width, size.height, options.resize));
  // Sides are rounded to whole pixels: of one aspect, they differ by less than one.
  const double wide = static_cast<double>(picture.width()) * size.height;
  const double high = static_cast<double>(picture.height()) * size.width;
  std::vector<std::string> sentences = picture_warnings(*request.start_file, picture);
  if (std::abs(wide - high) <= std::max(picture.width(), picture.height())) return sentences;
  sentences.push_back("the picture of " + request.start_option + ", " + size_text(picture.width(), picture.height()) +
                      ", has another aspect and is stretched to " + size_text(size.width, size.height));
  return sentences;
}

}  // namespace impasto::cli
