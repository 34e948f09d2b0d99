// Presets, several styles, masks and what a run leaves besides the painting: through the real program.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "impasto/option_fields.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

Run run_with(const Studio& studio, std::vector<std::string> pictures, const std::vector<std::string>& more) {
  std::vector<std::string> words = Studio::arguments(more);
  words.erase(words.begin() + 1, words.begin() + 3);
  words.insert(words.begin() + 1, pictures.begin(), pictures.end());
  return run_program(words, studio.path());
}

// A mask whose left half is `left` and whose right half is `right`, grey 0..1.
Image halves(float left, float right) {
  Image mask(40, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      for (int c = 0; c < 3; ++c) mask.at(x, y, c) = x < 20 ? left : right;
    }
  }
  return mask;
}

bool same_file(const Studio& studio, const char* a, const char* b) {
  return read_text(studio / a) == read_text(studio / b);
}

}  // namespace

TEST_CASE("cli: presets are listed with a sentence each, and one of them with all its settings") {
  const TempFolder folder;
  const Run list = run_program({"presets"}, folder.path());
  CHECK(list.code == 0);
  for (const PresetInfo& info : presets()) CHECK_MESSAGE(contains(list.out, info.name + " "), info.name);
  const Run one = run_program({"presets", "tutorial", "--weights", "formula"}, folder.path());
  CHECK(one.code == 0);
  for (const char* line : {"width                450", "iterations           2000", "normalise            tutorial"}) {
    CHECK_MESSAGE(contains(one.out, line), line);
  }
  expect_failure(run_program({"presets", "nice"}, folder.path()), 2, {"'nice'", "default"});
  expect_failure(run_program({"presets", "bold", "fine"}, folder.path()), 2, {"'fine'"});
}

TEST_CASE("cli: every setting that is not rare is an option of stylise, in its help and usable") {
  const Studio studio;
  const std::string help = run_program({"stylise", "--help"}, studio.path()).out;
  const Options options = preset("draft", Weights::builtin());
  std::vector<std::string> all;
  for (const OptionField& field : option_fields()) {
    if (field.rare) continue;
    CHECK_MESSAGE(contains(help, "  --" + field.name + " "), field.name);
    const std::string value = field.get(options);
    const bool sized = field.name == "size" || field.name == "width" || field.name == "height";
    if (!value.empty() && !sized && field.applies(options) && field.name != "iterations" &&
        field.name != "steps-per-epoch") {
      all.insert(all.end(), {"--" + field.name, value});
    }
  }
  all.insert(all.end(), {"-o", "all.png"});
  const Run run = studio.paint(all);
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(studio.paint({"--preset", "draft", "-o", "draft.png"}).code == 0);
  CHECK(same_file(studio, "all.png", "draft.png"));
}

TEST_CASE("cli: a preset is saved with a run and paints the same picture again") {
  const Studio studio;
  CHECK(studio.paint({"--style-weight", "7", "--seed", "5", "--save-preset", "mine.json", "-o", "a.png"}).code == 0);
  CHECK(contains(read_text(studio / "mine.json"), "\"style-weight\": 7"));
  const Run again = run_program(
      {"stylise", "content.png", "style.png", "--weights", "builtin", "--preset", "mine.json", "-o", "b.png"},
      studio.path());
  INFO(again.err);
  CHECK(again.code == 0);
  CHECK(same_file(studio, "a.png", "b.png"));
  CHECK(contains(run_program({"presets", "mine.json"}, studio.path()).out, "seed                 5"));
  expect_failure(studio.paint({"--preset", "mine.json", "--save-preset", "mine.json"}), 2, {"--save-preset", "preset"});
  expect_failure(studio.paint({"--save-preset", "mine.toml"}), 2, {"mine.toml", ".json"});
}

