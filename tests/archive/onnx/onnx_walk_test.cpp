// The convolutions of ONNX graphs, told by what the graphs compute.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/onnx_file.h"

namespace impasto::testing {
namespace {

using Floats = std::vector<float>;
using namespace onnx;

std::unique_ptr<ArrayFile> opened(const std::string& graph) {
  const TempFolder folder;
  return open_array_file(folder.write("m.onnx", model(graph)));
}

// Numbers of the array that is a convolution's, "block1_conv1/kernel".
Floats numbers_of(const ArrayFile& file, const std::string& convolution) {
  for (const auto& [key, value] : file.metadata()) {
    if (value == convolution && key.ends_with("@convolution")) return file.values(key.substr(0, key.rfind('@')));
  }
  FAIL_CHECK("there is no ", convolution);
  return {};
}

std::string about(const ArrayFile& file) { return file.metadata().at("graph"); }

// Two filters of three channels, and two of two.
const Floats kFirst = ramp(54, 0.125F), kSecond = ramp(36, 0.25F), kBias = {1, -2};

std::string first_weights() {
  return initializer(floats("w", {2, 3, 3, 3}, kFirst)) + initializer(floats("b", {2}, kBias));
}
std::string second_weights() { return initializer(floats("v", {2, 2, 3, 3}, kSecond)); }

// One convolution from "x" to "c", then `rest`.
std::string one(const std::string& rest) { return input("x") + first_weights() + conv({"x", "w", "b"}, "c") + rest; }

// One convolution, `between` from "c" to "d", and a second one.
std::string two(const std::string& between) {
  return one(second_weights() + between + conv({"d", "v"}, "e") + node("Relu", {"e"}, "f"));
}

// first_weights()[k] x scale[k].
Floats scaled(const Floats& values, double first, double second) {
  Floats result = values;
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<float>(result[i] * (i < result.size() / 2 ? first : second));
  return result;
}

}  // namespace

TEST_CASE("onnx: convolutions whose names tell nothing are found along the graph, blocks by the poolings") {
  const auto file = opened(two(node("Relu", {"c"}, "r") + max_pool("r", "d")));
  CHECK(numbers_of(*file, "block1_conv1/kernel") == kFirst);
  CHECK(numbers_of(*file, "block1_conv1/bias") == kBias);
  CHECK(numbers_of(*file, "block2_conv1/kernel") == kSecond);
  CHECK(numbers_of(*file, "block2_conv1/bias") == Floats{0, 0});
  CHECK(file->entries().at("v").sizes == std::vector<std::int64_t>{2, 2, 3, 3});
  CHECK(file->entries().at("block2_conv1/bias").sizes == std::vector<std::int64_t>{2});
  CHECK(file->metadata().at("layout") == "OIHW");
  CHECK(file->metadata().at("pooling") == "max");
  CHECK(file->metadata().at("padding") == "zero");
  CHECK(about(*file) == "2 convolutions found by the graph; biases of zeros of 1");
}

TEST_CASE("onnx: a head, other outputs and branches beside the convolutions do not matter") {
  const std::string head = initializer(floats("side", {1, 2, 1, 1}, {1, 2})) + node("Conv", {"r", "side"}, "s") +
                           node("Shape", {"r"}, "t") + node("Reshape", {"f", "t"}, "u");
  const auto file = opened(two(node("Relu", {"c"}, "r") + node("Identity", {"r"}, "d")) + head);
  CHECK(numbers_of(*file, "block1_conv2/kernel") == kSecond);
  CHECK(file->entries().at("side").sizes.size() == 4);
  CHECK(contains(about(*file), "behind them Reshape"));
}

TEST_CASE("onnx: skips around the convolutions, as of a U-Net, do not hide them") {
  const std::string skip = initializer(floats("u", {2, 4, 3, 3}, ramp(72))) + node("Concat", {"r", "f"}, "g") +
                           conv({"g", "u"}, "h") + node("Relu", {"h"}, "i");
  const auto file = opened(two(node("Relu", {"c"}, "r") + max_pool("r", "d")) + skip);
  CHECK(numbers_of(*file, "block2_conv1/kernel") == kSecond);
  CHECK(contains(about(*file), "2 convolutions found by the graph"));
}

TEST_CASE("onnx: weights behind Transpose, Identity, Cast and in Constant nodes lie as the convolution sees them") {
  // HWIO of the second weights: numbers in the order of the file.
  Floats turned(36);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t c = 0; c < 2; ++c)
      for (std::size_t tap = 0; tap < 9; ++tap) turned[(tap * 2 + c) * 2 + k] = kSecond[(k * 2 + c) * 9 + tap];
  const std::string constant =
      node("Constant", {}, "h", bytes(5, bytes(1, "value") + bytes(5, floats("", {3, 3, 2, 2}, turned))));
  const std::string moves = node("Identity", {"h"}, "i") + node("Transpose", {"i"}, "j", ints("perm", {3, 2, 0, 1})) +
                            node("Cast", {"j"}, "k", integer("to", 1));
  const auto file =
      opened(one(node("Relu", {"c"}, "r") + constant + moves + conv({"r", "k"}, "e") + node("Relu", {"e"}, "f")));
  CHECK(numbers_of(*file, "block1_conv2/kernel") == kSecond);
  CHECK(file->entries().at("h").sizes == std::vector<std::int64_t>{2, 2, 3, 3});
  CHECK(contains(about(*file), "transposed weights of 1"));
}

