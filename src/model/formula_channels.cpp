// The formula network: an oriented-energy pyramid in VGG19's shape; docs/MATH.md describes it. Three kinds of channels
// per layer:
//   trunk    the colour signals L, RG, BY of the picture, positive and negative part, carried through every layer
//   fresh    in the first layer of a block: oriented edges (odd), lines (even), chroma edges, high-pass, palette
//   carried  each channel of the layer before, smoothed along its stroke and inhibited by the mean of its siblings
// Only additions, multiplications and constants are used, so the bits are the same on every machine.
#include "model/formula_channels.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "kernel/oriented/oriented.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kAngles = 8;
constexpr double kAlong = 1.3;    // pixels: smoothing along a stroke, standard deviation
constexpr double kAcross = 0.55;  // and across it

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

Kernel3x3 outer(std::array<double, 3> column, std::array<double, 3> row, double divisor) {
  Kernel3x3 k{};
  for (std::size_t y = 0; y < 3; ++y) {
    for (std::size_t x = 0; x < 3; ++x) k[3 * y + x] = column[y] * row[x] / divisor;
  }
  return k;
}

Kernel3x3 combine(std::initializer_list<std::pair<double, Kernel3x3>> terms) {
  Kernel3x3 sum{};
  for (const auto& [factor, kernel] : terms) {
    for (std::size_t i = 0; i < 9; ++i) sum[i] += factor * kernel[i];
  }
  return sum;
}

constexpr std::array<double, 3> kSmooth{1, 2, 1}, kSlope{-1, 0, 1}, kCurve{1, -2, 1};
}  // namespace

Kernel3x3 delta() { return {0, 0, 0, 0, 1, 0, 0, 0, 0}; }
Kernel3x3 binomial() { return outer(kSmooth, kSmooth, 16); }

