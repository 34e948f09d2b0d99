#include "style/guide.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/blend.h"
#include "tensor/whole_arrays.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMostColours = 16;

using Colour = std::array<float, 3>;

Colour colour_at(const Image& mask, Index i) {
  const float* pixel = mask.pixels().data() + 3 * i;
  return {pixel[0], pixel[1], pixel[2]};
}

Index pixel_count(const Image& mask) { return Index{mask.width()} * mask.height(); }

float distance(const Colour& a, const Colour& b) {
  float sum = 0;
  for (std::size_t c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return std::sqrt(sum);
}

// Whether more than a blemish of the mask is neither black, grey nor white. JPEG leaves a little colour anywhere.
bool has_colours(const Image& mask) {
  const auto r = channel(mask.pixels(), 0), g = channel(mask.pixels(), 1), b = channel(mask.pixels(), 2);
  const auto spread = xt::maximum(xt::maximum(r, g), b) - xt::minimum(xt::minimum(r, g), b);
  return xt::mean<double>(spread > 0.15F)() > kSmallestRegion;
}

// Colours of a mask where it is plain (equal to the right and the lower neighbour), by how many pixels have them;
// binned, each bin with its mean.
struct Bin {
  Index count = 0;
  std::array<double, 3> sum{};
};

void count_colours(const Image& mask, std::map<int, Bin>& bins) {
  const auto near = [](const Colour& a, const Colour& b) {
    for (std::size_t c = 0; c < 3; ++c) {
      if (std::abs(a[c] - b[c]) > 0.06F) return false;
    }
    return true;
  };
  const Index W = mask.width(), H = mask.height();
  for (Index y = 0; y < H; ++y) {
    for (Index x = 0; x < W; ++x) {
      const Index i = y * W + x;
      const Colour colour = colour_at(mask, i);
      if ((x + 1 < W && !near(colour, colour_at(mask, i + 1))) || (y + 1 < H && !near(colour, colour_at(mask, i + W))))
        continue;
      int key = 0;
      for (const float value : colour) key = key * 16 + std::clamp(static_cast<int>(value * 15.99F), 0, 15);
      Bin& bin = bins[key];
      ++bin.count;
      for (std::size_t c = 0; c < 3; ++c) bin.sum[c] += static_cast<double>(colour[c]);
    }
  }
}

// The plain colours of all masks: the most frequent first, none near one before it.
std::vector<Colour> palette_of(const std::vector<const Image*>& masks) {
  std::vector<Colour> palette;
  for (const Image* mask : masks) {
    std::map<int, Bin> bins;
    count_colours(*mask, bins);
    std::vector<const Bin*> order;
    order.reserve(bins.size());
    for (const auto& [key, bin] : bins) order.push_back(&bin);
    std::stable_sort(order.begin(), order.end(), [](const Bin* a, const Bin* b) { return a->count > b->count; });
    for (const Bin* bin : order) {
      if (static_cast<double>(bin->count) < kSmallestRegion * static_cast<double>(pixel_count(*mask))) break;
      Colour mean;
      for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<float>(bin->sum[c] / static_cast<double>(bin->count));
      const auto is_near = [&](const Colour& known) { return distance(known, mean) < 0.25F; };
      if (std::none_of(palette.begin(), palette.end(), is_near)) palette.push_back(mean);
    }
  }
  require(palette.size() <= kMostColours, ErrorCode::input, "the masks have ", palette.size(),
          " plain colours; wanted at most ", kMostColours, ", one for each region: is one of them a photograph?");
  return palette;
}

std::string name_of(const Colour& colour) {
  char name[8];
  int value[3];
  for (std::size_t c = 0; c < 3; ++c) value[c] = std::clamp(static_cast<int>(std::lround(colour[c] * 255)), 0, 255);
  std::snprintf(name, sizeof name, "#%02x%02x%02x", static_cast<unsigned>(value[0]), static_cast<unsigned>(value[1]),
                static_cast<unsigned>(value[2]));
  return name;
}

double mean_of(const Tensor<float>& map) { return xt::mean<double>(flat(map.values()))(); }

// One map for each region that a mask has weights for: white and black, or one for each colour of the palette.
std::vector<Tensor<float>> region_maps(const Image& mask, const std::vector<Colour>& palette) {
  std::vector<Tensor<float>> maps;
  const Shape shape{mask.height(), mask.width()};
  if (palette.empty()) {
    maps.push_back(grey_map(mask));
    Tensor<float> black(shape);
    xt::noalias(flat(black.values())) = 1.0F - flat(maps[0].values());
    maps.push_back(std::move(black));
    return maps;
  }
  for (std::size_t k = 0; k < palette.size(); ++k) maps.emplace_back(shape, 0.0F);
  for (Index i = 0; i < shape.count(); ++i) {
    const Colour colour = colour_at(mask, i);
    const auto nearer = [&](const Colour& a, const Colour& b) { return distance(a, colour) < distance(b, colour); };
    const auto nearest = std::min_element(palette.begin(), palette.end(), nearer) - palette.begin();
    maps[static_cast<std::size_t>(nearest)][i] = 1;
  }
  return maps;
}

// Everywhere and nowhere in their short forms.
Tensor<float> shortened(Tensor<float> map) {
  if (mean_of(map) < kSmallestRegion) return Tensor<float>({1, 1}, 0.0F);
  if (is_everywhere(map)) return {};
  return map;
}

bool is_nowhere(const Tensor<float>& map) { return !map.empty() && map.shape().count() == 1 && map[0] == 0; }

// Source positions first, first + 1, ... of one output position, and their weights, which add up to 1.
struct MapSpan {
  Index first;
  std::vector<double> weights;
};

std::vector<MapSpan> map_spans(Index in, Index out) {
  std::vector<MapSpan> spans;
  const double step = static_cast<double>(in) / static_cast<double>(out);
  for (Index i = 0; i < out; ++i) {
    if (out > in) {
      const double x = std::clamp((static_cast<double>(i) + 0.5) * step - 0.5, 0.0, static_cast<double>(in - 1));
      const Index first = static_cast<Index>(x);
      const double towards = x - static_cast<double>(first);
      spans.push_back({first, {1 - towards}});
      if (first + 1 < in) spans.back().weights.push_back(towards);
      continue;
    }
    const double begin = static_cast<double>(i) * step, end = static_cast<double>(i + 1) * step;
    MapSpan span{static_cast<Index>(begin), {}};
    for (Index k = span.first; k < in && static_cast<double>(k) < end; ++k) {
      const double low = std::max(begin, static_cast<double>(k)), high = std::min(end, static_cast<double>(k + 1));
      span.weights.push_back((high - low) / step);
    }
    spans.push_back(std::move(span));
  }
  return spans;
}

}  // namespace