TEST_CASE("onnx: two convolutions may share their arrays") {
  const std::string again = conv({"r", "v", "b"}, "e") + node("Relu", {"e"}, "f") + conv({"f", "v", "b"}, "g");
  const auto file = opened(one(second_weights() + node("Relu", {"c"}, "r") + again));
  CHECK(numbers_of(*file, "block1_conv2/kernel") == kSecond);
  CHECK(numbers_of(*file, "block1_conv3/kernel") == kSecond);
  CHECK(numbers_of(*file, "block1_conv3/bias") == kBias);
  CHECK(file->has("b#3"));
}

TEST_CASE("onnx: what is added, multiplied and normalised before the ReLU goes into weights and bias") {
  const auto with = [&](const std::string& nodes) { return opened(one(nodes + node("Relu", {"d"}, "r"))); };
  const std::string one_each = initializer(floats("k", {2, 1, 1}, {2, 4})), single = initializer(floats("k", {}, {2}));
  const auto check = [](const ArrayFile& file, double first, double second, const Floats& bias) {
    CHECK(numbers_of(file, "block1_conv1/kernel") == scaled(kFirst, first, second));
    CHECK(numbers_of(file, "block1_conv1/bias") == bias);
    CHECK(contains(about(file), "folded into the weights of 1"));
  };
  check(*with(one_each + node("Add", {"c", "k"}, "d")), 1, 1, {3, 2});
  check(*with(one_each + node("Add", {"k", "c"}, "d")), 1, 1, {3, 2});
  check(*with(one_each + node("Sub", {"c", "k"}, "d")), 1, 1, {-1, -6});
  check(*with(one_each + node("Sub", {"k", "c"}, "d")), -1, -1, {1, 6});
  check(*with(one_each + node("Mul", {"k", "c"}, "d")), 2, 4, {2, -8});
  check(*with(one_each + node("Div", {"c", "k"}, "d")), 0.5, 0.25, {0.5F, -0.5F});
  check(*with(single + node("Mul", {"c", "k"}, "d")), 2, 2, {2, -4});
  // Before version 7 of the operators.
  check(*with(initializer(floats("k", {2}, {2, 4})) + node("Add", {"c", "k"}, "d", integer("axis", 1))), 1, 1, {3, 2});
  // A vector brought into shape, and one for maps whose channels are last.
  check(*with(initializer(floats("v", {2}, {2, 4})) + node("Unsqueeze", {"v"}, "k") + node("Add", {"c", "k"}, "d")), 1,
        1, {3, 2});
  check(*with(initializer(floats("k", {2}, {2, 4})) + node("Transpose", {"c"}, "t", ints("perm", {0, 2, 3, 1})) +
              node("Add", {"t", "k"}, "u") + node("Transpose", {"u"}, "d", ints("perm", {0, 3, 1, 2}))),
        1, 1, {3, 2});
}

