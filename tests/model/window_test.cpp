// How a picture is cut into windows.
#include "model/window.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <vector>

#include "model/vgg_layers.h"

namespace impasto::testing {
namespace {

std::size_t layer(const char* name) { return find_layer(name); }

TEST_CASE("window: the halo is what 3 x 3 convolutions read of the picture, made a multiple of the poolings' step") {
  struct {
    const char* name;
    Index halo;
  } const known[] = {{"conv1_1", 1},  {"conv1_2", 2},  {"conv2_1", 4},  {"conv3_1", 12},
                     {"conv4_1", 32}, {"conv4_2", 40}, {"conv5_1", 80}, {"conv5_2", 96}};
  for (const auto& one : known) {
    CAPTURE(one.name);
    CHECK(halo_of(layer(one.name), kVgg19) == one.halo);
  }
  CHECK(halo_of(std::nullopt, kVgg19) == 1);
  CHECK(halo_of(layer("conv3_3"), kVgg16) == halo_of(layer("conv3_3"), kVgg19));
  CHECK(halo_of(layer("conv5_1"), kVgg16) == 80 - 16);  // 4 and 8 pixels less, made a multiple of 16
}

void check_cover(Index height, Index width, Index side, const char* deepest) {
  CAPTURE(height);
  CAPTURE(width);
  CAPTURE(side);
  const std::size_t last = layer(deepest);
  const Index step = Index{1} << halvings(last);
  std::vector<int> covered(static_cast<std::size_t>(height * width), 0);
  Index positions = 0;
  for (const Window& w : make_windows(height, width, side, last, kVgg19)) {
    CHECK(common(w.core, w.area) == w.core);
    CHECK(common(w.area, {0, 0, height, width}) == w.area);
    CHECK(w.core.top % step == 0);
    CHECK(w.core.left % step == 0);
    CHECK(w.area.top % step == 0);
    CHECK(w.area.left % step == 0);
    CHECK(std::max(w.core.height, w.core.width) < std::max(side, step) + 2 * step);
    CHECK(w.core_at(last).count() > 0);
    positions += w.core_at(last).count();
    for (Index h = w.core.top; h < w.core.bottom(); ++h) {
      for (Index c = w.core.left; c < w.core.right(); ++c) ++covered[static_cast<std::size_t>(h * width + c)];
    }
  }
  CHECK(std::all_of(covered.begin(), covered.end(), [](int n) { return n == 1; }));
  CHECK(positions == (height / step) * (width / step));
}

TEST_CASE(
    "window: cores cover every pixel once and every position of the deepest map, at borders that poolings share") {
  for (const char* deepest : {"conv1_1", "conv2_1", "conv3_1", "conv5_1"}) {
    for (const Index side : {1, 16, 24, 50, 97}) {
      check_cover(101, 75, side, deepest);
      check_cover(34, 33, side, deepest);
      check_cover(16, 130, side, deepest);
    }
  }
}

TEST_CASE("window: a side of 0, or one as long as the picture, makes one window without a halo") {
  for (const Index side : {0, 101, 5000}) {
    const std::vector<Window> windows = make_windows(101, 75, side, layer("conv5_2"), kVgg19);
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].core == Area{0, 0, 101, 75});
    CHECK(windows[0].area == windows[0].core);
  }
}

TEST_CASE("window: a last sliver too thin for a position joins its neighbour") {
  const std::vector<Window> windows = make_windows(34, 16, 32, layer("conv5_1"), kVgg19);
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].core.height == 34);
}

}  // namespace
}  // namespace impasto::testing