bool is_everywhere(const Tensor<float>& map) {
  return std::all_of(map.values().begin(), map.values().end(), [](float value) { return value == 1; });
}

Tensor<float> grey_map(const Image& mask) {
  if (mask.empty()) return {};
  constexpr float kMargin = 0.02F;  // what JPEG's rounding leaves of white and black
  const Image painted = seen_on(mask, 0.0F);
  Tensor<float> map({mask.height(), mask.width()});
  const auto r = channel(painted.pixels(), 0), g = channel(painted.pixels(), 1), b = channel(painted.pixels(), 2);
  const auto grey = 0.299F * r + 0.587F * g + 0.114F * b;
  xt::noalias(flat(map.values())) = xt::clip((grey - kMargin) / (1 - 2 * kMargin), 0.0F, 1.0F);
  return map;
}

Tensor<float> resize_map(const Tensor<float>& map, Index height, Index width) {
  const Index W = map.shape()[1];
  const std::vector<MapSpan> rows = map_spans(map.shape()[0], height), columns = map_spans(W, width);
  Tensor<float> result({height, width});
  std::vector<double> blended(static_cast<std::size_t>(W));
  for (Index y = 0; y < height; ++y) {
    std::fill(blended.begin(), blended.end(), 0.0);
    const MapSpan& row = rows[static_cast<std::size_t>(y)];
    for (std::size_t k = 0; k < row.weights.size(); ++k) {
      const float* from = map.data() + (row.first + static_cast<Index>(k)) * W;
      for (std::size_t x = 0; x < blended.size(); ++x) blended[x] += row.weights[k] * static_cast<double>(from[x]);
    }
    for (Index x = 0; x < width; ++x) {
      const MapSpan& column = columns[static_cast<std::size_t>(x)];
      double sum = 0;
      for (std::size_t k = 0; k < column.weights.size(); ++k)
        sum += column.weights[k] * blended[static_cast<std::size_t>(column.first) + k];
      result[y * width + x] = static_cast<float>(sum);
    }
  }
  return result;
}

