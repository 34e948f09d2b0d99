// Kernels in whole numbers of 8 bits, each filter with its scale.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "impasto/stylise.h"
#include "impasto/weights_tools.h"
#include "model/network_weights.h"
#include "support/error_of.h"
#include "support/known_weights.h"
#include "support/same_numbers.h"
#include "support/temp_folder.h"
#include "support/torch_pickle.h"

namespace impasto::testing {
namespace {

using Tensors = std::vector<NamedTensor>;

// The first two convolutions, of other widths: whole numbers -128 .. 127, and scales that are no powers of two and
// other ones in each layer.
Tensors with_scales() {
  const auto whole = [](std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i * 37 % 256) - 128;
    return values;
  };
  const auto steps = [](std::size_t count, float step) {
    std::vector<float> values(count);
    for (std::size_t k = 0; k < count; ++k) values[k] = step * static_cast<float>(k + 1);
    return values;
  };
  return {{"block1_conv1/bias", {5}, steps(5, 0.25F)},
          {"block1_conv1/scale", {5}, steps(5, 0.1F)},
          {"block1_conv1/kernel", {3, 3, 3, 5}, whole(9 * 3 * 5), "I8"},
          {"block1_conv2/kernel", {3, 3, 5, 6}, whole(9 * 5 * 6), "I8"},
          {"block1_conv2/scale", {6}, steps(6, 0.7F)},
          {"block1_conv2/bias", {6}, steps(6, -0.5F)}};
}

// What such a file holds, with every product made by hand.
Tensors multiplied(Tensors tensors = with_scales()) {
  for (const std::size_t kernel : {2, 3}) {
    const std::vector<float>& scale = tensors[kernel == 2 ? 1 : 4].values;
    for (std::size_t i = 0; i < tensors[kernel].values.size(); ++i)
      tensors[kernel].values[i] *= scale[i % scale.size()];
    tensors[kernel].dtype = "F32";
  }
  std::erase_if(tensors, [](const NamedTensor& tensor) { return tensor.name.ends_with("/scale"); });
  return tensors;
}

NetworkWeights load(const Tensors& tensors) {
  const TempFolder folder;
  return load_weights(folder.write("w.safetensors", safetensors(tensors, torchvision_input())));
}

template <class Change>
std::string refusal(Change change) {
  Tensors tensors = with_scales();
  change(tensors);
  return error_of(ErrorCode::input, [&] { load(tensors); });
}

TEST_CASE("model: a kernel of I8 is its whole numbers times the scale of each filter, rounded once") {
  const NetworkWeights weights = load(with_scales());
  CHECK(same_numbers(weights, load(multiplied())));
  // HWIO [y=0][x=1][c=2][k=3]: element (3 + 2) * 5 + 3 = 28, 28 * 37 % 256 - 128 = -116, times 0.4.
  CHECK(weights.convolutions[0].w[28] == -116.0F * (0.1F * 4.0F));
  // [k=3] of the second layer, element 3: 3 * 37 - 128 = -17, times 2.8.
  CHECK(weights.convolutions[1].w[3] == -17.0F * (0.7F * 4.0F));
}

TEST_CASE("model: a scale may be of any type of floats") {
  Tensors tensors = with_scales();
  for (const std::size_t scale : {1, 4})
    for (float& value : tensors[scale].values) value = std::ceil(value) / 4;
  const NetworkWeights wanted = load(multiplied(tensors));
  for (const char* type : {"F64", "F32", "F16", "BF16"}) {
    CAPTURE(type);
    for (const std::size_t scale : {1, 4}) tensors[scale].dtype = type;
    CHECK(same_numbers(load(tensors), wanted));
  }
}

TEST_CASE("model: a kernel with a scale may lack its bias, and a scale without its kernel is passed over") {
  Tensors tensors = with_scales(), floats = multiplied();
  tensors.erase(tensors.begin());
  floats.erase(floats.begin());
  const NetworkWeights weights = load(tensors);
  CHECK(same_numbers(weights, load(floats)));
  CHECK(weights.convolutions[0].b[4] == 0);

  tensors = with_scales();
  tensors.erase(tensors.begin() + 3);
  CHECK(load(tensors).depth() == 1);
}

TEST_CASE("model: scales belong to the filters in the layout of PyTorch, too") {
  Tensors tensors;
  for (const NamedTensor& tensor : with_scales()) {
    tensors.push_back(tensor);
    NamedTensor& to = tensors.back();
    to.name.replace(0, 12, to.name.starts_with("block1_conv1") ? "features.0" : "features.2");
    if (tensor.shape.size() != 4) continue;
    to.name = to.name.substr(0, 10) + ".weight";
    const std::size_t C = tensor.shape[2], K = tensor.shape[3];
    to.shape = {K, C, 3, 3};
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const std::size_t k = i % K, c = i / K % C, tap = i / K / C;
      to.values[(k * C + c) * 9 + tap] = tensor.values[i];
    }
  }
  CHECK(same_numbers(load(tensors), load(multiplied())));
}

