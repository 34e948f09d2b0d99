#include "model/vgg_layers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kBlocks = 5, kMostInBlock = 4;

// 64 channels, twice as many in each block, 512 at most.
constexpr auto kLayers = [] {
  std::array<VggLayer, 2 + 2 + 3 * kMostInBlock + kBlocks> layers{};
  std::size_t i = 0;
  for (int block = 1; block <= kBlocks; ++block) {
    const int count = kVgg19.convolutions[static_cast<std::size_t>(block - 1)];
    const Index channels = std::min(Index{32} << block, Index{512});
    for (int index = 1; index <= count; ++index) layers[i++] = {false, block, index, channels};
    layers[i++] = {true, block, count + 1, channels};
  }
  return layers;
}();

std::vector<std::string> names_of(std::size_t layer, const Architecture& of) {
  const VggLayer& named = kLayers[layer];
  std::vector<std::string> names{named.keras_name(), named.caffe_name()};
  if (!named.is_pool) names.push_back(text("relu", named.block, "_", named.index));
  if (!of.has(layer)) return names;
  const int place = of.features_index(layer);
  for (int index = place; index <= place + (named.is_pool ? 0 : 1); ++index) {
    names.push_back(text(index));
    names.push_back(text("features.", index));
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

std::string nearest_name(const std::string& name, const Architecture& of) {
  std::string nearest;
  for (std::size_t i = 0; i < std::size(kLayers); ++i) {
    for (const std::string& known : names_of(i, of)) {
      if (nearest.empty() || edit_distance(name, known) < edit_distance(name, nearest)) nearest = known;
    }
  }
  return nearest;
}

}  // namespace

std::string VggLayer::keras_name() const {
  return is_pool ? text("block", block, "_pool") : text("block", block, "_conv", index);
}

std::string VggLayer::caffe_name() const { return is_pool ? text("pool", block) : text("conv", block, "_", index); }

std::span<const VggLayer> vgg_layers() { return kLayers; }

bool Architecture::has(std::size_t layer) const {
  const VggLayer& one = kLayers[layer];
  return one.is_pool || one.index <= convolutions[static_cast<std::size_t>(one.block - 1)];
}

std::vector<std::size_t> Architecture::layers() const {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < std::size(kLayers); ++i) {
    if (!kLayers[i].is_pool && has(i)) positions.push_back(i);
  }
  return positions;
}

std::size_t Architecture::stand_in(std::size_t layer) const {
  while (!has(layer)) --layer;
  return layer;
}

int Architecture::features_index(std::size_t layer, bool normalised) const {
  int index = 0;
  for (std::size_t i = 0; i < layer; ++i) {
    if (has(i)) index += kLayers[i].is_pool ? 1 : normalised ? 3 : 2;
  }
  return index;
}

std::size_t find_layer(const std::string& name, const Architecture& of) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < std::size(kLayers); ++i) {
    const std::vector<std::string> names = names_of(i, of);
    if (std::find(names.begin(), names.end(), lower) != names.end()) return i;
  }
  fail(ErrorCode::usage, "there is no layer '", name, "'; did you mean '", nearest_name(lower, of),
       "'? Layers are named block1_conv1 to block5_conv4 (also conv1_1, relu1_1) and block1_pool to block5_pool");
}

int halvings(std::size_t layer) { return kLayers[layer].block - (kLayers[layer].is_pool ? 0 : 1); }

Area map_area(const Shape& picture, std::size_t layer) {
  const int n = halvings(layer);
  return {0, 0, picture[0] >> n, picture[1] >> n};
}

Index smallest_side(std::size_t layer) { return Index{1} << halvings(layer); }

}  // namespace impasto::IMPASTO_ABI
