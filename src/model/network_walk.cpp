#include "model/network_walk.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace impasto::IMPASTO_ABI {

double pooling_gain(Pooling pooling, Pooling expected) {
  const auto beside_max = [](Pooling p) { return p == Pooling::max ? 1.0 : p == Pooling::average ? 2.0 : 1.56; };
  return beside_max(pooling) / beside_max(expected);
}

template <class T>
bool NetworkWalk<T>::reads_map(std::size_t layer) const {
  return std::any_of(requests.begin(), requests.end(),
                     [&](const FeatureRequest& r) { return r.layer == layer && !r.is_sum(); });
}

template <class T>
bool NetworkWalk<T>::is_read(std::size_t layer) const {
  return std::any_of(requests.begin(), requests.end(), [&](const FeatureRequest& r) { return r.layer == layer; });
}

template <class T>
std::optional<Area> NetworkWalk<T>::core(std::size_t layer) const {
  if (window == nullptr) return std::nullopt;
  return window->core_at(layer);
}

template <class T>
Id NetworkWalk<T>::cropped(std::size_t layer, Id map) const {
  const auto part = core(layer);
  return part && *part != whole_area(tape.shape(map)) ? crop(tape, map, *part) : map;
}

template <class T>
void NetworkWalk<T>::hand_out(std::size_t layer, Id map, bool all) const {
  const auto is_asked_for = [&](const FeatureRequest& r) {
    return r.layer == layer && (all || (!r.is_sum() && !r.as_target));
  };
  if (std::none_of(requests.begin(), requests.end(), is_asked_for)) return;
  tape.set_label(vgg_layers()[layer].keras_name());
  map = cropped(layer, map);
  const Shape shape = tape.shape(map);
  const Index positions = shape[0] * shape[1];
  for (std::size_t k = 0; k < requests.size(); ++k) {
    const FeatureRequest& request = requests[k];
    if (!is_asked_for(request)) continue;
    if (request.target) {
      visit(k, squared_error(tape, map, request.target(shape)), positions, {});
    } else if (request.gram && request.sums) {
      const MomentIds moments = channel_moments(tape, map, {.sums = true});
      visit(k, moments.gram, positions, moments.sum);
    } else {
      visit(k, request.gram ? gram_matrix(tape, map) : map, positions, {});
    }
  }
}

template struct NetworkWalk<float>;
template struct NetworkWalk<double>;

}  // namespace impasto::IMPASTO_ABI