namespace {

// The masks as they were painted: black where nothing was.
struct Masks {
  Image content;
  std::vector<Image> styles;
};

Masks painted_masks(const Pictures& pictures) {
  const auto painted = [](const Image& mask) { return mask.empty() ? Image() : seen_on(mask, 0.0F); };
  Masks masks{painted(pictures.content_mask), {}};
  for (const StylePicture& style : pictures.styles) masks.styles.push_back(painted(style.mask));
  return masks;
}

// Regions of the content, or one that is everywhere, with the styles' maps of the same white, black or colour.
Guide all_regions(const Masks& masks, const std::vector<Colour>& palette) {
  Guide guide;
  const bool everywhere = masks.content.empty();
  std::vector<Tensor<float>> content;
  if (!everywhere) content = region_maps(masks.content, palette);
  for (std::size_t k = 0; k < (everywhere ? 1 : content.size()); ++k) {
    Region region;
    region.name = !palette.empty() ? name_of(palette[k]) : k == 0 ? "white" : "black";
    if (!everywhere) {
      region.share = mean_of(content[k]);
      region.content = shortened(std::move(content[k]));
    }
    guide.regions.push_back(std::move(region));
  }
  for (const Image& mask : masks.styles) {
    std::vector<Tensor<float>> maps;
    if (!mask.empty()) maps = region_maps(mask, palette);
    for (std::size_t k = 0; k < guide.regions.size(); ++k)
      guide.regions[k].styles.push_back(maps.empty() ? Tensor<float>() : shortened(std::move(maps[k])));
  }
  return guide;
}

}  // namespace

Guide make_guide(const Pictures& pictures) {
  const Masks painted = painted_masks(pictures);
  std::vector<const Image*> masks;
  if (!painted.content.empty()) masks.push_back(&painted.content);
  for (const Image& mask : painted.styles) {
    if (!mask.empty()) masks.push_back(&mask);
  }
  const bool coloured = std::any_of(masks.begin(), masks.end(), [](const Image* mask) { return has_colours(*mask); });
  require(
      !coloured || !painted.content.empty(), ErrorCode::input,
      "a style's mask has colours, but the content has no mask that says where they go; give the content a mask, or "
      "the style a grey one");
  Guide guide = all_regions(painted, coloured ? palette_of(masks) : std::vector<Colour>());
  std::erase_if(guide.regions, [](const Region& region) { return is_nowhere(region.content); });
  require(!guide.regions.empty(), ErrorCode::input, "the content mask has no plain region; wanted large areas of one ",
          "colour each");
  double total = 0;
  for (const Region& region : guide.regions) total += region.share;
  for (Region& region : guide.regions) {
    region.share /= total;
    require(!std::all_of(region.styles.begin(), region.styles.end(), is_nowhere), ErrorCode::input,
            "the content mask's region ", region.name, " (", std::lround(100 * region.share),
            " % of it) is in no style's mask; paint it into one, or give that style no mask");
  }
  return guide;
}

}  // namespace impasto::IMPASTO_ABI
