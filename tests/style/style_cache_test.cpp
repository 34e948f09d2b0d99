// Statistics of styles that are kept for other paintings.
#include "impasto/style_cache.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "archive/safetensors.h"
#include "impasto/stylise.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

Image waves(int width, int height, float pitch) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.pixels().size(); ++i)
    image.pixels()[i] = 0.5F + 0.4F * std::sin(pitch * static_cast<float>(i % 977));
  return image;
}

struct Job {
  Weights weights = Weights::formula();
  Options options = preset("default", weights);
  Pictures pictures{waves(60, 40, 0.3F), {{waves(50, 50, 0.7F)}}, {}, {}, {}};

  Job() {
    options.size = 60;
    options.scale_sizes = {40};
    options.colour = ColourMode::match;
    options.iterations = {2};
  }
  std::vector<float> paint() const { return stylise(pictures, weights, options, {}, Context(1)).values; }
};

TEST_CASE("style cache: a style that is there is not measured again, and the bits are the same") {
  const TempFolder folder;
  Job job;
  const std::vector<float> plain = job.paint();
  for (const bool again : {false, true}) {
    job.pictures.style_cache = std::make_shared<StyleCache>(folder / "styles.safetensors");
    CHECK(job.paint() == plain);
    CHECK(job.pictures.style_cache->found() == (again ? 2 : 0));  // one at each scale
    CHECK(job.pictures.style_cache->measured() == (again ? 0 : 2));
  }
  job.pictures.content = waves(60, 40, 0.5F);
  job.pictures.style_cache = std::make_shared<StyleCache>(folder / "styles.safetensors");
  job.paint();
  CHECK(job.pictures.style_cache->measured() == 0);
}

TEST_CASE("style cache: whatever the statistics follow from makes them others") {
  const TempFolder folder;
  Job first;
  const auto cache = std::make_shared<StyleCache>(folder / "styles.safetensors");
  first.pictures.style_cache = cache;
  first.options.scale_sizes = {};
  first.options.scale_count = 1;
  first.paint();
  REQUIRE(cache->measured() == 1);
  const auto measures = [&](auto change) {
    Job job = first;
    change(job);
    const std::size_t before = cache->measured();
    const std::vector<float> kept = job.paint();
    job.pictures.style_cache = nullptr;
    CHECK(kept == job.paint());
    return cache->measured() > before;
  };
  CHECK_FALSE(measures([](Job& job) { job.options.style_weight = 3; }));
  CHECK(measures([](Job& job) { job.options.style_layers.pop_back(); }));
  CHECK(measures([](Job& job) { job.options.statistic = StyleStatistic::gram; }));
  CHECK(measures([](Job& job) { job.options.pooling = Pooling::max; }));
  CHECK(measures([](Job& job) { job.options.style_size = 48; }));
  CHECK(measures([](Job& job) { job.options.region_size = 32; }));
  CHECK(measures([](Job& job) { job.pictures.styles.front().image = waves(50, 50, 0.8F); }));
}

TEST_CASE("style cache: another file, or one whose numbers are not of these layers, is refused by a sentence") {
  const TempFolder folder;
  const auto refusal = [&](const char* name) {
    return error_of(ErrorCode::input, [&] { StyleCache cache(folder / name); });
  };
  save_safetensors(folder / "other.safetensors",
                   {{"a", "F32", {1}, [](const ArrayToSave::Take& take) { take(std::vector<float>{1}); }}});
  CHECK(refusal("other.safetensors").find("is no style cache") != std::string::npos);
  save_safetensors(folder / "names.safetensors",
                   {{"a", "F32", {1}, [](const ArrayToSave::Take& take) { take(std::vector<float>{1}); }}},
                   {{"impasto_style_cache", "2"}});
  CHECK(refusal("names.safetensors").find("damaged") != std::string::npos);

  Job job;
  job.pictures.style_cache = std::make_shared<StyleCache>(folder / "styles.safetensors");
  job.paint();
  const Safetensors saved(folder / "styles.safetensors");
  for (const char* what : {"gram", "sum"}) {
    std::vector<ArrayToSave> arrays;
    for (const auto& [name, entry] : saved.entries()) {
      std::vector<float> values = saved.values(name);
      if (name.find(what) != std::string::npos) values.resize(values.size() - 1);
      arrays.push_back(
          {name, "F32", {static_cast<std::int64_t>(values.size())}, [values](const ArrayToSave::Take& take) {
             take(values);
           }});
    }
    save_safetensors(folder / "cut.safetensors", arrays, saved.metadata());
    job.pictures.style_cache = std::make_shared<StyleCache>(folder / "cut.safetensors");
    CHECK(error_of(ErrorCode::input, [&] { job.paint(); }).find("style cache") != std::string::npos);
  }
}

}  // namespace
}  // namespace impasto::testing
