#include "model/vgg.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "kernel/convolution_choice.h"
#include "model/oriented_walk.h"
#include "model/plain_walk.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Maps that are larger than the map they are computed from are kept for going back as long as conv1_1's has no more
// numbers than this, 100 MiB: 640 x 640 pixels of 64 channels, 1,045 x 1,045 of the built-in network's 24.
constexpr Index kMostKept = Index{640} * 640 * 64;

bool recomputes(const Context& context, const Shape& picture, Index channels) {
  const bool is_tight = context.memory_limit() > 0 || picture[0] * picture[1] > kMostKept / channels;
  return context.memory() == Memory::small || (context.memory() == Memory::automatic && is_tight);
}

void require_layer(std::size_t layer, const Architecture& of) {
  require(of.has(layer), ErrorCode::usage, of.name, " has no layer ", vgg_layers()[layer].keras_name(), "; name ",
          vgg_layers()[of.stand_in(layer)].keras_name(), ", its last one before that");
}

}  // namespace

void check_picture_size(const Shape& picture, std::size_t layer) {
  const Index smallest = smallest_side(layer);
  require(picture[0] >= smallest && picture[1] >= smallest, ErrorCode::input, "a picture of ", picture[1], " x ",
          picture[0], " pixels is too small: layer ", vgg_layers()[layer].keras_name(), " needs at least ", smallest,
          " x ", smallest, "; use a larger size or shallower layers");
}

template <class T>
Vgg<T>::Vgg(std::shared_ptr<const NetworkWeights> weights)
    : weights_(std::move(weights)), dense_(std::make_unique<Dense>()) {}

template <class T>
const std::vector<ConvParameters<T>>& Vgg<T>::parameters() const {
  std::call_once(dense_->once, [&] {
    for (const ConvWeights& layer : weights_->dense()) {
      ConvParameters<T> p;
      if constexpr (std::is_same_v<T, float>) {
        p.w = layer.w.view();
        p.b = layer.b.view();
      } else {
        p.copy_w = layer.w.template as<T>();
        p.copy_b = layer.b.template as<T>();
        p.w = p.copy_w.view();
        p.b = p.copy_b.view();
      }
      dense_->parameters.push_back(std::move(p));
    }
  });
  return dense_->parameters;
}

template <class T>
void Vgg<T>::read(Tape<T>& tape, Id picture, std::span<const FeatureRequest> requests, const NetworkOptions& how,
                  const FeatureVisitor& visit) const {
  if (requests.empty()) return;
  const auto by_layer = [](const FeatureRequest& a, const FeatureRequest& b) { return a.layer < b.layer; };
  const std::size_t deepest = std::max_element(requests.begin(), requests.end(), by_layer)->layer;
  for (const FeatureRequest& request : requests) require_layer(request.layer, weights_->architecture);
  require(how.literal || weights_->unknown_input.empty(), ErrorCode::input, weights_->unknown_input);
  const Shape size = tape.shape(picture);
  check_picture_size(size, deepest);
  const bool prepared = how.literal || weights_->input == ChannelMap{};
  const Id x = prepared ? picture : normalise(tape, picture, weights_->input);
  const Pooling pooling = how.pooling.value_or(weights_->pooling);
  const Padding padding = how.padding.value_or(weights_->padding);
  const NetworkWalk<T> walk{tape, requests, visit, deepest, how.window ? &*how.window : nullptr};
  if constexpr (std::is_same_v<T, float>) {
    const ConvolutionChoice choice = choose_convolution(
        tape.context(),
        {.x = size, .padding = padding, .is_oriented = weights_->oriented && pooling == Pooling::average});
    if (choice.algorithm == ConvolutionAlgorithm::oriented)
      return OrientedWalk(walk, weights_->oriented->layers(), choice.reason).record(x);
  }
  const Index channels = weights_->dense().front().b.shape()[0];
  PlainWalk<T>(walk, *weights_, parameters(), pooling, padding, recomputes(tape.context(), size, channels)).record(x);
}

template <class T>
std::vector<Id> Vgg<T>::record(Tape<T>& tape, Id picture, std::span<const std::size_t> wanted,
                               const NetworkOptions& how) const {
  std::vector<FeatureRequest> requests;
  for (const std::size_t layer : wanted) requests.push_back({layer});
  std::vector<Id> maps(wanted.size());
  read(tape, picture, requests, how, [&](std::size_t k, Id map, Index, Id) { maps[k] = map; });
  return maps;
}

template class Vgg<float>;
template class Vgg<double>;

}  // namespace impasto::IMPASTO_ABI