TEST_CASE("onnx: a bias behind Reshape and Transpose is read where its numbers stay in order, and only there") {
  const auto with = [&](const std::string& first_shape, const std::string& moves) {
    const std::string arrays = initializer(floats("w", {4, 3, 3, 3}, ramp(108))) +
                               initializer(floats("v", {4}, {1, 2, 3, 4})) + first_shape +
                               initializer(integers("flat", {4}));
    return input("x") + arrays + moves + node("Transpose", {"s"}, "t", ints("perm", {1, 0})) +
           node("Reshape", {"t", "flat"}, "u") + conv({"x", "w", "u"}, "c") + node("Relu", {"c"}, "d");
  };
  const std::string reshape = node("Reshape", {"v", "shape"}, "s");
  const std::string two_by_two = initializer(integers("shape", {2, 2})),
                    column = initializer(integers("shape", {4, 1}));
  const Floats wanted = {1, 2, 3, 4};
  CHECK(contains(refusal_of_bytes(model(with(two_by_two, reshape))), "bias is not one number for each filter"));
  CHECK(contains(refusal_of_bytes(model(with("", node("Reshape", {"v"}, "s", ints("shape", {2, 2}))))),
                 "bias is not one number for each filter"));
  CHECK(contains(refusal_of_bytes(model(with("", reshape))), "bias is not one number for each filter"));
  CHECK(numbers_of(*opened(with(column, reshape)), "block1_conv1/bias") == wanted);
  CHECK(numbers_of(*opened(with("", node("Reshape", {"v"}, "s", ints("shape", {1, -1})))), "block1_conv1/bias") ==
        wanted);
  CHECK(numbers_of(*opened(with("", node("Unsqueeze", {"v"}, "s"))), "block1_conv1/bias") == wanted);
}

TEST_CASE("onnx: axes and slices at the ends of 64 bits are those of no channels") {
  const std::string arrays = initializer(floats("k", {1, 2}, {2, 4}));
  CHECK(contains(refusal_of_bytes(model(one(arrays + node("Add", {"c", "k"}, "d", integer("axis", INT64_MAX)) +
                                            node("Relu", {"d"}, "r")))),
                 "comes Add"));
  std::string slices;
  for (const char* to : {"r", "g", "b"})
    slices += node("Slice", {"x"}, to, ints("axes", {1}) + ints("starts", {INT64_MAX}) + ints("ends", {INT64_MIN}));
  const auto file = opened(input("x") + initializer(floats("w", {2, 3, 3, 3}, kFirst)) + slices +
                           node("Concat", {"r", "g", "b"}, "p", integer("axis", 1)) + conv({"p", "w"}, "c") +
                           node("Relu", {"c"}, "d"));
  CHECK(contains(about(*file), "its own preprocessing is left out (Slice"));
}

TEST_CASE("onnx: a node that reads a value many times is one node, and all convolutions side by side are counted") {
  const auto file = opened(input("x") + first_weights() + conv({"x", "w", "b", "x", "x"}, "c") +
                           node("Relu", {"c"}, "r") + second_weights() + conv({"r", "v", "b", "r"}, "d"));
  CHECK(numbers_of(*file, "block1_conv2/kernel") == kSecond);
  std::string many;
  for (const char* to : {"d", "e", "f", "g"}) many += conv({"r", "v"}, to);
  CHECK(contains(about(*opened(one(second_weights() + node("Relu", {"c"}, "r") + many))),
                 "behind them 4 convolutions side by side"));
}

