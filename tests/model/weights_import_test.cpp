// Imported files: the same numbers as the original, metadata that say everything, and both ways to carry preprocessing.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/checksum.h"
#include "impasto/options.h"
#include "impasto/weights_tools.h"
#include "model/vgg.h"
#include "model/weights_file.h"
#include "support/error_of.h"
#include "support/gradcheck.h"
#include "support/known_weights.h"
#include "support/same_numbers.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

using Tensors = std::vector<NamedTensor>;

WeightsImport from(WeightsSource source) {
  WeightsImport how;
  how.source = source;
  return how;
}

Tensors caffe_numbers() {
  Tensors tensors = first_convolutions();
  put_caffe_filter(tensors);
  return tensors;
}

// The map of block1_conv2 for a picture of noise.
std::vector<float> features(const std::filesystem::path& file) {
  const Vgg<float> network(std::make_shared<const NetworkWeights>(load_weights(file)));
  const Tensor<float> picture = random_tensor({20, 24, 3}, 5, -2, 2).as<float>();
  const Context context(1);
  Tape<float> tape(context);
  const std::size_t wanted[] = {1};
  const Id map = network.record(tape, tape.constant(picture.view()), wanted).front();
  tape.keep(map);
  tape.forward();
  const std::span<const float> values = tape.value(map);
  return {values.begin(), values.end()};
}

TEST_CASE("model: an imported file has the bits of the original's numbers, from every naming and layout") {
  const TempFolder folder;
  const NetworkWeights original =
      load_weights(folder.write("o.safetensors", safetensors(first_convolutions())), WeightsSource::torchvision);
  for (const Tensors& tensors :
       {first_convolutions(), as_keras(first_convolutions()), as_caffe(first_convolutions())}) {
    const auto file = folder.write("in.safetensors", safetensors(tensors));
    const WeightsSummary summary = import_weights(file, folder / "out.safetensors", from(WeightsSource::torchvision));
    CHECK(summary.convolutions == 2);
    CHECK(summary.layers.front().name == "block1_conv1/kernel");
    CHECK(summary.layers.front().sizes == std::vector<std::int64_t>{3, 3, 3, 8});
    CHECK(same_numbers(load_weights(folder / "out.safetensors"), original));
  }
}

// The same as raw numbers with a JSON beside them; gives the JSON.
std::filesystem::path write_blob(const TempFolder& folder, const Tensors& tensors) {
  std::string json, numbers;
  for (const NamedTensor& tensor : tensors) {
    json += text(json.empty() ? "" : ",", R"({"name": ")", tensor.name, R"(", "offset": )", numbers.size(),
                 R"(, "shape": [)");
    for (const std::size_t size : tensor.shape) json += text(json.back() == '[' ? "" : ",", size);
    json += "]}";
    for (const float value : tensor.values) append_value(numbers, value, "F32");
  }
  folder.write("w.bin", numbers);
  return folder.write("w.json", R"({"file": "w.bin", "arrays": [)" + json + "]}");
}

TEST_CASE("model: raw numbers with a JSON beside them are imported with their bits, by either name") {
  const TempFolder folder;
  const auto json = write_blob(folder, as_keras(first_convolutions()));
  const NetworkWeights original =
      load_weights(folder.write("o.safetensors", safetensors(first_convolutions())), WeightsSource::torchvision);
  for (const std::filesystem::path& file : {json, folder / "w.bin"}) {
    const WeightsSummary summary = import_weights(file, folder / "out.safetensors", from(WeightsSource::caffe));
    CHECK(contains(summary.metadata.at("made_from"), "raw numbers"));
    CHECK(same_numbers(load_weights(folder / "out.safetensors"), original));
  }
}

