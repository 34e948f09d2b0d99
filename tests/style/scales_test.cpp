#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

std::vector<int> widths(int width, int height, const Options& options) {
  std::vector<int> found;
  for (const PaintingSize& size : painting_sizes(Image(width, height), options)) found.push_back(size.width);
  return found;
}

TEST_CASE("style: automatic scales double up to the painting's size and begin at 224 pixels or more") {
  Options options;
  options.scale_count = 0;
  const auto automatic = [&](int size) {
    options.size = size;
    return widths(300, 200, options);
  };
  CHECK(automatic(48) == std::vector<int>{48});
  CHECK(automatic(256) == std::vector<int>{256});
  CHECK(automatic(447) == std::vector<int>{447});
  CHECK(automatic(448) == std::vector<int>{224, 448});
  CHECK(automatic(512) == std::vector<int>{256, 512});
  CHECK(automatic(1024) == std::vector<int>{256, 512, 1024});
}

TEST_CASE("style: scales keep the painting's aspect and end at its exact size") {
  Options options;
  options.width = 450;
  options.height = 300;
  options.scale_count = 2;
  const std::vector<PaintingSize> sizes = painting_sizes(Image(77, 99), options);
  REQUIRE(sizes.size() == 2);
  CHECK(sizes[0].width == 225);
  CHECK(sizes[0].height == 150);
  CHECK(sizes[1].width == 450);
  CHECK(sizes[1].height == 300);
}

TEST_CASE("style: scales by number stop before a picture becomes smaller than 16 pixels") {
  Options options;
  options.size = 64;
  options.scale_count = 9;
  CHECK(widths(64, 64, options) == std::vector<int>{16, 32, 64});
}

TEST_CASE("style: scales by list are the painting's long sides, its own may be left out, none may be larger") {
  Options options;
  options.size = 300;
  options.scale_sizes = {100, 200};
  CHECK(widths(30, 15, options) == std::vector<int>{100, 200, 300});
  options.scale_sizes = {100, 300};
  CHECK(widths(30, 15, options) == std::vector<int>{100, 300});
  options.scale_sizes = {100, 301};
  CHECK(error_of(ErrorCode::usage, [&] { widths(30, 15, options); }).find("scale 301 is larger") != std::string::npos);
}

TEST_CASE("style: the last number of iterations counts for all further scales") {
  Options options;
  options.iterations = {80, 32};
  CHECK(iterations_at(options, 0) == 80);
  CHECK(iterations_at(options, 1) == 32);
  CHECK(iterations_at(options, 2) == 32);
  CHECK(total_iterations(options, 1) == 80);
  CHECK(total_iterations(options, 3) == 144);
}

}  // namespace
}  // namespace impasto::testing