TEST_CASE("cli: several styles share a painting, and two equal ones are as one") {
  const Studio studio;
  save_image(waves(30, 30, 1.1), studio / "other.png");
  CHECK(run_with(studio, {"content.png", "style.png:2", "other.png"}, {"-o", "two.png"}).code == 0);
  CHECK(run_with(studio, {"content.png", "style.png"}, {"-o", "one.png"}).code == 0);
  CHECK(run_with(studio, {"content.png", "style.png", "style.png"}, {"-o", "same.png"}).code == 0);
  CHECK_FALSE(same_file(studio, "one.png", "two.png"));
  CHECK(same_file(studio, "one.png", "same.png"));
  const Run named = run_with(studio, {"content.png", "style.png:3", "other.png:1"}, {"-o", "c.png"});
  CHECK(contains(named.err, "in the style of style.png (40 x 40) and other.png (30 x 30)"));
  expect_failure(run_with(studio, {"content.png", "style.png:0"}, {}), 2, {"share of 'style.png'", "'0'"});
  expect_failure(run_with(studio, {"content.png", "gone.png:2"}, {}), 1, {"gone.png"});
}

TEST_CASE("cli: masks say where, and are refused when they do not fit each other") {
  const Studio studio;
  save_image(halves(1, 0), studio / "left.png");
  save_image(halves(1, 1), studio / "white.png");
  CHECK(studio.paint({"-o", "plain.png"}).code == 0);
  const Run all = studio.paint({"--content-mask", "white.png", "--style-mask", "white.png", "-o", "white-mask.png"});
  INFO(all.err);
  CHECK(all.code == 0);
  CHECK(same_file(studio, "plain.png", "white-mask.png"));
  CHECK(studio.paint({"--content-mask", "left.png", "--style-mask", "left.png", "-o", "half.png"}).code == 0);
  CHECK_FALSE(same_file(studio, "plain.png", "half.png"));
  expect_failure(studio.paint({"--content-mask", "left.png"}), 2, {"--content-mask", "without --style-mask"});
  expect_failure(studio.paint({"--style-mask", "left.png"}), 2, {"--style-mask", "without --content-mask"});
  expect_failure(studio.paint({"--content-mask", "left.png", "--style-mask", "left.png", "--style-mask", "left.png"}),
                 2, {"2 times for 1 style"});
  expect_failure(studio.paint({"--content-mask", "left.png", "--style-mask", "white.png"}), 1, {"black"});
  expect_failure(studio.paint({"--protect", "left.png", "-o", "left.png"}), 2, {"left.png", "mask"});
}

TEST_CASE("cli: a region that is protected as a whole needs no style") {
  const Studio studio;
  save_image(halves(1, 0), studio / "left.png");
  const Run run =
      studio.paint({"--content-mask", "left.png", "--style-mask", "left.png", "--protect", "left.png", "-o", "p.png"});
  INFO(run.err);
  CHECK(run.code == 0);
}

TEST_CASE("cli: what is protected stays as the content, to the byte") {
  const Studio studio;
  save_image(halves(1, 0), studio / "left.png");
  CHECK(studio.paint({"--protect", "left.png", "--smooth-mask", "left.png", "--tv-weight", "1", "-o", "p.png"}).code ==
        0);
  const Image painting = load_image(studio / "p.png"), content = load_image(studio / "content.png");
  int kept = 0, painted = 0;
  for (int y = 0; y < 32; ++y) {
    kept += painting.at(10, y, 0) == content.at(10, y, 0) ? 1 : 0;
    painted += painting.at(40, y, 0) != content.at(40, y, 0) ? 1 : 0;
  }
  CHECK(kept == 32);
  CHECK(painted > 20);
}

TEST_CASE("cli: a preview is there after a run, of the last scale") {
  const Studio studio;
  const Run run = studio.paint({"--scales", "24", "--preview", "so-far.png", "-o", "end.png"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.err, "8 steps"));
  CHECK(load_image(studio / "so-far.png").width() == 48);
  expect_failure(studio.paint({"--preview", "content.png"}), 2, {"--preview", "content picture"});
  expect_failure(studio.paint({"--preview", "a.gif"}), 2, {"a.gif"});
}