TEST_CASE("model: an import of I8 holds the products") {
  const TempFolder folder;
  const auto from = folder.write("w.safetensors", safetensors(with_scales(), torchvision_input()));
  const WeightsSummary summary = import_weights(from, folder / "wide.safetensors", {});
  CHECK(summary.layers.size() == 4);
  CHECK(same_numbers(load_weights(folder / "wide.safetensors"), load(multiplied())));
}

// Two files of the same network, in whole numbers and in floats, for a network that takes Keras' input.
struct TwoFiles : TempFolder {
  std::filesystem::path whole = write("whole.safetensors", safetensors(with_scales(), {{"source", "keras"}}));
  std::filesystem::path wide = write("wide.safetensors", safetensors(multiplied(), {{"source", "keras"}}));
};

TEST_CASE("model: preprocessing is folded into the products") {
  const TwoFiles files;
  CHECK(import_weights(files.whole, files / "a.safetensors", {.fold = true}).folded);
  import_weights(files.wide, files / "b.safetensors", {.fold = true});
  CHECK(same_numbers(load_weights(files / "a.safetensors"), load_weights(files / "b.safetensors")));
}

TEST_CASE("model: normalising a file of I8 gives floats, those of its products normalised") {
  const TwoFiles files;
  Image picture(24, 20);
  for (std::size_t i = 0; i < picture.pixels().size(); ++i)
    picture.pixels()[i] = static_cast<float>(i * 37 % 101) / 101;
  save_image(picture, files / "noise.png");
  const WeightsSummary written =
      normalise_weights(files.whole, {files / "noise.png"}, files / "a.safetensors", Context(1)).written;
  CHECK(written.layers.size() == 4);
  CHECK(written.layers.front().type == "F32");
  normalise_weights(files.wide, {files / "noise.png"}, files / "b.safetensors", Context(1));
  CHECK(same_numbers(load_weights(files / "a.safetensors"), load_weights(files / "b.safetensors")));
  CHECK_FALSE(same_numbers(load_weights(files / "a.safetensors"), load_weights(files.wide)));
}

