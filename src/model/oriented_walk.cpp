#include "model/oriented_walk.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "kernel/oriented/tile_errors.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Layers in one op: of more, a tile's maps would leave L2, or its border outweigh it.
constexpr std::size_t kChained = 2;

}  // namespace

const OrientedLayer& OrientedWalk::convolution(std::size_t layer) const {
  const auto below = vgg_layers().first(layer);
  const auto pools = std::count_if(below.begin(), below.end(), [](const VggLayer& l) { return l.is_pool; });
  return layers_[layer - static_cast<std::size_t>(pools)];
}

// The layer behind a chain that begins at `first`.
std::size_t OrientedWalk::chain_end(std::size_t first) const {
  std::size_t end = first + 1;
  while (end <= walk_.deepest && end - first < kChained && !vgg_layers()[end].is_pool && !walk_.reads_map(end - 1))
    ++end;
  return end;
}

// What is wanted of a chain of the layers [first, end) that ends with the map of `top`; sums in the order of requests.
OrientedWanted OrientedWalk::wanted_of(std::size_t first, std::size_t end, std::size_t top, const Area& core) const {
  OrientedWanted wanted{.pool = top == end ? Pooling::average : Pooling::none,
                        .by_lanes = top == end ? !walk_.is_read(top) : !walk_.reads_map(top),
                        .core = core};
  for (const FeatureRequest& request : walk_.requests) {
    if (request.layer < first || request.layer >= end) continue;
    const Index layer = static_cast<Index>(request.layer - first + 1);
    if (request.gram) wanted.moments.push_back(layer);
    if (request.target)
      wanted.targets.push_back({layer, request.target(target_shape(convolution(request.layer), core))});
  }
  return wanted;
}

void OrientedWalk::hand_out_sums(std::size_t first, std::size_t end, Index positions, const OrientedIds& ids) const {
  std::size_t moments = 0, errors = 0;
  for (std::size_t k = 0; k < walk_.requests.size(); ++k) {
    const FeatureRequest& request = walk_.requests[k];
    if (request.layer < first || request.layer >= end) continue;
    if (request.target) walk_.visit(k, ids.errors[errors++], positions, {});
    if (!request.gram) continue;
    walk_.visit(k, ids.grams[moments], positions, request.sums ? ids.sums[moments] : Id{});
    ++moments;
  }
}

// The layers from `i` on, up to the next whose map somebody reads, with the pooling above if nobody does; `i` becomes
// the layer behind them. What is summed over their positions is handed out on the way.
Id OrientedWalk::record_chain(Id x, std::size_t& i) {
  const std::size_t first = i, end = chain_end(first);
  const bool takes_pool = end <= walk_.deepest && vgg_layers()[end].is_pool && !walk_.reads_map(end - 1);
  const Area core = walk_.core(first).value_or(map_area(picture_, first));
  const OrientedIds ids = oriented_conv2d_relu(tape_, x, {&convolution(first), end - first},
                                               wanted_of(first, end, takes_pool ? end : end - 1, core));
  tape_.explain(ids.y, reason_);
  i = takes_pool ? end + 1 : end;
  hand_out_sums(first, end, core.count(), ids);
  return ids.y;
}

// What is summed up of a convolution has been handed out by its chain.
void OrientedWalk::hand_out_map(std::size_t layer, Id map) const {
  const bool is_pool = vgg_layers()[layer].is_pool;
  walk_.hand_out(layer, map, is_pool);
  for (std::size_t k = 0; k < walk_.requests.size() && !is_pool; ++k) {
    if (walk_.requests[k].layer != layer || !walk_.requests[k].as_target) continue;
    const Id seen = walk_.cropped(layer, map);
    const Shape shape = tape_.shape(seen);
    walk_.visit(k, oriented_target(tape_, seen, convolution(layer)), shape[0] * shape[1], {});
  }
}

void OrientedWalk::record(Id x) {
  picture_ = tape_.shape(x);
  for (std::size_t i = 0; i <= walk_.deepest;) {
    const Id below = x;
    const std::size_t first = i;
    tape_.set_label(vgg_layers()[i].keras_name());
    if (vgg_layers()[i].is_pool) {
      x = avg_pool(tape_, x);
      ++i;
    } else {
      x = record_chain(x, i);
    }
    if (first > 0) hand_out_map(first - 1, below);
  }
  hand_out_map(walk_.deepest, x);
  tape_.set_label("");
}

}  // namespace impasto::IMPASTO_ABI