TEST_CASE("model: an imported file tells source, input, rights and what it was made from, and is the same every time") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(as_keras(caffe_numbers())));
  const WeightsSummary summary = import_weights(file, folder / "a.safetensors");
  CHECK(summary.source == WeightsSource::keras);
  CHECK(summary.metadata.at("source") == "keras");
  CHECK(summary.metadata.at("layout") == "HWIO");
  CHECK(summary.metadata.at("channel_order") == "BGR");
  CHECK(summary.metadata.at("range") == "255");
  CHECK(summary.metadata.at("mean") == "103.939,116.779,123.68");
  CHECK(summary.metadata.at("std") == "1,1,1");
  CHECK(summary.metadata.at("preprocessing") == "carried");
  CHECK(summary.metadata.at("pooling") == "max");
  CHECK(summary.metadata.at("padding") == "zero");
  CHECK(summary.metadata.at("network") == "VGG19 or VGG16");
  CHECK(summary.metadata.at("licence") == "CC BY 4.0");
  CHECK(contains(summary.metadata.at("attribution"), "Simonyan"));
  CHECK(contains(summary.metadata.at("created_by"), "Impasto"));
  if (has_checksums()) CHECK(summary.metadata.at("sha256") == sha256_checksum(file));
  import_weights(file, folder / "b.safetensors");
  CHECK(folder.read("a.safetensors") == folder.read("b.safetensors"));
  CHECK(load_weights(folder / "a.safetensors").input == kCaffePreprocessing.from_normalised());
  // Once more: nothing is lost on the way.
  CHECK(import_weights(folder / "a.safetensors", folder / "c.safetensors").metadata.at("licence") == "CC BY 4.0");
  CHECK(same_numbers(load_weights(folder / "a.safetensors"), load_weights(folder / "c.safetensors")));
}

TEST_CASE("model: what a file says of itself to people goes along, by every import") {
  const TempFolder folder;
  const WeightsMetadata words = {{"source", "keras"},   {"description", "a student"}, {"licence", "mine"},
                                 {"attribution", "me"}, {"normalised", "over 2"},     {"other", "left behind"}};
  const auto file = folder.write("in.safetensors", safetensors(as_keras(first_convolutions()), words));
  for (const bool fold : {false, true}) {
    const WeightsMetadata written = import_weights(file, folder / "a.safetensors", {.fold = fold}).metadata;
    for (const char* key : {"description", "licence", "attribution", "normalised"})
      CHECK(written.at(key) == words.at(key));
    CHECK(written.count("other") == 0);
    CHECK(contains(load_weights(folder / "a.safetensors").description, "(a student, "));
  }
  const auto plain = folder.write("plain.safetensors", safetensors(first_convolutions(), torchvision_input()));
  CHECK(import_weights(plain, folder / "a.safetensors").metadata.count("description") == 0);
}

TEST_CASE("model: rights are not claimed for numbers nobody knows") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(first_convolutions()));
  const WeightsSummary summary = import_weights(file, folder / "a.safetensors", from(WeightsSource::keras));
  CHECK(summary.metadata.at("licence") == "that of the file it was made from");
}

TEST_CASE("model: folded preprocessing gives the maps of carried to 1e-5 away from the border") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(as_keras(first_convolutions())));
  WeightsImport how = from(WeightsSource::keras);
  import_weights(file, folder / "carried.safetensors", how);
  how.fold = true;
  const WeightsSummary folded = import_weights(file, folder / "folded.safetensors", how);
  CHECK(folded.folded);
  CHECK(folded.source == WeightsSource::keras);
  CHECK(folded.metadata.at("preprocessing") == "folded");
  CHECK(folded.channel_order == "RGB");
  const NetworkWeights loaded = load_weights(folder / "folded.safetensors");
  CHECK(loaded.folded);
  CHECK(loaded.input == ChannelMap{});
  const std::vector<float> a = features(folder / "carried.safetensors"), b = features(folder / "folded.safetensors");
  REQUIRE(a.size() == 20 * 24 * 8);
  double largest = 0, inside = 0, border = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t y = i / 8 / 24, x = i / 8 % 24;
    const bool near = y < 2 || x < 2 || y >= 18 || x >= 22;  // two convolutions deep
    largest = std::max(largest, std::abs(double{a[i]}));
    (near ? border : inside) = std::max(near ? border : inside, std::abs(double{a[i]} - b[i]));
  }
  CHECK(inside < 1e-5 * largest);
  CHECK(border > 1e-5 * largest);  // there the one pads with x = 0, the other with n = 0
}

