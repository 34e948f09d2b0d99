#include "cli/start_picture.h"

#include <algorithm>
#include <cmath>

#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/npy.h"
#include "impasto/stylise.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

// The size `options` ask for, with the content's aspect where they leave it open.
void fix_size(const Image& content, Options& options) {
  if (options.width > 0) return;
  const int longest = std::max(content.width(), content.height());
  const double scale = options.size > 0 ? static_cast<double>(options.size) / longest : 1;
  const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
  options.width = side(content.width());
  options.height = side(content.height());
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text;
}

void read_values(const StyliseRequest& request, const fs::path& file, Options& options) {
  const NpyArray array = load_npy(file);
  constexpr std::size_t kMaxSide = 65535;
  if (array.shape.size() != 3 || array.shape[2] != 3 || array.shape[0] > kMaxSide || array.shape[1] > kMaxSide) {
    throw Error(ErrorCode::input,
                "--init " + quoted(file) + " has the shape " + shape_text(array.shape) + ", wanted height x width x 3");
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
    throw Error(ErrorCode::input, "--init " + quoted(file) + " holds " + std::to_string(width) + " x " +
                                      std::to_string(height) + " values, but " + wanted +
                                      " was given; leave the size out or use a file of that size");
  }
  if (!std::all_of(array.values.begin(), array.values.end(), [](double v) { return std::isfinite(v); })) {
    throw Error(ErrorCode::input, "--init " + quoted(file) + " holds values that are not finite; write it anew");
  }
  options.width = width;
  options.height = height;
  options.start_values.assign(array.values.begin(), array.values.end());
}

}  // namespace

void read_start(const StyliseRequest& request, const Image& content, Options& options) {
  if (!request.start_file) return;
  options.start = Start::values;
  if (request.start_file->extension() == ".npy") return read_values(request, *request.start_file, options);
  const Image picture = load_image(*request.start_file);
  fix_size(content, options);
  options.start_values = normalise(resize_bilinear(picture, options.width, options.height));
}

}  // namespace impasto::cli
