// impasto weights import and info, as a user meets them.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "support/known_weights.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

// A narrow network with Keras' names and the first filter of Caffe's training.
std::string keras_file() {
  std::vector<NamedTensor> tensors = first_convolutions();
  put_caffe_filter(tensors);
  return safetensors(as_keras(tensors));
}

Run weights(const Studio& studio, std::vector<std::string> words) {
  words.insert(words.begin(), "weights");
  return run_program(words, studio.path());
}

const std::vector<std::string> kTwoLayers = {"--content-layers", "block1_conv2", "--style-layers", "block1_conv1"};

Run paint_with(const Studio& studio, const std::string& file, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"stylise", "content.png",       "style.png", "--weights", file, "--epochs",
                                    "1",       "--steps-per-epoch", "1",         "--size",    "32", "--threads",
                                    "1"};
  words.insert(words.end(), kTwoLayers.begin(), kTwoLayers.end());
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words, studio.path());
}

}  // namespace

TEST_CASE("cli: weights are imported to where stylise finds them, and it says where") {
  const Studio studio;
  studio.write("keras.safetensors", keras_file());
  const Run run = weights(studio, {"import", "keras.safetensors"});
  REQUIRE(run.code == 0);
  const std::filesystem::path place = studio.path() / ".local/share/impasto/weights/vgg19.safetensors";
  CHECK(contains(run.out, place.string()));
  CHECK(contains(run.out, "keras, 2 convolutions, input BGR 0..255 minus 103.939,116.779,123.68"));
  CHECK(std::filesystem::exists(place));
  CHECK(contains(run_program({"info"}, studio.path()).out, place.string()));
  expect_failure(weights(studio, {"import", "keras.safetensors"}), 2,
                 {"there are weights already", place.string(), "-o"});
}

TEST_CASE("cli: an imported file paints as the original does, whatever was carried or folded") {
  const Studio studio;
  studio.write("keras.safetensors", keras_file());
  REQUIRE(weights(studio, {"import", "keras.safetensors", "-o", "carried.safetensors"}).code == 0);
  REQUIRE(weights(studio, {"import", "keras.safetensors", "-o", "folded.safetensors", "--fold"}).code == 0);
  REQUIRE(paint_with(studio, "keras.safetensors", {"-o", "a.npy"}).code == 0);
  REQUIRE(paint_with(studio, "carried.safetensors", {"-o", "b.npy"}).code == 0);
  REQUIRE(paint_with(studio, "folded.safetensors", {"-o", "c.npy"}).code == 0);
  CHECK(studio.read("a.npy") == studio.read("b.npy"));
  CHECK(studio.read("a.npy") != studio.read("c.npy"));  // the border
  expect_failure(paint_with(studio, "folded.safetensors", {"-o", "d.npy", "--preprocess", "literal"}), 2,
                 {"literal", "folded.safetensors"});
}

TEST_CASE("cli: an import can end at a layer, be narrower, and be told its source") {
  const Studio studio;
  studio.write("odd.safetensors", safetensors(first_convolutions()));
  expect_failure(weights(studio, {"import", "odd.safetensors", "-o", "x.safetensors"}), 1, {"--source", "odd"});
  expect_failure(paint_with(studio, "odd.safetensors"), 1, {"impasto weights import"});
  REQUIRE(weights(studio, {"import", "odd.safetensors", "-o", "x.safetensors", "--source", "caffe", "--dtype", "bf16",
                           "--until", "conv1_1"})
              .code == 0);
  const Run info = weights(studio, {"info", "x.safetensors"});
  CHECK(info.code == 0);
  CHECK(contains(info.out, "caffe (its metadata say so)"));
  CHECK(contains(info.out, "BF16"));
  CHECK(contains(info.out, "only the first 1 of 16 convolutions"));
  CHECK_FALSE(contains(info.out, "block1_conv2"));
}

