// What the loss knows of a picture: numbers that are sums over its pixels, so that windows of it can be recorded and
// computed one by one and added up. docs/MATH.md, "Losses".
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "autodiff/ops/ops.h"
#include "autodiff/tape.h"
#include "impasto/options.h"
#include "model/vgg.h"
#include "model/window.h"
#include "style/placement.h"

namespace impasto::IMPASTO_ABI {

/// Positions in vgg_layers() of layers, or of what stands in for those that the network lacks.
std::vector<std::size_t> layers_of(const std::vector<LayerWeight>& layers, const Architecture& of);

/// What is compared, whatever the pictures' numbers. What is referred to outlives it.
template <class T>
struct Compared {
  const Vgg<T>& network;
  Architecture architecture;
  NetworkOptions how;
  const Options& options;
  const Guide& guide;
  bool reads_gram;                          ///< whole Gram matrices: nothing makes positions differ
  std::vector<std::size_t> content, style;  ///< positions in vgg_layers() of the options' layers
  std::vector<std::size_t> watched = {};    ///< layers whose maps are handed out, though no loss may read them

  /// `is_plain`: no mask makes positions differ.
  Compared(const Vgg<T>& of, const NetworkWeights& weights, const Options& wanted, const Guide& regions, bool is_plain);
  /// Of a window of the picture.
  NetworkOptions how_at(const Window& window) const;
  /// The network sums up squared errors; else their gradients are brought to a norm, which takes the maps.
  bool sums_errors() const { return !options.normalise_gradients; }
  bool has_means() const { return options.statistic != StyleStatistic::gram; }
  std::optional<std::size_t> deepest() const;
  /// What a content layer's error, and a style layer's in a region that is the whole painting, count.
  double content_weight(std::size_t k) const;
  double style_weight(std::size_t l) const;
};

/// Of one window, on its tape. No id where a region is nowhere on the window, or nothing is compared there.
struct WindowStatistics {
  std::vector<Id> content;                    ///< by layer: its share of the loss, a scalar
  std::vector<std::vector<MomentIds>> style;  ///< by layer and region (`reads_gram`: the first): sums over positions
  Id smoothness;                              ///< its share of the loss
  std::vector<Index> positions;               ///< of the core, by style layer
  std::vector<Id> watched;

  /// All that is added up over windows, in an order that is the same for every window.
  std::vector<Id> addends() const;
  void set_addends(const std::vector<Id>& ids);
};

/// The window, and what it is recorded with. `painted`: its area.
template <class T>
struct WindowParts {
  const Window& window;
  const Shape& whole;  ///< of the picture
  Id painted;
  Id smooth = {};  ///< weights of the smoothness, or none
  /// By content layer: the maps of the core that it is compared with, on the tape; empty: memory is planned only.
  std::vector<Id> content = {};
  /// And what squared errors are multiplied by; null: as above.
  const std::vector<double>* content_factors = nullptr;
  /// By style layer and region, on the whole picture's map, and their shares of what is painted; empty: everywhere.
  const std::vector<std::vector<Placement>>& regions;
  const std::vector<double>& shares;
};

/// The content layers' maps of a picture's window, on its core, and the same as WindowParts::content wants them.
struct ContentMaps {
  std::vector<Id> maps, targets;
};
template <class T>
ContentMaps record_content_maps(Tape<T>& tape, const Compared<T>& compared, const Window& window, Id picture,
                                bool maps_too);

template <class T>
WindowStatistics record_window(Tape<T>& tape, const Compared<T>& compared, const WindowParts<T>& parts);

}  // namespace impasto::IMPASTO_ABI
