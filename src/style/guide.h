// Masks as regions: which part of the content takes which part of the styles. docs/MATH.md, "Regions".
#pragma once

#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// One region of the content and its counterparts. Maps are h x w, 0..1, of any size; an empty one stands for
/// everywhere, one without any weight for nowhere.
struct Region {
  std::string name;                   ///< for messages: "white", "black", or "#rrggbb"
  double share = 1;                   ///< of the content's area
  Tensor<float> content;              ///< where it is on the content
  std::vector<Tensor<float>> styles;  ///< where its style is, by style picture
};

/// Regions that are somewhere on the content. Thread safety: a plain value, moved and not copied.
struct Guide {
  std::vector<Region> regions;
};

/// The guide that the masks of content and styles make: one region that is everywhere when there are none. Grey masks:
/// white and black, with weights m and 1 - m, transparent places black; if any mask has colours, each plain colour of
/// any of them is a region. Regions below a thousandth of the content are left out. Throws Error(input) when a region
/// of the content is in no style, or the masks have more than 16 plain colours.
Guide make_guide(const Pictures& pictures);

/// Share of a picture below which a region is a blemish of the mask.
inline constexpr double kSmallestRegion = 1e-3;

/// True for a map of ones, and for an empty one, which stands for it.
bool is_everywhere(const Tensor<float>& map);

/// A grey mask's brightness, h x w, with almost white as 1 and almost black as 0; empty for an empty mask.
Tensor<float> grey_map(const Image& mask);

/// A map at another size: area means where it shrinks, bilinear between centres where it grows. A map of ones stays so.
Tensor<float> resize_map(const Tensor<float>& map, Index height, Index width);

}  // namespace impasto::IMPASTO_ABI