namespace {

Kernel3x3 high_pass() { return combine({{1, delta()}, {-1, binomial()}}); }

// First and second derivative along the direction k pi / 8.
Kernel3x3 odd(int k) { return combine({{cosine(k), outer(kSmooth, kSlope, 8)}, {sine(k), outer(kSlope, kSmooth, 8)}}); }
Kernel3x3 even(int k) {
  const double c = cosine(k), s = sine(k);
  return combine({{0.5 * c * c, outer(kSmooth, kCurve, 4)},
                  {2 * c * s, outer(kSlope, kSlope, 4)},
                  {0.5 * s * s, outer(kCurve, kSmooth, 4)}});
}

// Smooths along the stroke of a response with direction k pi / 8, hardly across it; sums to 1.
Kernel3x3 elongate(int k) {
  Kernel3x3 kernel{};
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

// Where a block's fresh channels stand: three whole units, and half of one for `odd`, which every second block opens.
struct OctaveSlots {
  Index odd, even, chroma, rest;

  explicit OctaveSlots(int octave) {
    constexpr Index kHalves[] = {8, 4 * kUnit, 4 * kUnit + 8, 11 * kUnit, 11 * kUnit + 8};
    constexpr Index kWhole[] = {1, 5, 8, 12, 15};
    odd = kHalves[octave - 1];
    even = kWhole[octave - 1] * kUnit;
    chroma = even + kUnit;
    rest = chroma + kUnit;
  }
};

bool is_oriented(const FormulaChannel& c) {
  return c.kind == "odd" || c.kind == "ev+" || c.kind == "ev-" || c.kind == "c1" || c.kind == "c2";
}
bool is_trunk(const FormulaChannel& c) { return c.kind == "T"; }

std::array<double, 3> signal(int q, double factor) {
  std::array<double, 3> colour{};
  colour[static_cast<std::size_t>(q)] = factor;
  return colour;
}

void add_trunk(FormulaLayer& layer, const Kernel3x3& kernel, int block) {
  for (int q = 0; q < 3; ++q) {
    for (const double sign : {1.0, -1.0}) {
      layer.push_back({.kernel = kernel,
                       .colour = signal(q, sign),
                       .kind = "T",
                       .octave = block,
                       .group = text("T", q),
                       .slot = static_cast<Index>(layer.size())});
    }
  }
}

void add_fresh(FormulaLayer& layer, int block) {
  OctaveSlots slots(block);
  const auto add = [&](const Kernel3x3& kernel, std::array<double, 3> colour, int angle, const std::string& kind,
                       const std::string& group, Index& slot) {
    layer.push_back({.kernel = kernel,
                     .colour = colour,
                     .angle = angle,
                     .kind = kind,
                     .octave = block,
                     .group = group,
                     .slot = slot++});
  };
  for (int k = 0; k < kAngles; ++k) add(odd(2 * k), signal(0, 1), 2 * k, "odd", "odd", slots.odd);
  for (int k = 0; k < kAngles; ++k) {
    add(even(k), signal(0, 1), k, "ev+", "ev+", slots.even);
    add(even(k), signal(0, -1), k, "ev-", "ev-", slots.even);
  }
  for (int k = 0; k < kAngles; ++k) add(odd(2 * k), signal(1, 1), 2 * k, "c1", "c1", slots.chroma);
  for (int k = 0; k < kAngles; ++k) add(odd(2 * k), signal(2, 1), 2 * k, "c2", "c2", slots.chroma);
  for (int q = 0; q < 3; ++q) {
    for (const double sign : {1.0, -1.0}) add(high_pass(), signal(q, sign), 0, "hp", text("hp", q), slots.rest);
  }
  for (int signs = 0; signs < 8; ++signs) {  // + before -, L outermost
    std::array<double, 3> colour{};
    for (int q = 0; q < 3; ++q) colour[static_cast<std::size_t>(q)] = (signs >> (2 - q)) % 2 == 0 ? kRoot3 : -kRoot3;
    add(delta(), colour, 0, "pal", "pal", slots.rest);
  }
}

// Positions in `previous` of the channels that satisfy `wanted`, newest octave first, otherwise in order.
template <class Predicate>
std::vector<Index> newest(const FormulaLayer& previous, Predicate wanted) {
  std::vector<Index> found;
  for (std::size_t i = 0; i < previous.size(); ++i) {
    if (wanted(previous[i])) found.push_back(static_cast<Index>(i));
  }
  const auto octave = [&](Index i) { return previous[static_cast<std::size_t>(i)].octave; };
  std::stable_sort(found.begin(), found.end(), [&](Index a, Index b) { return octave(a) > octave(b); });
  return found;
}

void add_carried(FormulaLayer& layer, const FormulaLayer& previous) {
  const auto at = [&](Index i) -> const FormulaChannel& { return previous[static_cast<std::size_t>(i)]; };
  const auto carried = [&](Index i, const Kernel3x3& kernel, std::vector<Index> siblings) {
    FormulaChannel channel = at(i);
    channel.kernel = kernel;
    channel.colour = {};
    channel.source = i;
    channel.siblings = std::move(siblings);
    const bool named = channel.group.find('@') != std::string::npos;
    if (!named) channel.group = text(channel.group, "@", channel.octave);
    layer.push_back(std::move(channel));
  };
  const std::vector<Index> oriented = newest(previous, is_oriented);
  for (const Index i : oriented) {
    std::vector<Index> siblings;
    for (const Index sibling : oriented) {
      if (at(sibling).kind == at(i).kind && at(sibling).octave == at(i).octave) siblings.push_back(sibling);
    }
    carried(i, elongate(at(i).angle), std::move(siblings));
  }
  const auto plain = [](const FormulaChannel& c) { return !is_trunk(c) && !is_oriented(c); };
  for (const Index i : newest(previous, plain)) carried(i, binomial(), {});
}

}  // namespace

std::vector<FormulaLayer> formula_layers() {
  std::vector<FormulaLayer> made;
  const std::span<const VggLayer> layers = vgg_layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const VggLayer& vgg = layers[i];
    if (vgg.is_pool) continue;
    const bool last_of_block = layers[i + 1].is_pool;
    FormulaLayer layer;
    add_trunk(layer, last_of_block && vgg.block < 5 ? binomial() : delta(), vgg.block);
    if (vgg.index == 1) add_fresh(layer, vgg.block);
    if (!made.empty()) add_carried(layer, made.back());
    made.push_back(std::move(layer));
  }
  return made;
}

}  // namespace impasto::IMPASTO_ABI
