// The built-in weights: an oriented-energy pyramid in VGG19's shape, closed-form but for one gain and bias per group of
// channels (weights/builtin_table.txt). docs/MATH.md describes it. Three kinds of channels per layer:
//   trunk    the colour signals L, RG, BY of the picture, positive and negative part, carried through every layer
//   fresh    in the first layer of a block: oriented edges (odd), lines (even), chroma edges, high-pass, palette
//   carried  each channel of the layer before, smoothed along its stroke and inhibited by the mean of its siblings
// Only additions, multiplications and constants are used, so the bits are the same on every machine.
#include <algorithm>
#include <array>
#include <cmath>
#include <locale>
#include <map>
#include <sstream>

#include "base/check.h"
#include "impasto_builtin_table.h"
#include "model/network_weights.h"
#include "model/vgg19.h"

namespace impasto {
namespace {

using Kernel = std::array<double, 9>;  // row by row, cross-correlation

constexpr int kAngles = 8;
constexpr double kInhibition = 1.5;  // of an orientation by the mean over its siblings
constexpr double kAlong = 1.3;       // pixels: smoothing along a stroke, standard deviation
constexpr double kAcross = 0.55;     // and across it

// cos(k pi / 8), k = 0..15, from its closed forms: no libm decides the bits.
double cosine(int k) {
  constexpr double kCos1 = 0.92387953251128675613, kCos2 = 0.70710678118654752440, kCos3 = 0.38268343236508977173;
  constexpr std::array<double, 16> kTable{1,  kCos1,  kCos2,  kCos3,  0, -kCos3, -kCos2, -kCos1,
                                          -1, -kCos1, -kCos2, -kCos3, 0, kCos3,  kCos2,  kCos1};
  return kTable[static_cast<std::size_t>(k % 16)];
}
double sine(int k) { return cosine(k + 12); }

// e^x for -16 <= x <= 0: Taylor's series of x / 2^8, squared 8 times; relative error below 1e-13.
double exponential(double x) {
  const double z = x / 256;
  double sum = 1;
  for (int n = 8; n >= 1; --n) sum = 1 + sum * z / n;
  for (int i = 0; i < 8; ++i) sum *= sum;
  return sum;
}

Kernel outer(std::array<double, 3> column, std::array<double, 3> row, double divisor) {
  Kernel k{};
  for (std::size_t y = 0; y < 3; ++y) {
    for (std::size_t x = 0; x < 3; ++x) k[3 * y + x] = column[y] * row[x] / divisor;
  }
  return k;
}

Kernel combine(std::initializer_list<std::pair<double, Kernel>> terms) {
  Kernel sum{};
  for (const auto& [factor, kernel] : terms) {
    for (std::size_t i = 0; i < 9; ++i) sum[i] += factor * kernel[i];
  }
  return sum;
}

constexpr std::array<double, 3> kSmooth{1, 2, 1}, kSlope{-1, 0, 1}, kCurve{1, -2, 1};
const Kernel& delta() {
  static constexpr Kernel k{0, 0, 0, 0, 1, 0, 0, 0, 0};
  return k;
}
Kernel binomial() { return outer(kSmooth, kSmooth, 16); }
Kernel high_pass() { return combine({{1, delta()}, {-1, binomial()}}); }

// First and second derivative along the direction k pi / 8.
Kernel odd(int k) { return combine({{cosine(k), outer(kSmooth, kSlope, 8)}, {sine(k), outer(kSlope, kSmooth, 8)}}); }
Kernel even(int k) {
  const double c = cosine(k), s = sine(k);
  return combine({{0.5 * c * c, outer(kSmooth, kCurve, 4)},
                  {2 * c * s, outer(kSlope, kSlope, 4)},
                  {0.5 * s * s, outer(kCurve, kSmooth, 4)}});
}

// Smooths along the stroke of a response with direction k pi / 8, hardly across it; sums to 1.
Kernel elongate(int k) {
  Kernel kernel{};
  std::size_t next = 0;
  double total = 0;
  for (int y = -1; y <= 1; ++y) {
    for (int x = -1; x <= 1; ++x) {
      const double v = x * cosine(k) + y * sine(k), u = -x * sine(k) + y * cosine(k);
      const double value = exponential(-u * u / (2 * kAlong * kAlong) - v * v / (2 * kAcross * kAcross));
      kernel[next++] = value;
      total += value;
    }
  }
  for (double& value : kernel) value /= total;
  return kernel;
}

struct Term {
  Index input;
  Kernel kernel;
};

struct Channel {
  std::vector<Term> terms;
  int angle = 0;      // multiples of pi / 8
  std::string kind;   // siblings share kind and octave
  int octave = 0;     // block that made it
  std::string group;  // row of the table
};
using Layer = std::vector<Channel>;

bool is_oriented(const Channel& c) {
  return c.kind == "odd" || c.kind == "ev+" || c.kind == "ev-" || c.kind == "c1" || c.kind == "c2";
}
bool is_trunk(const Channel& c) { return c.kind == "T"; }

// Colour signal q (L, RG, BY) through a kernel: of RGB in the first layer, later trunk+ minus trunk-.
std::vector<Term> colour_signal(int q, const Kernel& kernel, double factor, bool first_layer) {
  constexpr double kRoot3 = 0.57735026918962576451, kRoot2 = 0.70710678118654752440, kRoot6 = 0.40824829046386301637;
  constexpr double kColour[3][3] = {{kRoot3, kRoot3, kRoot3}, {kRoot2, -kRoot2, 0}, {kRoot6, kRoot6, -2 * kRoot6}};
  const Index trunk = Index{2} * q;
  if (!first_layer) return {{trunk, combine({{factor, kernel}})}, {trunk + 1, combine({{-factor, kernel}})}};
  std::vector<Term> terms;
  for (Index rgb = 0; rgb < 3; ++rgb) terms.push_back({rgb, combine({{factor * kColour[q][rgb], kernel}})});
  return terms;
}

void add_trunk(Layer& layer, const Kernel& kernel, int block, bool first_layer) {
  for (int q = 0; q < 3; ++q) {
    for (const double sign : {1.0, -1.0}) {
      layer.push_back({colour_signal(q, kernel, sign, first_layer), 0, "T", block, text("T", q)});
    }
  }
}

void add_palette(Layer& layer, int block, bool first_layer) {
  constexpr double kRoot3 = 0.57735026918962576451;
  for (int signs = 0; signs < 8; ++signs) {  // + before -, L outermost
    std::vector<Term> terms;
    for (int q = 0; q < 3; ++q) {
      const double sign = (signs >> (2 - q)) % 2 == 0 ? 1 : -1;
      const std::vector<Term> signal = colour_signal(q, delta(), sign * kRoot3, first_layer);
      terms.insert(terms.end(), signal.begin(), signal.end());
    }
    layer.push_back({std::move(terms), 0, "pal", block, "pal"});
  }
}

void add_fresh(Layer& layer, int block, bool first_layer) {
  const auto oriented = [&](int q, const Kernel& kernel, double sign, int angle, const char* kind) {
    layer.push_back({colour_signal(q, kernel, sign, first_layer), angle, kind, block, kind});
  };
  for (int k = 0; k < kAngles; ++k) oriented(0, odd(2 * k), 1, 2 * k, "odd");
  for (int k = 0; k < kAngles; ++k) {
    oriented(0, even(k), 1, k, "ev+");
    oriented(0, even(k), -1, k, "ev-");
  }
  for (int k = 0; k < kAngles; ++k) oriented(1, odd(2 * k), 1, 2 * k, "c1");
  for (int k = 0; k < kAngles; ++k) oriented(2, odd(2 * k), 1, 2 * k, "c2");
  for (int q = 0; q < 3; ++q) {
    for (const double sign : {1.0, -1.0}) {
      layer.push_back({colour_signal(q, high_pass(), sign, first_layer), 0, "hp", block, text("hp", q)});
    }
  }
  add_palette(layer, block, first_layer);
}

// Positions in `previous` of the channels that satisfy `wanted`, newest octave first, otherwise in order.
template <class Predicate>
std::vector<Index> newest(const Layer& previous, Predicate wanted) {
  std::vector<Index> found;
  for (std::size_t i = 0; i < previous.size(); ++i) {
    if (wanted(previous[i])) found.push_back(static_cast<Index>(i));
  }
  const auto octave = [&](Index i) { return previous[static_cast<std::size_t>(i)].octave; };
  std::stable_sort(found.begin(), found.end(), [&](Index a, Index b) { return octave(a) > octave(b); });
  return found;
}

void add_carried(Layer& layer, const Layer& previous) {
  const auto at = [&](Index i) -> const Channel& { return previous[static_cast<std::size_t>(i)]; };
  const auto carried = [&](Index i, std::vector<Term> terms) {
    const Channel& from = at(i);
    const bool named = from.group.find('@') != std::string::npos;
    layer.push_back({std::move(terms), from.angle, from.kind, from.octave,
                     named ? from.group : text(from.group, "@", from.octave)});
  };
  const std::vector<Index> oriented = newest(previous, is_oriented);
  for (const Index i : oriented) {
    std::vector<Term> terms{{i, elongate(at(i).angle)}};
    for (const Index sibling : oriented) {
      if (at(sibling).kind != at(i).kind || at(sibling).octave != at(i).octave) continue;
      terms.push_back({sibling, combine({{-kInhibition / kAngles, binomial()}})});
    }
    carried(i, std::move(terms));
  }
  const auto plain = [](const Channel& c) { return !is_trunk(c) && !is_oriented(c); };
  for (const Index i : newest(previous, plain)) carried(i, {{i, binomial()}});
}

struct GainBias {
  double gain, bias;
};
using Table = std::map<std::pair<std::string, std::string>, GainBias>;  // by layer and group

Table read_table() {
  std::istringstream lines(kBuiltinTable);
  lines.imbue(std::locale::classic());
  Table table;
  std::string layer, group, comment;
  while (lines >> layer) {
    if (layer[0] == '#') {
      std::getline(lines, comment);
      continue;
    }
    GainBias row{};
    lines >> group >> row.gain >> row.bias;
    table[{layer, group}] = row;
  }
  return table;
}

ConvWeights dense_weights(const Layer& layer, Index inputs, const std::string& name, const Table& table) {
  const Index K = static_cast<Index>(layer.size());
  std::vector<double> w(static_cast<std::size_t>(9 * inputs * K), 0.0);
  ConvWeights conv{Tensor<float>({3, 3, inputs, K}), Tensor<float>({K})};
  for (Index k = 0; k < K; ++k) {
    const Channel& channel = layer[static_cast<std::size_t>(k)];
    const GainBias& row = table.at({name, channel.group});
    for (const Term& term : channel.terms) {
      for (Index tap = 0; tap < 9; ++tap) {
        w[static_cast<std::size_t>((tap * inputs + term.input) * K + k)] +=
            row.gain * term.kernel[static_cast<std::size_t>(tap)];
      }
    }
    conv.b[k] = static_cast<float>(row.bias);
  }
  std::transform(w.begin(), w.end(), conv.w.data(), [](double value) { return static_cast<float>(value); });
  return conv;
}

}  // namespace

NetworkWeights builtin_weights() {
  NetworkWeights weights;
  weights.pooling = Pooling::average;
  weights.padding = Padding::replicate;
  weights.builtin = true;
  const Table table = read_table();
  Layer previous;
  Index parameters = 0;
  const std::span<const Vgg19Layer> layers = vgg19_layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Vgg19Layer& vgg = layers[i];
    if (vgg.is_pool) continue;
    const bool first_layer = previous.empty(), last_of_block = layers[i + 1].is_pool;
    Layer layer;
    add_trunk(layer, last_of_block && vgg.block < 5 ? binomial() : delta(), vgg.block, first_layer);
    if (vgg.index == 1) add_fresh(layer, vgg.block, first_layer);
    if (!first_layer) add_carried(layer, previous);
    const Index inputs = first_layer ? 3 : static_cast<Index>(previous.size());
    weights.convolutions.push_back(dense_weights(layer, inputs, vgg.caffe_name(), table));
    parameters += weights.convolutions.back().w.shape().count();
    previous = std::move(layer);
  }
  weights.description =
      text("built-in weights (closed form, 16 convolutions, ", parameters / 1000000, " million values)");
  return weights;
}

}  // namespace impasto