TEST_CASE("cli: literal preprocessing needs no source: nothing of it depends on what the network was trained on") {
  const Studio studio;
  studio.write("odd.safetensors", safetensors(first_convolutions()));
  studio.write("told.safetensors", safetensors(first_convolutions(), {{"source", "keras"}}));
  expect_failure(paint_with(studio, "odd.safetensors"), 1, {"does not tell", "--source", "preprocessing literal"});
  REQUIRE(paint_with(studio, "odd.safetensors", {"-o", "a.npy", "--preprocess", "literal"}).code == 0);
  REQUIRE(paint_with(studio, "told.safetensors", {"-o", "b.npy", "--preprocess", "literal"}).code == 0);
  CHECK(studio.read("a.npy") == studio.read("b.npy"));
  expect_failure(run_program({"plan", "content.png", "style.png", "--weights", "odd.safetensors", "--content-layers",
                              "block1_conv2", "--style-layers", "block1_conv1"},
                             studio.path()),
                 1, {"does not tell"});
}

TEST_CASE("cli: VGG16 is imported to a place of its own, told by its name, and painted with") {
  const Studio studio;
  studio.write("tv.safetensors",
               read_text(std::filesystem::path(IMPASTO_GOLDEN_DIR) / "golden_vgg16_torchvision.safetensors"));
  const Run run = weights(studio, {"import", "tv.safetensors", "--source", "torchvision"});
  REQUIRE(run.code == 0);
  const std::string place = (studio.path() / ".local/share/impasto/weights/vgg16.safetensors").string();
  CHECK(contains(run.out, place + ": VGG16, torchvision, 13 convolutions"));
  CHECK(contains(run_program({"info"}, studio.path()).out, place));
  const Run info = weights(studio, {"info", place});
  CHECK(contains(info.out, "network     VGG16, 13 convolutions"));
  CHECK(contains(info.out, "problems    none"));
  CHECK(contains(info.out, "VGG16 by Karen Simonyan"));
  const Run painted =
      run_program({"stylise", "content.png", "style.png", "--size", "32", "--iterations", "2", "--style-layers",
                   "conv1_1,conv4_4", "--content-layers", "features.19", "-o", "a.png"},
                  studio.path());
  INFO(painted.err);
  CHECK(painted.code == 0);
  CHECK(contains(painted.err, "VGG16 has no layer conv4_4; block4_conv3 stands in for it"));
  const Run plan =
      run_program({"plan", "content.png", "style.png", "--size", "32", "--content-layers", "conv5_4"}, studio.path());
  CHECK(contains(plan.out, "VGG16 has no layer conv5_4; block5_conv3 stands in for it"));
  // Cut behind what both networks share it is still known.
  REQUIRE(weights(studio, {"import", "tv.safetensors", "--source", "torchvision", "--until", "conv3_1", "-o",
                           "cut.safetensors"})
              .code == 0);
  CHECK(contains(weights(studio, {"info", "cut.safetensors"}).out, "only the first 5 of 13 convolutions"));
  expect_failure(weights(studio, {"import", "tv.safetensors", "--source", "torchvision", "--until", "conv3_4", "-o",
                                  "x.safetensors"}),
                 2, {"'conv3_4' is not in VGG16", "block3_conv3"});
}

TEST_CASE("cli: weights info tells of turned kernels and missing biases, and an import passes it on") {
  const Studio studio;
  std::vector<NamedTensor> tensors = first_convolutions();
  put_caffe_filter(tensors);
  turn_kernels(tensors);
  tensors.pop_back();
  studio.write("theano.safetensors", safetensors(as_keras(tensors)));
  const Run info = weights(studio, {"info", "theano.safetensors"});
  CHECK(contains(info.out, "notes       its kernels lie turned by 180 degrees"));
  CHECK(contains(info.out, "            1 of 2 convolutions have no bias"));
  CHECK(contains(weights(studio, {"info", "theano.safetensors", "--json"}).out, "\"notes\": ["));
  const Run run = weights(studio, {"import", "theano.safetensors", "-o", "x.safetensors"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "Made from safetensors, names as of Keras; its kernels lie turned"));
}

TEST_CASE("cli: weights info tells what a file says that it is") {
  const Studio studio;
  studio.write("mine.safetensors",
               safetensors(first_convolutions(), {{"source", "torchvision"}, {"description", "a small student"}}));
  CHECK(contains(weights(studio, {"info", "mine.safetensors"}).out, "\ndescription a small student\n"));
  CHECK(contains(weights(studio, {"info", "mine.safetensors", "--json"}).out, "\"description\": \"a small student\""));
}

