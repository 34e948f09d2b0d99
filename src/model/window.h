// A picture in parts, each of which the network sees by itself: with enough of what lies around a part, the maps of the
// network over it, and their gradients, are those of the whole picture.
//
// Two rules make that exact. The border of a part lies at multiples of 2^halvings pixels, so that poolings cut the same
// windows; and a part brings its halo along, what the deepest map reads beyond the part. Positions whose values are
// wrong, for the network took the halo's edge for the picture's, are then read by nothing that counts.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/vgg_layers.h"
#include "tensor/area.h"

namespace impasto::IMPASTO_ABI {

struct Window {
  Area core;  ///< pixels whose statistics it gives; the cores of a picture's windows cover it once
  Area area;  ///< core and halo, inside the picture

  /// The core's positions on the window's own map of a layer (position in vgg_layers()).
  Area core_at(std::size_t layer) const;
  /// The same positions on the whole picture's map.
  Area core_of_whole(std::size_t layer) const;
};

/// Pixels that a map of `layer` (none: the picture) reads beyond the pixels it stands over, made a multiple of
/// 2^halvings; at least 1, for the neighbours of smoothness.
Index halo_of(std::optional<std::size_t> layer, const Architecture& of);

/// The windows of a picture of height x width pixels, row by row. Along a side it is cut into parts as equal as the
/// rules allow, none longer than `side` rounded up to them, but for a last sliver that is too thin for a position of
/// the deepest map and joins its neighbour; a side of 0 does not cut. `deepest`: the layer that is read, in `of`.
std::vector<Window> make_windows(Index height, Index width, Index side, std::optional<std::size_t> deepest,
                                 const Architecture& of);

}  // namespace impasto::IMPASTO_ABI
