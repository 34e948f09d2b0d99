// Weights files: every layout and type gives the same network, and every damage its own sentence.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "base/half.h"
#include "model/network_weights.h"
#include "support/error_of.h"
#include "support/known_weights.h"
#include "support/safetensors.h"
#include "support/same_numbers.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

// Numbers of no training that is known: what they were trained on is said here.
NetworkWeights load(const std::string& bytes, WeightsSource source = WeightsSource::torchvision) {
  const TempFolder folder;
  return load_weights(folder.write("w.safetensors", bytes), source);
}

std::string error_from(const std::string& bytes) {
  return error_of(ErrorCode::input, [&] { load(bytes); });
}

TEST_CASE("model: torchvision, Keras and Caffe names and layouts give the same numbers") {
  const NetworkWeights torch = load(safetensors(first_convolutions()));
  REQUIRE(torch.convolutions.size() == 2);
  CHECK(torch.convolutions[0].w.shape() == Shape{3, 3, 3, 8});
  // OIHW [k=1][c=2][y=0][x=1]
  CHECK(torch.convolutions[0].w[((0 * 3 + 1) * 3 + 2) * 8 + 1] == first_convolutions()[0].values[(1 * 3 + 2) * 9 + 1]);
  CHECK(same_numbers(torch, load(safetensors(as_keras(first_convolutions(), "/kernel:0", "/bias:0")))));
  CHECK(same_numbers(torch, load(safetensors(as_keras(first_convolutions(), "/kernel", "/bias")))));
  CHECK(same_numbers(torch, load(safetensors(as_keras(first_convolutions(), ".kernel", ".bias")))));
  CHECK(same_numbers(torch, load(safetensors(as_caffe(first_convolutions())))));
}

TEST_CASE("model: F16 and BF16 give the numbers of F32 when those are exact") {
  const NetworkWeights wide = load(safetensors(first_convolutions()));
  for (const char* dtype : {"F16", "BF16"}) {
    std::vector<NamedTensor> narrow = first_convolutions();
    for (NamedTensor& tensor : narrow) tensor.dtype = dtype;
    CHECK(same_numbers(wide, load(safetensors(narrow))));
  }
}

TEST_CASE("model: half precision is decoded exactly, subnormal and infinite values too") {
  CHECK(float_from_half(0x3c00) == 1.0F);
  CHECK(float_from_half(0xc000) == -2.0F);
  CHECK(float_from_half(0x0001) == 0x1p-24F);
  CHECK(float_from_half(0x8001) == -0x1p-24F);
  CHECK(float_from_half(0x0400) == 0x1p-14F);
  CHECK(float_from_half(0x7bff) == 65504.0F);
  CHECK(float_from_half(0x7c00) == std::numeric_limits<float>::infinity());
  CHECK(float_from_half(0x7e00) != float_from_half(0x7e00));
  CHECK(float_from_bfloat16(0x4049) == 3.140625F);
}

TEST_CASE("model: preprocessing, pooling and padding in the metadata win over the names") {
  const NetworkWeights weights = load(safetensors(first_convolutions(), {{"channel_order", "BGR"},
                                                                         {"range", "255"},
                                                                         {"mean", "1,2,3"},
                                                                         {"std", "2,2,4"},
                                                                         {"pooling", "average"},
                                                                         {"padding", "reflect"}}),
                                      WeightsSource::automatic);
  CHECK(weights.input.order == std::array<int, 3>{2, 1, 0});
  CHECK(weights.input.gain[2] == doctest::Approx(255 * 0.229 / 4));
  CHECK(weights.input.offset[2] == doctest::Approx((255 * 0.485 - 3) / 4));
  CHECK(weights.pooling == Pooling::average);
  CHECK(weights.padding == Padding::reflect);
  for (const auto& bad : std::map<std::string, std::string>{{"channel_order", "GBR"},
                                                            {"range", "100"},
                                                            {"mean", "1,2"},
                                                            {"std", "0,1,1"},
                                                            {"pooling", "median"},
                                                            {"padding", "wrap"},
                                                            {"layout", "OHWI"}}) {
    const std::string& key = bad.first;
    INFO(key);
    std::map<std::string, std::string> metadata = torchvision_input();
    metadata[key] = bad.second;
    CHECK(contains(error_of(ErrorCode::input,
                            [&] { load(safetensors(first_convolutions(), metadata), WeightsSource::automatic); }),
                   key));
  }
}

TEST_CASE("model: what the metadata say of a network stands in its description, first what it is") {
  std::map<std::string, std::string> metadata = torchvision_input();
  const auto described = [&] {
    return load(safetensors(first_convolutions(), metadata), WeightsSource::automatic).description;
  };
  CHECK(described().ends_with("w.safetensors (torchvision, VGG19 or VGG16, 2 convolutions, input RGB 0..1)"));
  metadata["description"] = "a student";
  CHECK(described().ends_with("w.safetensors (a student, VGG19 or VGG16, 2 convolutions, input RGB 0..1)"));
}

