#include "model/plain_walk.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Deeper maps are small.
constexpr int kRecomputedBlocks = 3;

}  // namespace

template <class T>
std::array<Id, 2> PlainWalk<T>::parameters(const VggLayer& layer) {
  require(convolutions_ < parameters_.size(), ErrorCode::usage, "the weights end before layer ", layer.keras_name(),
          " (", parameters_.size(), " convolutions; ", weights_.description, "); use shallower layers");
  const ConvParameters<T>& p = parameters_[convolutions_++];
  return {tape_.constant(p.w, layer.keras_name() + " weights"), tape_.constant(p.b, layer.keras_name() + " bias")};
}

// The layer above, of those that the network has.
template <class T>
std::size_t PlainWalk<T>::next(std::size_t layer) const {
  do ++layer;
  while (!weights_.architecture.has(layer));
  return layer;
}

// A convolution takes the pooling above it along, unless somebody reads what lies between.
template <class T>
bool PlainWalk<T>::takes_pool(std::size_t layer) const {
  const auto layers = vgg_layers();
  return pooling_ != Pooling::l2 && layer < walk_.deepest && !layers[layer].is_pool && layers[next(layer)].is_pool &&
         !walk_.is_read(layer);
}

template <class T>
Pooling PlainWalk<T>::pool_above(std::size_t layer) const {
  return !takes_pool(layer) ? Pooling::none : pooling_ == Pooling::max ? Pooling::max : Pooling::average;
}

template <class T>
Id PlainWalk<T>::pooled(Id x) const {
  return pooling_ == Pooling::max       ? max_pool(tape_, x)
         : pooling_ == Pooling::average ? avg_pool(tape_, x)
                                        : l2_pool(tape_, x);
}

// A pooled map, as large as the weights expect.
template <class T>
Id PlainWalk<T>::gained(Id x) const {
  const double gain = pooling_gain(pooling_, weights_.pooling);
  return gain == 1 ? x : scale(tape_, x, static_cast<T>(gain));
}

// The first two convolutions in one, if nobody reads more than moments between them; gives the layer above.
template <class T>
std::size_t PlainWalk<T>::record_first(Id& x) {
  const auto layers = vgg_layers();
  const auto reads_map = [](const FeatureRequest& r) { return r.layer == 0 && !r.gram; };
  if (walk_.deepest == 0 || std::any_of(walk_.requests.begin(), walk_.requests.end(), reads_map)) return 0;
  tape_.set_label(layers[0].keras_name());
  const auto first = parameters(layers[0]), second = parameters(layers[1]);
  const Area core = walk_.core(0).value_or(whole_area(tape_.shape(x)));
  PairMoments wanted = PairMoments::none;
  for (const FeatureRequest& r : walk_.requests) {
    if (r.layer == 0) wanted = std::max(wanted, r.sums ? PairMoments::gram_and_sum : PairMoments::gram);
  }
  const ConvPairIds pair =
      conv2d_relu_pair(tape_, x, {first[0], first[1], second[0], second[1]}, padding_, pool_above(1), wanted, core);
  for (std::size_t k = 0; k < walk_.requests.size(); ++k) {
    const FeatureRequest& r = walk_.requests[k];
    if (r.layer == 0) walk_.visit(k, pair.gram, core.count(), r.sums ? pair.sum : Id{});
  }
  x = takes_pool(1) ? gained(pair.y) : pair.y;
  return takes_pool(1) ? 3 : 2;
}

template <class T>
void PlainWalk<T>::record(Id x) {
  const auto layers = vgg_layers();
  for (std::size_t i = record_first(x); i <= walk_.deepest;) {
    const Id below = x;
    tape_.set_label(layers[i].keras_name());
    if (layers[i].is_pool) {
      x = gained(pooled(x));
    } else {
      const auto p = parameters(layers[i]);
      x = conv2d_relu(tape_, x, p[0], p[1], padding_, pool_above(i));
      if (recompute_ && layers[i].block <= kRecomputedBlocks && tape_.shape(below).count() < tape_.shape(x).count())
        tape_.recompute(x);
      if (takes_pool(i)) x = gained(x);
    }
    if (i > 0) walk_.hand_out(weights_.architecture.stand_in(i - 1), below, true);
    i = next(takes_pool(i) ? next(i) : i);
  }
  walk_.hand_out(walk_.deepest, x, true);
  tape_.set_label("");
}

template class PlainWalk<float>;
template class PlainWalk<double>;

}  // namespace impasto::IMPASTO_ABI
