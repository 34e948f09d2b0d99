// What a network was trained on is told by its numbers or its metadata, and never guessed.
#include "model/weights_source.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "impasto/options.h"
#include "impasto/weights_tools.h"
#include "model/weights_file.h"
#include "support/error_of.h"
#include "support/known_weights.h"
#include "support/same_numbers.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

using Tensors = std::vector<NamedTensor>;
using Metadata = std::map<std::string, std::string>;

NetworkWeights load(const Tensors& tensors, const Metadata& metadata = {},
                    WeightsSource source = WeightsSource::automatic) {
  const TempFolder folder;
  return load_weights(folder.write("w.safetensors", safetensors(tensors, metadata)), source);
}

Tensors torchvision_numbers() {
  Tensors tensors = first_convolutions();
  put_torchvision_filter(tensors);
  return tensors;
}

Tensors caffe_numbers() {
  Tensors tensors = first_convolutions();
  put_caffe_filter(tensors);
  return tensors;
}

const ChannelMap kRgb255 = preprocessing_of(WeightsSource::caffe, true).from_normalised();
const ChannelMap kBgr255 = kCaffePreprocessing.from_normalised();

TEST_CASE("model: Keras' and Caffe's input is BGR 0..255 minus the mean, torchvision's the optimiser's own units") {
  CHECK(preprocessing_of(WeightsSource::torchvision, true).from_normalised() == ChannelMap{});
  CHECK(kBgr255.order == std::array<int, 3>{2, 1, 0});
  CHECK(kBgr255.gain[0] == doctest::Approx(255 * 0.225));
  // Mid grey 0.5 of blue, normalised, must become 127.5 - 103.939.
  CHECK(kBgr255.gain[0] * ((0.5 - 0.406) / 0.225) + kBgr255.offset[0] == doctest::Approx(127.5 - 103.939));
  CHECK(kRgb255.order == std::array<int, 3>{0, 1, 2});
  CHECK(kRgb255.offset[2] == doctest::Approx(kBgr255.offset[0]));
}

TEST_CASE("model: the training is known by its numbers under any names, in any type and scale") {
  CHECK(load(torchvision_numbers()).input == ChannelMap{});
  CHECK(load(as_caffe(torchvision_numbers())).input == ChannelMap{});
  CHECK(load(as_keras(torchvision_numbers())).input == ChannelMap{});
  CHECK(load(caffe_numbers()).input == kBgr255);  // names as of torchvision, trained in Caffe: vgg19-d01eb7cb.pth
  CHECK(load(as_caffe(caffe_numbers())).input == kBgr255);
  CHECK(load(as_keras(caffe_numbers())).input == kBgr255);
  for (const Tensors& tensors : {torchvision_numbers(), caffe_numbers()}) {
    Tensors narrow = tensors, scaled = tensors;
    for (NamedTensor& tensor : narrow) tensor.dtype = "BF16";
    CHECK(load(narrow).input == load(tensors).input);
    for (std::size_t i = 0; i < 2; ++i) {
      for (float& value : scaled[i].values) value *= 0.037F;  // Gatys' normalisation
    }
    CHECK(load(scaled).input == load(tensors).input);
  }
}

TEST_CASE("model: filters whose channels were turned are known as such") {
  Tensors turned = caffe_numbers();
  turn_channels(turned);
  CHECK(load(turned).input == kRgb255);
  CHECK(load(turned, {}, WeightsSource::caffe).input == kRgb255);
  turned = torchvision_numbers();
  turn_channels(turned);
  CHECK(load(turned).input.order == std::array<int, 3>{2, 1, 0});
  CHECK(load(turned).input.gain == ChannelMap{}.gain);
}

TEST_CASE("model: VGG16's training in Caffe is known by its numbers too") {
  Tensors tensors = first_convolutions();
  put_caffe_filter_of_vgg16(tensors);
  CHECK(load(tensors).input == kBgr255);
  CHECK(load(as_keras(tensors)).input == kBgr255);
  turn_channels(tensors);
  CHECK(load(tensors).input == kRgb255);
}

TEST_CASE("model: kernels turned by 180 degrees, as Theano has them, are known by the first one and all turned back") {
  for (const auto put : {put_caffe_filter, put_caffe_filter_of_vgg16, put_torchvision_filter}) {
    Tensors upright = first_convolutions();
    put(upright);
    Tensors turned = upright, narrow = upright;
    turn_kernels(turned);
    const NetworkWeights wanted = load(upright);
    CHECK_FALSE(contains(wanted.description, "turned"));
    for (const Tensors& tensors : {turned, as_keras(turned), as_caffe(turned)}) {
      const NetworkWeights weights = load(tensors);
      CHECK(same_numbers(weights, wanted));
      CHECK(weights.input == wanted.input);
      CHECK(contains(weights.description, "its kernels lie turned by 180 degrees, as Theano has them"));
    }
    // Whatever it is said to be trained on.
    CHECK(same_numbers(load(turned, {}, WeightsSource::caffe), wanted));
    CHECK(same_numbers(load(turned, {{"source", "keras"}}), wanted));
    const TempFolder folder;
    const auto file = folder.write("t.safetensors", safetensors(turned));
    CHECK(contains(inspect_weights(file).notes.at(0), "turned back"));
    const WeightsSummary imported = import_weights(file, folder / "i.safetensors");
    CHECK(imported.notes.empty());
    CHECK(contains(imported.metadata.at("made_from"), "turned back"));
    CHECK(same_numbers(load_weights(folder / "i.safetensors"), wanted));
  }
  Tensors unknown = first_convolutions();
  turn_kernels(unknown);
  CHECK_FALSE(
      same_numbers(load(unknown, {}, WeightsSource::caffe), load(first_convolutions(), {}, WeightsSource::caffe)));
}

