// ONNX files: their arrays, in every way that numbers are written there.
#include <doctest/doctest.h>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "archive/onnx/onnx_graph.h"
#include "base/file_reader.h"
#include "support/array_file_case.h"
#include "support/onnx_file.h"

namespace impasto::testing {
namespace {

using Floats = std::vector<float>;
using namespace onnx;

std::string with_tensor(const std::string& tensor) { return model(initializer(tensor)); }

std::string refusal(const std::string& tensor) { return refusal_of_bytes(with_tensor(tensor)); }

// What the only array of a file with this tensor holds.
Floats values_of(const std::string& tensor) {
  const TempFolder folder;
  const auto file = open_array_file(folder.write("m.onnx", with_tensor(tensor)));
  REQUIRE(file->entries().size() == 1);
  return file->values(file->entries().begin()->first);
}

std::string fixed32(unsigned field, float value) {
  std::string bytes = varint(field << 3 | 5);
  append_value(bytes, value, "F32");
  return bytes;
}

std::string doubles(const std::vector<double>& values) {
  std::string bytes;
  for (const double value : values) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    append_little_endian(bytes, bits, 8);
  }
  return bytes;
}

std::string packed(const Floats& values) {
  std::string bytes;
  for (const float value : values) append_value(bytes, value, "F32");
  return bytes;
}

// 1.5 and -2 as halves and as bfloat16.
const std::string kHalves = varint(0x3e00) + varint(0xc000), kBrains = varint(0x3fc0) + varint(0xc000);

}  // namespace

TEST_CASE("onnx: numbers are read raw, packed, in pieces and one by one, of every type of floats") {
  const Floats wanted = {1.5F, -2};
  CHECK(values_of(tensor("a", {2}, kFloat, raw(wanted))) == wanted);
  CHECK(values_of(tensor("a", {2}, kFloat, bytes(4, packed(wanted)))) == wanted);
  CHECK(values_of(tensor("a", {2}, kFloat, fixed32(4, 1.5F) + fixed32(4, -2))) == wanted);
  CHECK(values_of(tensor("a", {2}, kFloat, fixed32(4, 1.5F) + bytes(4, packed({-2})))) == wanted);
  CHECK(values_of(tensor("a", {2}, kFloat, bytes(9, "") + bytes(4, packed(wanted)))) == wanted);
  CHECK(values_of(tensor("a", {2}, kDouble, bytes(10, doubles({1.5, -2})))) == wanted);
  CHECK(values_of(tensor("a", {2}, kDouble, bytes(9, doubles({1.5, -2})))) == wanted);
  CHECK(values_of(tensor("a", {2}, kDouble, varint(10 << 3 | 1) + doubles({1.5}) + bytes(10, doubles({-2})))) ==
        wanted);
  CHECK(values_of(tensor("a", {2}, kHalf, raw(wanted, "F16"))) == wanted);
  CHECK(values_of(tensor("a", {2}, kHalf, bytes(5, kHalves))) == wanted);
  CHECK(values_of(tensor("a", {2}, kHalf, number(5, 0x3e00) + number(5, 0xc000))) == wanted);
  CHECK(values_of(tensor("a", {2}, kBrain, raw(wanted, "BF16"))) == wanted);
  CHECK(values_of(tensor("a", {2}, kBrain, bytes(5, kBrains))) == wanted);
  CHECK(values_of(tensor("a", {}, kFloat, raw({3}))) == Floats{3});
  CHECK(values_of(tensor("a", {0, 4}, kFloat, "")).empty());
  // Sizes packed, as newer writers may.
  CHECK(values_of(bytes(1, varint(1) + varint(2)) + number(2, kFloat) + bytes(8, "a") + raw(wanted)) == wanted);
}

TEST_CASE("onnx: numbers in a field that is not their type's are none of the array's") {
  const Floats wanted = {1.5F, -2};
  CHECK(values_of(tensor("a", {2}, kFloat, bytes(10, doubles({7})) + bytes(4, packed(wanted)))) == wanted);
  CHECK(values_of(tensor("a", {2}, kDouble, bytes(10, doubles({1.5, -2})) + bytes(4, packed({7})))) == wanted);
  const std::string both = bytes(4, packed(wanted)) + bytes(10, doubles({7}));
  CHECK(
      contains(refusal(tensor("a", {4}, kFloat, both)), "'a' has 8 bytes of numbers, but its sizes and type want 16"));
  CHECK(
      contains(refusal(tensor("a", {2}, kDouble, both)), "'a' has 8 bytes of numbers, but its sizes and type want 16"));
  CHECK(contains(refusal(tensor("a", {2}, kFloat, bytes(10, doubles({7})))), "was saved without its weights"));
}