TEST_CASE(
    "cli: snapshots become one moving WebP where this build can write it, and alpha and 16 bits reach the painting") {
  const Studio studio;
  Image content = load_image(studio / "content.png");
  std::vector<float> alpha(48 * 32, 1.0F);
  alpha[0] = 0.5F;
  content.set_alpha(alpha);
  save_image(content, studio / "clear.png");
  const Run deep = run_with(studio, {"clear.png", "style.png"}, {"--bits", "16", "-o", "deep.png"});
  INFO(deep.err);
  CHECK(deep.code == 0);
  const Image painting = load_image(studio / "deep.png");
  CHECK(painting.metadata().bits == 16);
  REQUIRE(painting.alpha().size() == alpha.size());
  CHECK(painting.alpha()[0] == doctest::Approx(0.5).epsilon(0.01));
  expect_failure(studio.paint({"--bits", "16", "-o", "a.jpg"}), 2, {"16", "JPEG"});
  expect_failure(studio.paint({"--bits", "16"}), 2, {"16", "JPEG"});  // output/painting.jpg
  CHECK_FALSE(std::filesystem::exists(studio / "output"));
  const Run watched =
      studio.paint({"--bits", "16", "--preview", "so-far.jpg", "--snapshots", "snaps", "-o", "watched.png"});
  INFO(watched.err);
  CHECK(watched.code == 0);
  CHECK(load_image(studio / "watched.png").metadata().bits == 16);
  CHECK(load_image(studio / "so-far.jpg").metadata().bits == 8);
  CHECK(load_image(studio / "snaps/1.jpg").metadata().bits == 8);

  const std::vector<std::string> formats = image_formats();
  const bool has_webp = std::none_of(formats.begin(), formats.end(), [](const std::string& line) {
    return contains(line, "WebP") && contains(line, "not in this build");
  });
  const Run moving = studio.paint({"--scales", "24", "--snapshots", "all.webp", "-o", "end.png"});
  INFO(moving.err);
  if (has_webp) {
    CHECK(moving.code == 0);
    CHECK(load_image(studio / "all.webp").width() == 48);
  } else {
    expect_failure(moving, 2, {"all.webp", "WebP"});
  }
}

TEST_CASE("cli: the log tells scale, size, evaluations and every layer's loss") {
  const Studio studio;
  CHECK(studio.paint({"--scales", "24,48", "--log", "log.csv"}).code == 0);
  const std::string log = read_text(studio / "log.csv");
  CHECK(contains(log, "step,epoch,loss,content,style,tv,seconds,scale,width,height,evaluations,"));
  for (const char* column :
       {",content:block4_conv2", ",style:block1_conv1", ",style:block3_conv2", ",style:block5_conv1"})
    CHECK(contains(log, column));
  CHECK(contains(log, ",1,24,16,"));
  CHECK(contains(log, ",2,48,32,"));
}

TEST_CASE("cli: options that exclude each other are refused in one sentence") {
  const Studio studio;
  expect_failure(studio.paint({"--iterations", "3"}), 2, {"--epochs 2", "--iterations", "exclude"});
  expect_failure(studio.paint({"--epochs", "1000000", "--steps-per-epoch", "1000000"}), 2, {"number of iterations"});
  expect_failure(studio.paint({"--scales", "100"}), 2, {"scale 100", "larger"});
  expect_failure(studio.paint({"--colour-amount", "2"}), 2, {"--colour-amount is '2', wanted 0 to 1"});
  expect_failure(studio.paint({"--colour-amount", "0.5", "--colour", "style"}), 2,
                 {"--colour-amount changes nothing with --colour style", "content-luminance or match or histogram"});
  expect_failure(studio.paint({"--learning-rate", "0.1"}), 2,
                 {"--learning-rate changes nothing with --optimiser lbfgs", "--optimiser adam"});
  expect_failure(studio.paint({"--optimiser", "adam", "--lbfgs-history", "3"}), 2,
                 {"--lbfgs-history changes nothing with --optimiser adam", "--optimiser lbfgs"});
  expect_failure(studio.paint({"--smooth-mask", "style.png"}), 2, {"--smooth-mask", "--tv-weight"});
}