TEST_CASE("model: a file cut short anywhere is refused, whatever the length") {
  const std::string whole = safetensors(first_convolutions());
  for (std::size_t length = 0; length < whole.size(); length += length < 400 ? 1 : 97) {
    INFO(length, " of ", whole.size(), " bytes");
    CHECK_FALSE(error_from(whole.substr(0, length)).empty());
  }
  CHECK(contains(error_from(whole.substr(0, whole.size() - 1)), "cut short"));
}

TEST_CASE("model: damaged headers are refused, and sizes are checked before memory is taken") {
  const auto entry = [](const std::string& json) {
    return with_header("{\"features.0.weight\":" + json + "}", "12345678");
  };
  CHECK(contains(error_from(with_header("[1]", "")), "not a safetensors file"));
  CHECK(contains(error_from(with_header("{\"a\":", "")), "damaged header"));
  CHECK(contains(error_from(entry("{}")), "lacks dtype"));
  CHECK(contains(error_from(entry("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,16]}")), "cut short"));
  CHECK(contains(error_from(entry("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}")), "bytes 8 to 0"));
  CHECK(contains(error_from(entry("{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}")), "wants more values"));
  CHECK(contains(error_from(entry("{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,8]}")),
                 "more values than"));
  CHECK(contains(error_from(entry("{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}")), "shape"));
  CHECK(contains(error_from(entry("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,1e99]}")), "lacks dtype"));
  std::string long_header = "\xff\xff\xff\xff\xff\xff\xff\x7f{}";
  CHECK(contains(error_from(long_header), "not a safetensors file"));
}

TEST_CASE("model: weights of another network are refused, and the sentence names the layer") {
  std::vector<NamedTensor> t = first_convolutions();
  t[0].shape = {8, 27, 1, 1};
  CHECK(contains(error_from(safetensors(t)),
                 "'features.0.weight' (block1_conv1) is 8 x 27 x 1 x 1; wanted K x C x 3 x 3"));
  t = first_convolutions();
  t[2].shape = {16, 4, 3, 3};
  CHECK(contains(
      error_from(safetensors(t)),
      "'features.2.weight' (block1_conv2) is 16 x 4 x 3 x 3 and takes 4 channels, but the layer before it gives 8"));
  t = first_convolutions();
  t[2].name = "features.5.weight";
  t[3].name = "features.5.bias";
  CHECK(contains(error_from(safetensors(t)), "lacks 'features.2.weight'"));
  t = first_convolutions();
  t[0].name = "something";
  CHECK(contains(error_from(safetensors(t)), "lacks 'features.0.weight' but holds 'features.2.weight'"));
  t = first_convolutions();
  t[1].dtype = "I16";
  CHECK(contains(error_from(safetensors(t)), "type I16"));
}

TEST_CASE("model: a missing bias is zeros, which is said") {
  std::vector<NamedTensor> t = first_convolutions(), zeros = t;
  std::fill(zeros[3].values.begin(), zeros[3].values.end(), 0.0F);
  t.erase(t.begin() + 3);
  const NetworkWeights weights = load(safetensors(t));
  CHECK(same_numbers(weights, load(safetensors(zeros))));
  CHECK(
      contains(weights.description, "1 of 2 convolutions have no bias ('features.2.weight'), which is taken as zeros"));
  t.erase(t.begin() + 1);
  CHECK(contains(load(safetensors(t)).description, "2 of 2 convolutions have no bias ('features.0.weight', ...)"));
}

TEST_CASE("model: a kernel's shape says which way it lies, whatever its name") {
  std::vector<NamedTensor> t = first_convolutions(), hwio = as_keras(t);
  for (std::size_t i = 0; i < t.size(); ++i) std::swap(t[i].name, hwio[i].name);
  const NetworkWeights weights = load(safetensors(first_convolutions()));
  CHECK(same_numbers(weights, load(safetensors(t))));     // OIHW under Keras' names: Theano's order
  CHECK(same_numbers(weights, load(safetensors(hwio))));  // HWIO under torchvision's
}

TEST_CASE("model: a value that is not finite is refused with layer and element") {
  std::vector<NamedTensor> t = first_convolutions();
  t[2].values[5] = std::numeric_limits<float>::quiet_NaN();
  CHECK(contains(error_from(safetensors(t)), "block1_conv2 weights holds a value that is not a finite number"));
  t = first_convolutions();
  t[1].values[3] = std::numeric_limits<float>::infinity();
  CHECK(contains(error_from(safetensors(t)), "block1_conv1 bias"));
}

TEST_CASE("model: a missing file, a folder and an empty file are refused") {
  const TempFolder folder;
  CHECK(contains(error_of(ErrorCode::input, [&] { load_weights(folder / "none"); }), "does not exist"));
  CHECK(contains(error_of(ErrorCode::input, [&] { load_weights(folder.path()); }), "not a regular file"));
  CHECK(contains(error_from(""), "0 bytes"));
}

}  // namespace
}  // namespace impasto::testing
