// The adaptor to xtensor.
#include "impasto/xtensor.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

TEST_CASE("xtensor: a view of a picture shares its memory, both ways") {
  Image image(5, 4);
  auto view = as_xtensor(image);
  view(2, 3, 1) = 0.75F;
  CHECK(image.at(3, 2, 1) == 0.75F);
  const Image& fixed = image;
  CHECK(as_xtensor(fixed).data() == image.pixels().data());
  xt::view(view, xt::all(), xt::all(), 0) += 0.5F;
  CHECK(xt::sum(as_xtensor(fixed))() == doctest::Approx(0.75 + 20 * 0.5));
}

TEST_CASE("xtensor: a tensor becomes a picture without a copy, an expression with one") {
  PixelTensor pixels({3, 2, 3}, 0.25F);
  const float* memory = pixels.data();
  const Image taken = to_image(std::move(pixels));
  CHECK(taken.pixels().data() == memory);
  CHECK(taken.width() == 2);
  const Image doubled = to_image(2 * as_xtensor(taken));
  CHECK(doubled.at(1, 2, 0) == 0.5F);
  CHECK(contains(error_of(ErrorCode::input, [] { to_image(PixelTensor({3, 2, 4}, 0.0F)); }), "3 x 2 x 4"));
  CHECK(contains(error_of(ErrorCode::input, [] { to_image(xt::xarray<float>({4}) + 1); }), "1 dimensions"));
}

TEST_CASE("xtensor: nodes of a graph and arrays of files") {
  Graph<double> graph(Context(1));
  const NodeId x = graph.variable({2, 3});
  graph.set_loss(graph.squared_error(x, graph.constant({2, 3}, std::vector<double>(6, 1))));
  auto values = as_xtensor(graph, x);
  values = xt::ones<double>({2, 3}) * 3;
  graph.forward();
  graph.backward();
  CHECK(xt::allclose(gradient_as_xtensor(graph, x), 2 * (values - 1)));

  const TempFolder folder;
  save_npy(values / 2, folder / "values.npy");
  const NpyArray array = load_npy(folder / "values.npy");
  CHECK(as_xtensor(array).dimension() == 2);
  CHECK(as_xtensor(array)(1, 2) == 1.5);
}

}  // namespace
}  // namespace impasto::testing