TEST_CASE("onnx: batch normalisation before the ReLU goes into weights and bias, and is said") {
  const std::string arrays = initializer(floats("g", {2}, {2, 3})) + initializer(floats("h", {2}, {0.5F, 1})) +
                             initializer(floats("running_mean", {2}, {1, 2})) + initializer(floats("s", {2}, {3, 8}));
  const std::string epsilon = bytes(5, bytes(1, "epsilon") + varint(2 << 3 | 5) + std::string("\0\0\x80\x3f", 4));  // 1
  const std::string norm = node("BatchNormalization", {"c", "g", "h", "running_mean", "s"}, "d", epsilon);
  const auto file = opened(one(arrays + norm + node("Relu", {"d"}, "r")));
  // 2 / sqrt(3 + 1) and 3 / sqrt(8 + 1).
  CHECK(numbers_of(*file, "block1_conv1/kernel") == scaled(kFirst, 1, 1));
  CHECK(numbers_of(*file, "block1_conv1/bias") == Floats{0.5F, -3});
  CHECK(!file->has("running_mean"));
  CHECK(about(*file) == "1 convolution found by the graph; batch normalisation folded into the weights of 1");
}

TEST_CASE("onnx: batch normalisation that PyTorch's exporters folded is seen by the names they leave") {
  const auto with = [&](const std::string& first, const std::string& bias, const std::string& second) {
    const std::string arrays = initializer(floats(first, {2, 3, 3, 3}, kFirst)) +
                               initializer(floats(bias, {2}, kBias)) +
                               initializer(floats(second, {2, 2, 3, 3}, kSecond));
    return about(*opened(input("x") + arrays + conv({"x", first, bias}, "c") + node("Relu", {"c"}, "r") +
                         conv({"r", second, bias}, "d")));
  };
  const std::string folded = "batch normalisation folded by the exporter";
  CHECK(contains(with("onnx::Conv_166", "onnx::Conv_167", "onnx::Conv_169"), folded));
  CHECK(contains(with("vgg.features.0.weight", "vgg.features.0.bias", "vgg.features.3.weight"), folded));
  CHECK(!contains(with("features.0.weight", "features.0.bias", "features.2.weight"), folded));
}

TEST_CASE("onnx: batch normalisation that weights cannot take ends the network, and is said") {
  const std::string arrays = initializer(floats("g", {2}, {2, 3}));
  const std::string norm = node("Relu", {"c"}, "r") + node("BatchNormalization", {"r", "g", "g", "g", "g"}, "d");
  const auto file = opened(two(arrays + norm));
  CHECK(about(*file) == "1 convolution found by the graph; behind them batch normalisation behind the ReLU");
  const std::string training = node("BatchNormalization", {"c", "g", "g", "g", "g"}, "d", integer("training_mode", 1));
  CHECK(contains(refusal_of_bytes(model(two(arrays + training))), "comes BatchNormalization"));
}

TEST_CASE("onnx: padding and pooling of other kinds are seen") {
  const auto padded = [&](const std::string& pad) {
    return opened(input("x") + first_weights() + pad + node("Conv", {"p", "w", "b"}, "c") + node("Relu", {"c"}, "d"));
  };
  const std::string one_each = initializer(integers("pads", {0, 0, 1, 1, 0, 0, 1, 1}));
  const std::string mode = word("mode", "reflect");
  CHECK(padded(one_each + node("Pad", {"x", "pads"}, "p", mode))->metadata().at("padding") == "reflect");
  CHECK(padded(one_each + node("Pad", {"x", "pads"}, "p", word("mode", "edge")))->metadata().at("padding") ==
        "replicate");
  CHECK(padded(one_each + node("Pad", {"x", "pads"}, "p"))->metadata().at("padding") == "zero");
  CHECK(padded(one_each + initializer(floats("z", {}, {0})) + node("Pad", {"x", "pads", "z"}, "p"))
            ->metadata()
            .at("padding") == "zero");
  CHECK(padded(node("Pad", {"x"}, "p", mode + ints("pads", {0, 0, 1, 1, 0, 0, 1, 1})))->metadata().at("padding") ==
        "reflect");
  const std::string average = node("AveragePool", {"r"}, "d",
                                   ints("kernel_shape", {2, 2}) + ints("strides", {2, 2}) + ints("pads", {0, 0, 0, 0}));
  CHECK(opened(two(node("Relu", {"c"}, "r") + average))->metadata().at("pooling") == "average");
  const auto pad_between = [&](const char* kind) {
    return node("Relu", {"c"}, "r") + one_each + node("Pad", {"r", "pads"}, "d", word("mode", kind));
  };
  // The second convolution pads by itself, or as the first one did not.
  CHECK(contains(about(*opened(two(pad_between("reflect")))),
                 "behind them a convolution that does not pad its input by one"));
}

