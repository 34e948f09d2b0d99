#include "model/vgg_layers.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr VggLayer conv(int block, int index, int torchvision, Index channels) {
  return {false, block, index, torchvision, channels};
}
constexpr VggLayer pool(int block, int torchvision, Index channels) { return {true, block, 0, torchvision, channels}; }

constexpr VggLayer kLayers[] = {conv(1, 1, 0, 64),   conv(1, 2, 2, 64),   pool(1, 4, 64),      conv(2, 1, 5, 128),
                                conv(2, 2, 7, 128),  pool(2, 9, 128),     conv(3, 1, 10, 256), conv(3, 2, 12, 256),
                                conv(3, 3, 14, 256), conv(3, 4, 16, 256), pool(3, 18, 256),    conv(4, 1, 19, 512),
                                conv(4, 2, 21, 512), conv(4, 3, 23, 512), conv(4, 4, 25, 512), pool(4, 27, 512),
                                conv(5, 1, 28, 512), conv(5, 2, 30, 512), conv(5, 3, 32, 512), conv(5, 4, 34, 512),
                                pool(5, 36, 512)};

std::vector<std::string> names_of(const VggLayer& layer) {
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
  for (const VggLayer& layer : kLayers) {
    for (const std::string& known : names_of(layer)) {
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

int halvings(std::size_t layer) {
  return static_cast<int>(std::count_if(kLayers, kLayers + layer + 1, [](const VggLayer& l) { return l.is_pool; }));
}

Area map_area(const Shape& picture, std::size_t layer) {
  const int n = halvings(layer);
  return {0, 0, picture[0] >> n, picture[1] >> n};
}

Index smallest_side(std::size_t layer) { return Index{1} << halvings(layer); }

}  // namespace impasto::IMPASTO_ABI
