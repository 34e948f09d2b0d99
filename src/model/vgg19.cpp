#include "model/vgg19.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Vgg19Layer conv(int block, int index, int torchvision, Index channels) {
  return {false, block, index, torchvision, channels};
}
constexpr Vgg19Layer pool(int block, int torchvision, Index channels) {
  return {true, block, 0, torchvision, channels};
}

constexpr Vgg19Layer kLayers[] = {conv(1, 1, 0, 64),   conv(1, 2, 2, 64),   pool(1, 4, 64),      conv(2, 1, 5, 128),
                                  conv(2, 2, 7, 128),  pool(2, 9, 128),     conv(3, 1, 10, 256), conv(3, 2, 12, 256),
                                  conv(3, 3, 14, 256), conv(3, 4, 16, 256), pool(3, 18, 256),    conv(4, 1, 19, 512),
                                  conv(4, 2, 21, 512), conv(4, 3, 23, 512), conv(4, 4, 25, 512), pool(4, 27, 512),
                                  conv(5, 1, 28, 512), conv(5, 2, 30, 512), conv(5, 3, 32, 512), conv(5, 4, 34, 512),
                                  pool(5, 36, 512)};

std::vector<std::string> names_of(const Vgg19Layer& layer) {
  std::vector<std::string> names{layer.keras_name(), layer.caffe_name(), text(layer.torchvision),
                                 text("features.", layer.torchvision)};
  if (!layer.is_pool) {
    names.push_back(text("relu", layer.block, "_", layer.index));
    names.push_back(text(layer.torchvision + 1));
    names.push_back(text("features.", layer.torchvision + 1));
  }
  return names;
}

// Levenshtein's: insertions, deletions and replacements between two words.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string nearest_name(const std::string& name) {
  std::string nearest;
  for (const Vgg19Layer& layer : kLayers) {
    for (const std::string& known : names_of(layer)) {
      if (nearest.empty() || edit_distance(name, known) < edit_distance(name, nearest)) nearest = known;
    }
  }
  return nearest;
}

// Halvings before the layer's own map exists; a pooling layer's own counts.
int pools_up_to(std::size_t layer) {
  return static_cast<int>(std::count_if(kLayers, kLayers + layer + 1, [](const Vgg19Layer& l) { return l.is_pool; }));
}

}  // namespace

std::string Vgg19Layer::keras_name() const {
  return is_pool ? text("block", block, "_pool") : text("block", block, "_conv", index);
}

std::string Vgg19Layer::caffe_name() const { return is_pool ? text("pool", block) : text("conv", block, "_", index); }

Border border_of(Padding padding) {
  switch (padding) {
    case Padding::replicate:
      return Border::replicate;
    case Padding::reflect:
      return Border::reflect;
    case Padding::zero:
      break;
  }
  return Border::zero;
}

std::span<const Vgg19Layer> vgg19_layers() { return kLayers; }

std::size_t find_layer(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < std::size(kLayers); ++i) {
    const std::vector<std::string> names = names_of(kLayers[i]);
    if (std::find(names.begin(), names.end(), lower) != names.end()) return i;
  }
  fail(ErrorCode::usage, "there is no layer '", name, "'; did you mean '", nearest_name(lower),
       "'? Layers are named block1_conv1 to block5_conv4 (also conv1_1, relu1_1) and block1_pool to block5_pool");
}

Index smallest_side(std::size_t layer) { return Index{1} << pools_up_to(layer); }

// Of VGG19's maps: kc's gains (crowsonkb/style-transfer-pytorch), whose l2 takes the root of the sum, twice ours.
double pooling_gain(Pooling pooling, Pooling expected) {
  const auto beside_max = [](Pooling p) { return p == Pooling::max ? 1.0 : p == Pooling::average ? 2.0 : 1.56; };
  return beside_max(pooling) / beside_max(expected);
}

template <class T>
Vgg19<T>::Vgg19(std::shared_ptr<const NetworkWeights> weights)
    : weights_(std::move(weights)), dense_(std::make_unique<Dense>()) {}