TEST_CASE("onnx: a convolution fused with its ReLU, and automatic padding") {
  const auto fused = [&](const char* activation) {
    return input("x") + first_weights() + second_weights() +
           bytes(1, bytes(1, "x") + bytes(1, "w") + bytes(1, "b") + bytes(2, "c") + bytes(4, "FusedConv") +
                        word("activation", activation) + word("auto_pad", "SAME_UPPER") + bytes(7, "com.microsoft")) +
           conv({"c", "v"}, "e") + node("Relu", {"e"}, "f");
  };
  CHECK(numbers_of(*opened(fused("Relu")), "block1_conv2/kernel") == kSecond);
  CHECK(contains(refusal_of_bytes(model(fused("LeakyRelu"))), "fused with something other than ReLU"));
}

TEST_CASE("onnx: networks that begin otherwise than VGG are refused by what they begin with") {
  const auto refusal = [&](const std::string& first) {
    return refusal_of_bytes(model(input("x") + first_weights() + first + node("Relu", {"c"}, "d")));
  };
  const auto kernel = [](std::vector<std::int64_t> sizes) {
    std::size_t count = 1;
    for (const auto size : sizes) count *= static_cast<std::size_t>(size);
    return initializer(floats("k", sizes, Floats(count)));
  };
  CHECK(contains(refusal(kernel({1, 3, 7, 7}) + conv({"x", "k"}, "c")), "comes a convolution of 7 x 7"));
  CHECK(contains(refusal(conv({"x", "w"}, "c", ints("strides", {2, 2}))), "comes a convolution with steps of 2 x 2"));
  CHECK(contains(refusal(conv({"x", "w"}, "c", ints("dilations", {2, 2}))), "with holes of 2 x 2"));
  CHECK(contains(refusal(conv({"x", "w"}, "c", integer("group", 3))), "in 3 groups"));
  CHECK(contains(refusal(node("Conv", {"x", "w"}, "c")), "does not pad its input by one"));
  CHECK(contains(refusal(kernel({1, 3, 3}) + conv({"x", "k"}, "c")), "with weights of 3 sizes"));
  CHECK(contains(refusal(initializer(tensor("k", {1LL << 60, 0, 3, 3}, kFloat, "")) + conv({"x", "k"}, "c")),
                 "comes a convolution without weights"));
  CHECK(contains(refusal(kernel({5}) + conv({"x", "w", "k"}, "c")), "bias is not one number for each filter"));
  CHECK(contains(refusal(node("Neg", {"w"}, "n") + conv({"x", "n"}, "c")), "weights are computed by other nodes"));
  CHECK(contains(refusal(conv({"x", "w"}, "z") + node("LeakyRelu", {"z"}, "c")), "comes LeakyRelu"));
  CHECK(contains(refusal(conv({"y", "w"}, "c")), "comes no convolution"));
  CHECK(contains(refusal(conv({"x", "w"}, "c") + conv({"x", "w"}, "z")), "2 convolutions side by side"));
}

TEST_CASE("onnx: a model with its weights in blocks, as ONNX Runtime saves one for one processor, is refused by name") {
  const std::string blocks =
      bytes(1, bytes(1, "x") + bytes(1, "w") + bytes(2, "c") + bytes(4, "Conv") + bytes(7, "com.microsoft.nchwc"));
  CHECK(contains(refusal_of_bytes(model(input("x") + first_weights() + blocks)), "comes com.microsoft.nchwc.Conv"));
}