TEST_CASE("model: a scale may lie in another part than its kernel") {
  const TempFolder folder;
  std::string map;
  for (const bool scales : {false, true}) {
    const std::string name = scales ? "m-00002-of-00002.safetensors" : "m-00001-of-00002.safetensors";
    Tensors part = with_scales();
    std::erase_if(part, [&](const NamedTensor& tensor) { return tensor.name.ends_with("/scale") != scales; });
    for (const NamedTensor& tensor : part)
      map.append(map.empty() ? "\"" : ",\"").append(tensor.name).append("\":\"").append(name).append("\"");
    folder.write(name, safetensors(part, torchvision_input()));
  }
  const auto index = folder.write("m.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
  CHECK(same_numbers(load_weights(index), load(multiplied())));
}

TEST_CASE("model: a summary shows I8 as it lies in the file, and no scale counts as a weight") {
  const TempFolder folder;
  const WeightsSummary summary =
      inspect_weights(folder.write("w.safetensors", safetensors(with_scales(), torchvision_input())));
  REQUIRE(summary.layers.size() == 6);
  CHECK(summary.layers[0].name == "block1_conv1/kernel");
  CHECK(summary.layers[0].type == "I8");
  CHECK(summary.layers[0].min >= -128);
  CHECK(summary.layers[0].max == 127);
  CHECK(summary.layers[1].name == "block1_conv1/scale");
  CHECK(summary.layers[1].layer == "block1_conv1");
  CHECK(summary.layers[2].is_bias);
  CHECK(summary.parameters == 9 * 3 * 5 + 5 + 9 * 5 * 6 + 6);
  CHECK(summary.problems.size() == 1);  // that the file ends early

  Tensors wrong = with_scales();
  wrong[4].values[2] = 0;
  const WeightsSummary told = inspect_weights(folder.write("z.safetensors", safetensors(wrong, torchvision_input())));
  CHECK(std::any_of(told.problems.begin(), told.problems.end(), [](const std::string& problem) {
    return contains(problem, "'block1_conv2/scale' holds 0 at element 2");
  }));
}

TEST_CASE("model: a scale that is missing, of another length, or not a positive number is refused") {
  CHECK(contains(refusal([](Tensors& t) { t.erase(t.begin() + 4); }),
                 "'block1_conv2/kernel' is of type I8 and has no scale; wanted F32, or in a safetensors file a 'scale' "
                 "of 6 numbers beside it, one for each filter"));
  CHECK(contains(refusal([](Tensors& t) { t[1].shape = {4}, t[1].values.pop_back(); }),
                 "'block1_conv1/scale' is 4; wanted 5 numbers, one for each filter of 'block1_conv1/kernel'"));
  CHECK(contains(refusal([](Tensors& t) { std::swap(t[1].name, t[4].name); }), "'block1_conv1/scale' is 6; wanted 5"));
  CHECK(contains(refusal([](Tensors& t) { t[1].shape = {5, 1}; }), "'block1_conv1/scale' is 5 x 1; wanted 5 numbers"));
  CHECK(contains(refusal([](Tensors& t) { t[4].values[3] = 0; }),
                 "'block1_conv2/scale' holds 0 at element 3; wanted positive numbers"));
  CHECK(contains(refusal([](Tensors& t) { t[4].values[5] = -1; }), "holds -1 at element 5"));
  CHECK(contains(refusal([](Tensors& t) { t[1].values[0] = std::numeric_limits<float>::quiet_NaN(); }),
                 "'block1_conv1/scale' holds nan at element 0"));
  CHECK(contains(refusal([](Tensors& t) { t[1].values[0] = std::numeric_limits<float>::infinity(); }),
                 "'block1_conv1/scale' holds inf at element 0"));
  CHECK(contains(refusal([](Tensors& t) { t[1].values[0] = std::numeric_limits<float>::max(); }),
                 "block1_conv1 weights holds a value that is not a finite number"));
}

TEST_CASE("model: a bias or a scale in I8, which nothing scales, is refused, as is a scale of floats") {
  CHECK(contains(refusal([](Tensors& t) {
                   t[0].values = {1, 2, 3, 4, 5};
                   t[0].dtype = "I8";
                 }),
                 "'block1_conv1/bias' is of type I8; wanted F32"));
  CHECK(contains(refusal([](Tensors& t) {
                   t[1].values = {1, 2, 3, 4, 5};
                   t[1].dtype = "I8";
                 }),
                 "'block1_conv1/scale' is of type I8; wanted F32"));
  CHECK(contains(refusal([](Tensors& t) { t[2].dtype = "F32"; }),
                 "'block1_conv1/scale' is beside 'block1_conv1/kernel', which is of type F32; wanted I8"));
}

// block1_conv1 with two filters of int8 as torch.save writes it, with or without a scale.
std::string pickle_of_int8(bool has_scale) {
  const auto floats = [](const char* key) {
    return pickled::tensor(pickled::storage("FloatStorage", key, 2, "N"), 0, {2}, {1});
  };
  std::vector<std::string> entries = {
      pickled::text("features.0.weight"),
      pickled::tensor(pickled::storage("CharStorage", "0", 54, "N"), 0, {2, 3, 3, 3}, {27, 9, 3, 1}),
      pickled::text("features.0.bias"), floats("1")};
  std::vector<std::string> keys = {"0", "1"};
  std::string numbers;
  append_little_endian(numbers, 54, 8);
  numbers += std::string(54, '\1');
  for (int i = 0; i < (has_scale ? 2 : 1); ++i) {
    append_little_endian(numbers, 2, 8);
    for (int k = 0; k < 2; ++k) append_value(numbers, 1, "F32");
  }
  if (has_scale) {
    entries.insert(entries.end(), {pickled::text("features.0.scale"), floats("2")});
    keys.emplace_back("2");
  }
  return pickled::legacy_file(pickled::dict(entries), keys, numbers);
}

TEST_CASE("model: whole numbers of PyTorch are refused with what to do, with a scale and without") {
  const TempFolder folder;
  const auto refusal_of_pickle = [&](bool has_scale) {
    const auto file = folder.write("w.pth", pickle_of_int8(has_scale));
    return error_of(ErrorCode::input, [&] { load_weights(file, WeightsSource::torchvision); });
  };
  CHECK(contains(refusal_of_pickle(false),
                 "'features.0.weight' is of type I8 and has no scale; wanted F32, or in a safetensors file a 'scale'"));
  CHECK(contains(refusal_of_pickle(true),
                 "'features.0.weight' is of type I8; wanted F64, F32, F16 or BF16, so save it as float32"));
}

}  // namespace
}  // namespace impasto::testing