template <class T>
const std::vector<typename Vgg19<T>::Parameters>& Vgg19<T>::parameters() const {
  std::call_once(dense_->once, [&] {
    for (const ConvWeights& layer : weights_->dense()) {
      Parameters p;
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

// Of pictures larger than this, maps that are larger than the map they are computed from are not kept for going back.
constexpr Index kSmallPicture = Index{512} * 512;
// Deeper maps are small.
constexpr int kRecomputedBlocks = 3;

// Layers of the built-in network in one op: of more, a tile's maps would leave L2, or its border outweigh it.
constexpr std::size_t kChained = 2;

// One walk down the network.
template <class T>
struct Vgg19<T>::Recording {
  const Vgg19<T>& network;
  Tape<T>& tape;
  std::span<const Reading> readings;
  Pooling pooling;
  Border border;
  const Reader& reader;
  std::size_t deepest;
  bool saves_memory;
  std::size_t convolutions = 0;  // recorded so far

  bool reads(std::size_t layer, bool gram) const {
    return std::any_of(readings.begin(), readings.end(),
                       [&](const Reading& r) { return r.layer == layer && r.gram == gram; });
  }
  bool is_read(std::size_t layer) const { return reads(layer, false) || reads(layer, true); }

  void hand_out(std::size_t layer, Id map) const {
    // The Gram matrices of a convolution in a chain are handed out by the chain.
    const bool grams = kLayers[layer].is_pool || !runs_oriented_layers();
    tape.set_label(kLayers[layer].keras_name());
    const Shape shape = tape.shape(map);
    const Index positions = shape[0] * shape[1];
    for (std::size_t k = 0; k < readings.size(); ++k) {
      const Reading& reading = readings[k];
      if (reading.layer != layer || (reading.gram && !grams)) continue;
      if (reading.gram && reading.sums) {
        const MomentIds moments = channel_moments(tape, map, {.sums = true});
        reader(k, moments.gram, positions, moments.sum);
      } else {
        reader(k, reading.gram ? gram_matrix(tape, map) : map, positions, {});
      }
    }
  }

  std::array<Id, 2> parameters(const Vgg19Layer& layer) {
    const std::vector<Parameters>& all = network.parameters();
    require(convolutions < all.size(), ErrorCode::usage, "the weights end before layer ", layer.keras_name(), " (",
            all.size(), " convolutions; ", network.weights_->description, "); use shallower layers");
    const Parameters& p = all[convolutions++];
    return {tape.constant(p.w, layer.keras_name() + " weights"), tape.constant(p.b, layer.keras_name() + " bias")};
  }

  // The built-in network in its fast form, one chain for the layers between two that somebody reads.
  bool runs_oriented_layers() const {
    return std::is_same_v<T, float> && network.weights_->oriented && pooling == Pooling::average &&
           border == Border::replicate && runs_oriented(tape.context());
  }
  void record_oriented(Id x);
  Id record_chain(Id x, std::span<const OrientedLayer> layers, std::size_t& i);
  // The layer behind a chain that begins at `first`.
  std::size_t chain_end(std::size_t first) const {
    std::size_t end = first + 1;
    while (end <= deepest && end - first < kChained && !kLayers[end].is_pool && !reads(end - 1, false)) ++end;
    return end;
  }

  // A convolution takes the pooling above it along, unless somebody reads what lies between.
  bool takes_pool(std::size_t layer) const {
    return pooling != Pooling::l2 && layer < deepest && !kLayers[layer].is_pool && kLayers[layer + 1].is_pool &&
           !is_read(layer);
  }
  Pool pool_above(std::size_t layer) const {
    return !takes_pool(layer) ? Pool::none : pooling == Pooling::max ? Pool::max : Pool::average;
  }
  Id pooled(Id x) const {
    return pooling == Pooling::max       ? max_pool(tape, x)
           : pooling == Pooling::average ? avg_pool(tape, x)
                                         : l2_pool(tape, x);
  }
  // A pooled map, as large as the weights expect.
  Id gained(Id x) const {
    const double gain = pooling_gain(pooling, network.weights_->pooling);
    return gain == 1 ? x : scale(tape, x, static_cast<T>(gain));
  }

  // The first two convolutions in one, if nobody reads more than the Gram matrix between them; returns the layers done.
  std::size_t record_first(Id& x) {
    const auto reads_map = [](const Reading& r) { return r.layer == 0 && (!r.gram || r.sums); };
    if (deepest == 0 || std::any_of(readings.begin(), readings.end(), reads_map)) return 0;
    tape.set_label(kLayers[0].keras_name());
    const auto first = parameters(kLayers[0]), second = parameters(kLayers[1]);
    const Shape shape = tape.shape(x);
    const ConvPairIds pair =
        conv2d_relu_pair(tape, x, {first[0], first[1], second[0], second[1]}, border, pool_above(1), is_read(0));
    for (std::size_t k = 0; k < readings.size(); ++k) {
      if (readings[k].layer == 0) reader(k, pair.gram, shape[0] * shape[1], {});
    }
    x = takes_pool(1) ? gained(pair.y) : pair.y;
    return takes_pool(1) ? 3 : 2;
  }

  void record(Id x) {
    if (runs_oriented_layers()) return record_oriented(x);
    std::size_t done = record_first(x);
    while (done <= deepest) {
      const std::size_t i = done;
      const Id below = x;
      tape.set_label(kLayers[i].keras_name());
      if (kLayers[i].is_pool) {
        x = gained(pooled(x));
      } else {
        const auto p = parameters(kLayers[i]);
        x = conv2d_relu(tape, x, p[0], p[1], border, pool_above(i));
        if (saves_memory && kLayers[i].block <= kRecomputedBlocks && tape.shape(below).count() < tape.shape(x).count())
          tape.recompute(x);
        if (takes_pool(i)) x = gained(x);
      }
      if (i > 0) hand_out(i - 1, below);
      done += takes_pool(i) ? 2 : 1;
    }
    hand_out(deepest, x);
    tape.set_label("");
  }
};

template <class T>
void Vgg19<T>::Recording::record_oriented([[maybe_unused]] Id x) {
  if constexpr (std::is_same_v<T, float>) {
    const std::span<const OrientedLayer> layers = network.weights_->oriented->layers();
    for (std::size_t i = 0; i <= deepest;) {
      const Id below = x;
      const std::size_t first = i;
      tape.set_label(kLayers[i].keras_name());
      if (kLayers[i].is_pool) {
        x = avg_pool(tape, x);
        ++i;
      } else {
        x = record_chain(x, layers, i);
      }
      if (first > 0) hand_out(first - 1, below);
    }
    hand_out(deepest, x);
    tape.set_label("");
  }
}

// The layers from `i` on, up to the next whose map somebody reads, with the pooling above if nobody does; `i` becomes
// the layer behind them. Gram matrices of layers are handed out on the way.
template <class T>
Id Vgg19<T>::Recording::record_chain(Id x, std::span<const OrientedLayer> layers, std::size_t& i) {
  if constexpr (std::is_same_v<T, float>) {
    const Shape shape = tape.shape(x);
    const std::size_t first = i, end = chain_end(first);
    std::vector<Index> moments;
    for (std::size_t layer = first; layer < end; ++layer) {
      if (reads(layer, true)) moments.push_back(static_cast<Index>(layer - first + 1));
    }
    const bool takes = end <= deepest && kLayers[end].is_pool && !reads(end - 1, false);
    const OrientedIds ids = oriented_conv2d_relu(tape, x, layers.subspan(convolutions, end - first),
                                                 takes ? Pool::average : Pool::none, moments);
    convolutions += end - first;
    i = takes ? end + 1 : end;
    for (std::size_t k = 0; k < readings.size(); ++k) {
      if (!readings[k].gram) continue;
      for (std::size_t m = 0; m < moments.size(); ++m) {
        if (readings[k].layer == first + static_cast<std::size_t>(moments[m]) - 1)
          reader(k, ids.grams[m], shape[0] * shape[1], readings[k].sums ? ids.sums[m] : Id{});
      }
    }
    return ids.y;
  }
  return x;
}

template <class T>
void Vgg19<T>::read(Tape<T>& tape, Id picture, std::span<const Reading> readings, const Running& how,
                    const Reader& reader) const {
  if (readings.empty()) return;
  const auto by_layer = [](const Reading& a, const Reading& b) { return a.layer < b.layer; };
  const std::size_t deepest = std::max_element(readings.begin(), readings.end(), by_layer)->layer;
  const Shape size = tape.shape(picture);
  const Index smallest = smallest_side(deepest);
  require(size[0] >= smallest && size[1] >= smallest, ErrorCode::input, "a picture of ", size[1], " x ", size[0],
          " pixels is too small: layer ", kLayers[deepest].keras_name(), " needs at least ", smallest, " x ", smallest,
          "; use a larger size or shallower layers");
  const bool prepared = how.literal || weights_->input == ChannelMap{};
  const Id x = prepared ? picture : normalise(tape, picture, weights_->input);
  const Pooling pooling = how.pooling.value_or(weights_->pooling);
  const Border border = border_of(how.padding.value_or(weights_->padding));
  const Memory memory = tape.context().memory();
  const bool is_tight = tape.context().memory_limit() > 0 || size[0] * size[1] > kSmallPicture;
  const bool saves = memory == Memory::small || (memory == Memory::automatic && is_tight);
  Recording{*this, tape, readings, pooling, border, reader, deepest, saves}.record(x);
}

template <class T>
std::vector<Id> Vgg19<T>::record(Tape<T>& tape, Id picture, std::span<const std::size_t> wanted,
                                 const Running& how) const {
  std::vector<Reading> readings;
  for (const std::size_t layer : wanted) readings.push_back({layer});
  std::vector<Id> maps(wanted.size());
  read(tape, picture, readings, how, [&](std::size_t k, Id map, Index, Id) { maps[k] = map; });
  return maps;
}

template class Vgg19<float>;
template class Vgg19<double>;

}  // namespace impasto::IMPASTO_ABI