TEST_CASE("cli: weights info prints a table, or JSON, and saves the mosaic") {
  const Studio studio;
  studio.write("keras.safetensors", keras_file());
  const Run table = weights(studio, {"info", "keras.safetensors", "--picture", "filters.png"});
  REQUIRE(table.code == 0);
  CHECK(contains(table.out, "network     VGG19 or VGG16, 2 convolutions"));
  CHECK(contains(table.out, "conv1_1 has the numbers of Caffe's training"));
  CHECK(contains(table.out, "block1_conv1/kernel:0  3 x 3 x 3 x 8"));
  CHECK(load_image(studio / "filters.png").width() == 220);
  const Run json = weights(studio, {"info", "keras.safetensors", "--json"});
  REQUIRE(json.code == 0);
  CHECK(json.out.rfind("{\n  \"file\": \"keras.safetensors\"", 0) == 0);
  CHECK(contains(json.out, "\"channel_order\": \"BGR\""));
  CHECK(contains(json.out, "\"name\": \"block1_conv2/bias:0\", \"layer\": \"block1_conv2\", \"shape\": [ 8]"));
}

TEST_CASE("cli: a file that grows beyond the limit of the shell ends in a sentence and leaves nothing behind") {
  const Studio studio;
  studio.write("tv.safetensors",
               read_text(std::filesystem::path(IMPASTO_GOLDEN_DIR) / "golden_vgg19_torchvision.safetensors"));
  const std::filesystem::path out = studio.path() / "out";
  std::filesystem::create_directory(out);
  const Run run = Program("/bin/sh",
                          {"-c", "ulimit -f 4 && exec \"$0\" \"$@\"", IMPASTO_PROGRAM, "weights", "import",
                           "tv.safetensors", "-o", "out/x.safetensors", "--source", "caffe"},
                          studio.path())
                      .wait();
  expect_failure(run, 1, {"'out/x.safetensors' failed after"});
  CHECK(std::filesystem::is_empty(out));
}

TEST_CASE("cli: JSON stays JSON whatever bytes a name has") {
  const Studio studio;
  const std::string name = "k\xff\xc3\xa4\xed\xa0\x80\"\n\xe2\x82.safetensors";
  studio.write(name, keras_file());
  const Run run = weights(studio, {"info", name, "--json"});
  REQUIRE(run.code == 0);
  const std::string unknown = "\xef\xbf\xbd";
  CHECK(contains(run.out, "\"k" + unknown + "\xc3\xa4" + unknown + unknown + unknown + "\\\"\\u000a" + unknown +
                              unknown + ".safetensors\""));
}

TEST_CASE("cli: weights that are not there, words that are not understood, and outputs that would destroy") {
  const Studio studio;
  studio.write("keras.safetensors", keras_file());
  expect_failure(weights(studio, {}), 2, {"needs an action"});
  expect_failure(weights(studio, {"imprt", "x"}), 2, {"'imprt'", "import"});
  expect_failure(weights(studio, {"import"}), 2, {"needs a file"});
  expect_failure(weights(studio, {"info"}), 2, {"needs a file"});
  expect_failure(weights(studio, {"info", "a", "b"}), 2, {"'b'"});
  expect_failure(weights(studio, {"info", "a", "--jsn"}), 2, {"--json"});
  expect_failure(weights(studio, {"info", "missing.h5"}), 1, {"'missing.h5'", "does not exist"});
  expect_failure(weights(studio, {"import", "keras.safetensors", "--source", "torch"}), 2, {"torchvision"});
  expect_failure(weights(studio, {"import", "keras.safetensors", "--dtype", "f64"}), 2, {"bf16"});
  expect_failure(weights(studio, {"import", "keras.safetensors", "--until", "conv9_9"}), 2, {"conv9_9"});
  expect_failure(weights(studio, {"import", "keras.safetensors", "-o", "keras.safetensors"}), 2, {"another name"});
  expect_failure(weights(studio, {"import", "keras.safetensors", "-o", "x.h5"}), 2, {".safetensors"});
  expect_failure(weights(studio, {"import", "keras.safetensors", "-o"}), 2, {"-o", "impasto weights import --help"});
  expect_failure(weights(studio, {"info", "keras.safetensors", "--picture", "x.txt"}), 2, {".txt"});
  CHECK(contains(weights(studio, {"--help"}).out, "import"));
  CHECK(contains(weights(studio, {"import", "--help"}).out, "Usage: impasto weights import FILE [options]"));
}