TEST_CASE("model: nothing is folded for a network that takes the optimiser's own units") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(first_convolutions()));
  WeightsImport how = from(WeightsSource::torchvision);
  how.fold = true;
  CHECK_FALSE(import_weights(file, folder / "a.safetensors", how).folded);
}

TEST_CASE("model: a folded file refuses literal preprocessing and another source") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(first_convolutions()));
  WeightsImport how = from(WeightsSource::keras);
  how.fold = true;
  import_weights(file, folder / "folded.safetensors", how);
  const Weights weights = Weights::load(folder / "folded.safetensors");
  Options options = preset("default", Weights::formula());
  options.content_layers = {{"block1_conv2", 1}};
  options.style_layers = {{"block1_conv1", 1}};
  CHECK_NOTHROW(validate(options, weights));
  options.preprocess = Preprocess::literal;
  CHECK(
      contains(error_of(ErrorCode::usage, [&] { validate(options, weights); }), "folded into their first convolution"));
  const std::string sentence = error_of(ErrorCode::input, [&] {
    import_weights(folder / "folded.safetensors", folder / "again.safetensors", from(WeightsSource::keras));
  });
  CHECK(contains(sentence, "import the original file"));
}

TEST_CASE("model: an import ends at a layer by any of its names, and rounds to f16 or bf16") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(first_convolutions(), torchvision_input()));
  WeightsImport how;
  for (const char* layer : {"block1_conv1", "conv1_1", "features.0"}) {
    how.until = layer;
    CHECK(import_weights(file, folder / "short.safetensors", how).convolutions == 1);
  }
  how.until = "block1_pool";
  CHECK(import_weights(file, folder / "short.safetensors", how).convolutions == 2);
  how.until = "block2_conv1";
  CHECK(contains(error_of(ErrorCode::usage, [&] { import_weights(file, folder / "x.safetensors", how); }),
                 "holds the first 2 convolutions"));
  how.until = "block9_conv1";
  CHECK(contains(error_of(ErrorCode::usage, [&] { import_weights(file, folder / "x.safetensors", how); }),
                 "no layer 'block9_conv1'"));
  how.until.clear();
  const NetworkWeights whole = load_weights(file);
  for (const WeightsType type : {WeightsType::f16, WeightsType::bf16}) {
    how.type = type;
    const WeightsSummary summary = import_weights(file, folder / "narrow.safetensors", how);
    CHECK(summary.layers.front().type == (type == WeightsType::f16 ? "F16" : "BF16"));
    CHECK(same_numbers(load_weights(folder / "narrow.safetensors"), whole));  // multiples of 1/8
  }
}

TEST_CASE("model: a file that cannot be imported leaves none behind, and the original is never replaced") {
  const TempFolder folder;
  const auto file = folder.write("in.safetensors", safetensors(first_convolutions()));
  CHECK(contains(error_of(ErrorCode::input, [&] { import_weights(file, folder / "out.safetensors"); }), "--source"));
  CHECK(contains(error_of(ErrorCode::usage, [&] { import_weights(file, file, from(WeightsSource::keras)); }),
                 "choose another name"));
  CHECK(contains(error_of(ErrorCode::io, [&] { import_weights(file, folder / "no/out", from(WeightsSource::keras)); }),
                 "no"));
  CHECK(folder.size() == 1);
}

TEST_CASE("model: a file that is cut short while it is open ends in an error, not in a signal") {
  const TempFolder folder;
  const auto path = folder.write("in.safetensors", safetensors(first_convolutions(), torchvision_input()));
  const WeightsFile file(path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 40);
  CHECK_NOTHROW(file.convolution(0));
  CHECK(contains(error_of(ErrorCode::input, [&] { file.convolutions(2, Context(2)); }), "cut short while it was read"));
}

}  // namespace
}  // namespace impasto::testing