#ifndef _WIN32
TEST_CASE("onnx: a file that cannot be read any more is not taken for one of another format") {
  const TempFolder folder;
  const auto file = folder.write("m.onnx", with_tensor(floats("a", {1}, {1})));
  const int next = ::dup(0);  // the number that the reader's descriptor will have
  ::close(next);
  const FileReader reader(file, "weights file");
  const int unreadable = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  REQUIRE(::dup2(unreadable, next) == next);
  ::close(unreadable);
  CHECK(contains(error_of(ErrorCode::io, [&] { is_onnx(reader); }), "failed at byte 0"));
}
#endif

TEST_CASE("onnx: what a file says of itself") {
  const TempFolder folder;
  const std::string property = bytes(14, bytes(1, "source") + bytes(2, "keras"));
  const std::string file =
      model(initializer(floats("a", {1, 2}, {1, 2})) + initializer(integers("i", {1, 2}))) + property;
  const auto opened = open_array_file(folder.write("m.onnx", file));
  CHECK(opened->format() == std::string("ONNX"));
  CHECK(opened->metadata().at("made_from") == "pytorch 1.0");
  CHECK(opened->metadata().at("source") == "keras");
  CHECK(opened->entries().at("a").sizes == std::vector<std::int64_t>{1, 2});
  CHECK(opened->entries().at("a").bytes == 8);
  CHECK(file.substr(opened->entries().at("a").offset, 8) == packed({1, 2}));
  CHECK(opened->entries().at("i").dtype == "INT64");
  CHECK(contains(error_of(ErrorCode::input, [&] { opened->values("i"); }), "is of type INT64; wanted float"));
}

TEST_CASE("onnx: numbers beside the model are read, and nowhere else") {
  const TempFolder folder;
  folder.write("w.data", packed({7, 1.5F, -2}));
  const auto with = [&](const std::string& location, const std::string& more) {
    return folder.write("m.onnx",
                        with_tensor(tensor("a", {2}, kFloat, number(14, 1) + external("location", location) + more)));
  };
  CHECK(open_array_file(with("w.data", external("offset", "4")))->values("a") == Floats{1.5F, -2});
  CHECK(open_array_file(with("w.data", external("length", "8") + external("checksum", "?")))->values("a") ==
        Floats{7, 1.5F});
  for (const std::string location : {"/etc/passwd", "../w.data", "a/w.data", "a\\w.data", "c:w", "", ".", ".."}) {
    CAPTURE(location);
    CHECK(contains(refusal_of(with(location, "")), "named without a folder"));
  }
  CHECK(contains(refusal_of(with(std::string("w\0x", 3), "")), "named without a folder"));
  CHECK(contains(refusal_of(with("other.data", "")), "other.data' does not exist"));
  CHECK(contains(refusal_of(with("w.data", external("offset", "8"))),
                 "wants 8 bytes from 8 on of 'w.data', which has 12"));
  CHECK(contains(refusal_of(with("w.data", external("offset", "18446744073709551615"))), "belongs to another model"));
  CHECK(contains(refusal_of(with("w.data", external("length", "12"))), "12 bytes of numbers, but its sizes"));
  for (const char* offset : {"-4", "4x", "", " 4", "18446744073709551616"})
    CHECK(contains(refusal_of(with("w.data", external("offset", offset))), "want a number of bytes"));
}

TEST_CASE("onnx: arrays beside the model may be the same one, but do not overlap otherwise") {
  const TempFolder folder;
  folder.write("w.data", packed({7, 1.5F, -2}));
  const auto two = [&](const char* offset) {
    const auto array = [](const char* name, const char* at) {
      return initializer(
          tensor(name, {2}, kFloat, number(14, 1) + external("location", "w.data") + external("offset", at)));
    };
    return folder.write("m.onnx", model(array("a", "0") + array("b", offset)));
  };
  CHECK(open_array_file(two("0"))->values("b") == Floats{7, 1.5F});
  CHECK(contains(refusal_of(two("4")), "'a' and 'b' overlap"));
}

