#include "model/oriented_walk.h"

#include <cstddef>
#include <span>
#include <vector>

namespace impasto::IMPASTO_ABI {
namespace {

// Layers in one op: of more, a tile's maps would leave L2, or its border outweigh it.
constexpr std::size_t kChained = 2;

}  // namespace

// The layer behind a chain that begins at `first`.
std::size_t OrientedWalk::chain_end(std::size_t first) const {
  std::size_t end = first + 1;
  while (end <= walk_.deepest && end - first < kChained && !vgg_layers()[end].is_pool && !walk_.reads(end - 1, false))
    ++end;
  return end;
}

// The layers from `i` on, up to the next whose map somebody reads, with the pooling above if nobody does; `i` becomes
// the layer behind them. Gram matrices of layers are handed out on the way.
Id OrientedWalk::record_chain(Id x, std::size_t& i) {
  const Area core = walk_.core(i).value_or(whole_area(tape_.shape(x)));
  const std::size_t first = i, end = chain_end(first);
  std::vector<Index> moments;
  for (std::size_t layer = first; layer < end; ++layer) {
    if (walk_.reads(layer, true)) moments.push_back(static_cast<Index>(layer - first + 1));
  }
  const bool takes_pool = end <= walk_.deepest && vgg_layers()[end].is_pool && !walk_.reads(end - 1, false);
  const OrientedIds ids = oriented_conv2d_relu(tape_, x, layers_.subspan(convolutions_, end - first),
                                               takes_pool ? Pooling::average : Pooling::none, moments, core);
  tape_.explain(ids.y, reason_);
  convolutions_ += end - first;
  i = takes_pool ? end + 1 : end;
  for (std::size_t k = 0; k < walk_.requests.size(); ++k) {
    const FeatureRequest& request = walk_.requests[k];
    if (!request.gram) continue;
    for (std::size_t m = 0; m < moments.size(); ++m) {
      if (request.layer == first + static_cast<std::size_t>(moments[m]) - 1)
        walk_.visit(k, ids.grams[m], core.count(), request.sums ? ids.sums[m] : Id{});
    }
  }
  return ids.y;
}

void OrientedWalk::record(Id x) {
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
    // The Gram matrices of a convolution have been handed out by its chain.
    if (first > 0) walk_.hand_out(first - 1, below, vgg_layers()[first - 1].is_pool);
  }
  walk_.hand_out(walk_.deepest, x, vgg_layers()[walk_.deepest].is_pool);
  tape_.set_label("");
}

}  // namespace impasto::IMPASTO_ABI