TEST_CASE("model: numbers of no known training are refused, whatever the names, and the sentence says what to do") {
  for (const Tensors& tensors :
       {first_convolutions(), as_keras(first_convolutions()), as_caffe(first_convolutions())}) {
    const std::string sentence = load(tensors).unknown_input;
    CHECK(contains(sentence, "does not tell what its network was trained on"));
    CHECK(contains(sentence, "impasto weights import --source"));
  }
  Tensors altered = torchvision_numbers();
  altered[0].values[4] += 0.03F;
  CHECK(contains(load(altered).unknown_input, "--source"));
}

TEST_CASE("model: metadata tell by order and range, or by the source's word; what is asked for beats both") {
  CHECK(load(first_convolutions(), {{"source", "torchvision"}}).input == ChannelMap{});
  CHECK(load(first_convolutions(), {{"source", "keras"}}).input == kBgr255);
  CHECK(load(first_convolutions(), {{"channel_order", "RGB"}, {"range", "255"}}).input == kRgb255);
  CHECK(load(first_convolutions(), {{"channel_order", "RGB"}, {"range", "1"}}).input == ChannelMap{});
  CHECK(load(torchvision_numbers(), {{"source", "caffe"}}).input == kBgr255);
  CHECK(load(torchvision_numbers(), {{"source", "torchvision"}}, WeightsSource::caffe).input == kBgr255);
  CHECK(load(as_keras(first_convolutions()), {}, WeightsSource::torchvision).input == ChannelMap{});
  CHECK(load(torchvision_numbers()).unknown_input.empty());
  CHECK_FALSE(load(first_convolutions(), {{"source", "my own"}}).unknown_input.empty());
  CHECK_FALSE(load(first_convolutions(), {{"range", "255"}}).unknown_input.empty());
}

TEST_CASE("model: preprocessing that is folded and told once more would act twice, and is refused") {
  for (const Metadata& told : {Metadata{{"source", "keras"}}, Metadata{{"channel_order", "BGR"}, {"range", "1"}},
                               Metadata{{"source", "torchvision"}, {"mean", "0,0,0"}}}) {
    Metadata metadata = told;
    CHECK_NOTHROW(load(first_convolutions(), metadata));
    metadata["preprocessing"] = "folded";
    CHECK(contains(error_of(ErrorCode::input, [&] { load(first_convolutions(), metadata); }), "act twice"));
  }
  CHECK(load(first_convolutions(), {{"source", "torchvision"}, {"preprocessing", "folded"}}).folded);
}

TEST_CASE("model: weights whose input nobody knows paint with literal preprocessing alone") {
  const TempFolder folder;
  const Weights weights = Weights::load(folder.write("w.safetensors", safetensors(first_convolutions())));
  CHECK(contains(weights.description(), "input not told"));
  Options options;
  options.content_layers = {{"block1_conv2", 1}};
  options.style_layers = {{"block1_conv1", 1}};
  CHECK(contains(error_of(ErrorCode::input, [&] { validate(options, weights); }), "preprocessing literal"));
  options.preprocess = Preprocess::literal;
  CHECK_NOTHROW(validate(options, weights));
}

TEST_CASE("model: a mean that is given belongs to the order that is given") {
  const ChannelMap map =
      load(first_convolutions(), {{"channel_order", "BGR"}, {"range", "1"}, {"mean", "0.1,0.2,0.3"}}).input;
  CHECK(map.order == std::array<int, 3>{2, 1, 0});
  CHECK(map.offset[0] == doctest::Approx((0.406 - 0.1) / 0.225));
}

TEST_CASE("model: a file with a published name and size but another checksum is refused") {
  if (!has_checksums()) return;
  const TempFolder folder;
  const std::filesystem::path file =
      folder.write("vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", std::string("x"));
  CHECK(find_known_file(file, 1, sha256_checksum(file)) == nullptr);
  std::filesystem::resize_file(file, 80134624);  // sparse
  const std::string sentence =
      error_of(ErrorCode::input, [&] { find_known_file(file, 80134624, sha256_checksum(file)); });
  CHECK(contains(sentence, "instead of 253f8cb515780f3b799900260a226db6"));
  std::filesystem::rename(file, folder / "mine.h5");
  CHECK(find_known_file(folder / "mine.h5", 80134624, "") == nullptr);
  const KnownFile* timm =
      find_known_file(folder / "mine.h5", 1, "11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669");
  REQUIRE(timm != nullptr);
  CHECK(timm->source == WeightsSource::torchvision);
  const KnownFile* pth =
      find_known_file(folder / "mine.h5", 1, "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0");
  REQUIRE(pth != nullptr);
  CHECK(pth->what == std::string("torchvision's VGG16"));
}

}  // namespace
}  // namespace impasto::testing