TEST_CASE("onnx: sizes that do not fit the numbers are refused before memory is taken") {
  CHECK(contains(refusal(tensor("a", {3}, kFloat, raw({1, 2}))),
                 "'a' has 8 bytes of numbers, but its sizes and type want 12"));
  CHECK(contains(refusal(tensor("a", {1}, kFloat, raw({1, 2}))), "want 4"));
  CHECK(contains(refusal(tensor("a", {2}, kFloat, fixed32(4, 1))), "has 4 bytes"));
  CHECK(contains(refusal(tensor("a", {2}, kHalf, bytes(5, varint(1)))), "has 2 bytes"));
  CHECK(contains(refusal(tensor("a", {2}, kFloat, "")), "was saved without its weights"));
  CHECK(contains(refusal(tensor("a", {1LL << 40, 1LL << 40}, kFloat, raw({1}))), "more values than any file"));
  CHECK(contains(refusal(tensor("a", {-1}, kFloat, raw({1}))), "sizes that no array has"));
  CHECK(contains(refusal(tensor("a", std::vector<std::int64_t>(65, 1), kFloat, raw({1}))), "sizes that no array has"));
  CHECK(contains(refusal(tensor("a", {1}, kFloat, bytes(4, "abc"))), "ends within a number"));
  CHECK(contains(refusal(tensor("a", {1}, kFloat, number(4, 1))), "something else where a number belongs"));
  CHECK(
      contains(refusal(tensor("a", {1}, kFloat, raw({1}) + bytes(3, number(1, 0) + number(2, 1)))), "cut in segments"));
}

TEST_CASE("onnx: graphs that contradict themselves are refused") {
  const std::string array = initializer(floats("a", {1}, {1}));
  CHECK(contains(refusal_of_bytes(model(array + array)), "the array 'a' twice"));
  CHECK(contains(refusal_of_bytes(model(array + node("Relu", {"a"}, "a"))), "'a' and makes it in a node"));
  CHECK(contains(refusal_of_bytes(model(node("Relu", {"x"}, "y") + node("Relu", {"x"}, "y") + array)), "in two nodes"));
  CHECK(contains(refusal_of_bytes(model(array) + bytes(7, array)), "two graphs"));
  CHECK(contains(refusal_of_bytes(model(input("x") + array + input("x"))), "declares the input 'x' twice"));
  CHECK(contains(refusal_of_bytes(model("")), "without an array in it"));
  CHECK(contains(refusal_of_bytes(model(bytes(1, bytes(4, std::string(5000, 'x'))))), "a name too long"));
  CHECK(contains(refusal_of_bytes(model(array) + varint(11)), "written in no known way"));
  CHECK(contains(refusal_of_bytes(model(array) + varint(2)), "field that cannot be"));
  CHECK(contains(refusal_of_bytes(model(array) + "\x50" + std::string(11, '\xff')), "more than 64 bits"));
  CHECK(contains(refusal_of_bytes(model(array + number(1, 3))), "a number where something else belongs"));
}

TEST_CASE("onnx: a file cut anywhere is refused, once it can be known as one") {
  const std::string file =
      model(initializer(floats("a", {2}, {1, 2})) + node("Relu", {"x"}, "y", ints("perm", {1, 300})));
  const std::size_t graph = file.find("1.0") + 3, end = file.size() - 4;
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
    CAPTURE(bytes);
    if (bytes == end) continue;  // what stands behind the graph can be missing
    CHECK(contains(refusal_of_bytes(file.substr(0, bytes)), "is a damaged ONNX file") == (bytes > graph));
  }
}

TEST_CASE("onnx: other files of Protocol Buffers are not taken for one") {
  const std::string graph = bytes(7, initializer(floats("a", {1}, {1})));
  CHECK(contains(refusal_of_bytes("\x0a\x05VGG19\xa2\x06\x10" + std::string(300, 'x')), "a Caffe model"));
  // TensorFlow's SavedModel and Core ML begin with a version, too, and a message where ONNX has the producer.
  CHECK(contains(refusal_of_bytes(number(1, 1) + bytes(2, bytes(1, "meta")) + graph), "not a safetensors file"));
  CHECK(contains(refusal_of_bytes(bytes(1, "x") + graph), "not a safetensors file"));
  CHECK(contains(refusal_of_bytes(number(1, 7) + number(9, 1) + graph), "not a safetensors file"));
  CHECK(contains(refusal_of_bytes(number(1, 7) + bytes(2, std::string(300, 'x')) + graph), "not a safetensors file"));
  CHECK(contains(refusal_of_bytes(graph), "not a safetensors file"));
  // The version may come last, and words may be long where they are meant for people.
  const TempFolder folder;
  CHECK(open_array_file(folder.write("m", bytes(6, std::string(3000, 'x')) + graph + number(1, 7)))->has("a"));
}

}  // namespace impasto::testing