TEST_CASE("onnx: quantised networks are refused by name") {
  const std::string packed = initializer(floats("s", {}, {1})) + node("DequantizeLinear", {"q", "s"}, "k");
  CHECK(contains(refusal_of_bytes(model(input("x") + packed + conv({"x", "k"}, "c"))),
                 "quantised network (DequantizeLinear)"));
  CHECK(contains(refusal_of_bytes(model(input("x") + packed + node("QLinearConv", {"x"}, "c"))), "(QLinearConv)"));
  CHECK(contains(refusal_of_bytes(model(two(node("QuantizeLinear", {"c"}, "d")))), "(QuantizeLinear)"));
}

TEST_CASE("onnx: preprocessing before the network that is Keras' or torchvision's tells what the network takes") {
  const auto with = [&](const std::string& before) {
    return opened(input("x") + first_weights() + before + conv({"p", "w", "b"}, "c") + node("Relu", {"c"}, "d"));
  };
  const std::string means = initializer(floats("m", {3}, {103.939F, 116.779F, 123.68F}));
  const std::string to_nchw = ints("perm", {0, 3, 1, 2});
  const std::string flip = initializer(integers("i", {2, 1, 0})) + node("Gather", {"x", "i"}, "f", integer("axis", 3));
  const auto caffe = with(means + flip + node("Sub", {"f", "m"}, "t") + node("Transpose", {"t"}, "p", to_nchw));
  CHECK(caffe->metadata().at("channel_order") == "BGR");
  CHECK(caffe->metadata().at("range") == "255");
  CHECK(caffe->metadata().at("mean").substr(0, 7) == "103.939");
  CHECK(caffe->metadata().at("std") == "1,1,1");
  CHECK(contains(about(*caffe), "input by its own preprocessing"));
  const std::string slice = initializer(integers("a", {-1})) + initializer(integers("n", {-9})) +
                            node("Slice", {"x", "a", "n", "a", "a"}, "f");
  const std::string behind =
      initializer(floats("m", {3}, {123.68F, 116.779F, 103.939F})) + node("Sub", {"x", "m"}, "s");
  const std::string late = initializer(integers("a", {-1})) + initializer(integers("n", {-9})) +
                           node("Slice", {"s", "a", "n", "a", "a"}, "t") + node("Transpose", {"t"}, "p", to_nchw);
  CHECK(with(behind + late)->metadata().at("channel_order") == "BGR");
  CHECK(with(means + slice + node("Sub", {"f", "m"}, "t") + node("Transpose", {"t"}, "p", to_nchw))
            ->metadata()
            .at("channel_order") == "BGR");
  const std::string statistics = initializer(floats("m", {3, 1, 1}, {0.485F, 0.456F, 0.406F})) +
                                 initializer(floats("s", {1, 3, 1, 1}, {0.229F, 0.224F, 0.225F}));
  const auto torch = with(statistics + node("Sub", {"x", "m"}, "t") + node("Div", {"t", "s"}, "p"));
  CHECK(torch->metadata().at("channel_order") == "RGB");
  CHECK(torch->metadata().at("range") == "1");
}

TEST_CASE("onnx: preprocessing that is not known is left out, and said") {
  const auto with = [&](const std::string& before) {
    return opened(input("x") + first_weights() + before + conv({"p", "w", "b"}, "c") + node("Relu", {"c"}, "d"));
  };
  const std::string factor = initializer(floats("k", {}, {0.5F}));
  const auto rescaled = with(factor + node("Mul", {"x", "k"}, "p"));
  CHECK(rescaled->metadata().count("range") == 0);
  CHECK(contains(about(*rescaled), "its own preprocessing is left out (Mul)"));
  CHECK(contains(about(*with(node("Pow", {"x"}, "p"))), "left out (Pow)"));
  // A slice of a map's rows is no change of colours that is understood.
  const std::string rows = initializer(integers("a", {2})) + initializer(integers("n", {-1})) +
                           node("Slice", {"x", "n", "n", "a", "n"}, "p");
  CHECK(contains(about(*with(rows)), "left out (Slice)"));
  CHECK(about(*with(node("Cast", {"x"}, "p"))) == "1 convolution found by the graph");
}

}  // namespace impasto::testing
