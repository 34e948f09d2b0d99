// The sizes a painting goes through, coarse to fine.
#include "style/scales.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "image/limits.h"
#include "impasto/stylise.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Automatic scales go no lower: coarser ones lose thin structures for good. VGG's own input size.
constexpr int kCoarsest = 224;
// Nor does a scale that was asked for: below, pictures are smaller than the network's windows.
constexpr int kSmallest = 16;

}  // namespace

PaintingSize scaled(PaintingSize size, double factor) {
  return {std::max(1, static_cast<int>(std::lround(size.width * factor))),
          std::max(1, static_cast<int>(std::lround(size.height * factor)))};
}

PaintingSize with_long_side(const Image& image, int long_side) {
  const double factor = static_cast<double>(long_side) / std::max(image.width(), image.height());
  return scaled({image.width(), image.height()}, factor);
}

PaintingSize painting_size(const Image& content, const Options& options) {
  const PaintingSize size =
      options.width > 0
          ? PaintingSize{options.width, options.height}
          : with_long_side(content, options.size > 0 ? options.size : std::max(content.width(), content.height()));
  check_image_size(static_cast<std::uint64_t>(size.width), static_cast<std::uint64_t>(size.height),
                   "the painting asked for");
  return size;
}

std::vector<PaintingSize> painting_sizes(const Image& content, const Options& options) {
  const PaintingSize full = painting_size(content, options);
  const int long_side = std::max(full.width, full.height);
  std::vector<PaintingSize> sizes;
  for (const int side : options.scale_sizes) {
    require(side <= long_side, ErrorCode::usage, "scale ", side, " is larger than the painting, whose long side is ",
            long_side, "; leave it out or choose a larger size");
    if (side < long_side) sizes.push_back(scaled(full, static_cast<double>(side) / long_side));
  }
  if (options.scale_sizes.empty()) {
    const int wanted = options.scale_count == 0 ? kMaxScales : options.scale_count;
    const int lowest = options.scale_count == 0 ? kCoarsest : kSmallest;
    double factor = 1;
    for (int i = 1; i < wanted && long_side * (factor /= 2) >= lowest; ++i) sizes.push_back(scaled(full, factor));
    std::reverse(sizes.begin(), sizes.end());
  }
  sizes.push_back(full);
  return sizes;
}

PaintingSize style_size(const Image& style, const Options& options, PaintingSize size, PaintingSize full) {
  if (options.style_exact) return size;
  const int long_side = std::max(size.width, size.height), full_side = std::max(full.width, full.height);
  const double wanted = options.style_size > 0 ? static_cast<double>(options.style_size) * long_side / full_side
                                               : options.style_scale * long_side;
  return with_long_side(style, std::max(1, static_cast<int>(std::lround(wanted))));
}

}  // namespace impasto::IMPASTO_ABI
