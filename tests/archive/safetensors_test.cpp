// Safetensors headers that must not be believed, each with its own sentence.
#include "support/safetensors.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/array_file_case.h"

namespace impasto::testing {
namespace {

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

std::string refusal(const std::string& json) { return refusal_of_bytes(with_header(json, "0123456789abcdef")); }

}  // namespace

TEST_CASE("safetensors: a name that stands twice is refused, as are keys and metadata that do") {
  const std::string a = entry("a", "F32", "[1]", "[0,4]"), again = entry("a", "F32", "[1]", "[4,8]");
  CHECK(contains(refusal("{" + a + "," + again + "}"), "its header has the name 'a' twice"));
  CHECK(contains(refusal("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,4]}}"),
                 "'dtype' twice"));
  CHECK(contains(refusal("{\"__metadata__\":{\"range\":\"1\",\"range\":\"255\"}}"), "'range' twice"));
  // The same key in two objects is how every header looks.
  const TempFolder folder;
  const std::string b = entry("b", "F32", "[1]", "[4,8]");
  CHECK(open_array_file(folder.write("w", with_header("{" + a + "," + b + "}", "01234567")))->entries().size() == 2);
}

TEST_CASE("safetensors: entries that overlap are refused; holes and empty entries are not") {
  const std::string a = entry("a", "F32", "[2]", "[0,8]");
  CHECK(contains(refusal("{" + a + "," + entry("b", "F32", "[1]", "[4,8]") + "}"), "'a' and 'b' overlap"));
  CHECK(contains(refusal("{" + a + "," + entry("b", "F32", "[2]", "[0,8]") + "}"), "overlap"));
  const TempFolder folder;
  const std::string hole = entry("b", "F32", "[1]", "[12,16]"), empty = entry("c", "F32", "[0,9]", "[4,4]");
  const auto file =
      open_array_file(folder.write("w", with_header("{" + a + "," + hole + "," + empty + "}", "0123456789abcdef")));
  CHECK(file->values("c").empty());
  CHECK(file->values("b").size() == 1);
}

TEST_CASE("safetensors: a type the format does not have is refused, others are listed and cannot be read") {
  CHECK(contains(refusal("{" + entry("a", "F31", "[1]", "[0,4]") + "}"), "'F31', which is not known here"));
  CHECK(contains(refusal("{" + entry("a", "I64", "[1]", "[0,8]") + "}"), "type I64; wanted F64"));
  CHECK(contains(refusal("{" + entry("a", "I64", "[1]", "[0,4]") + "}"), "4 bytes, but its shape and type want 8"));
  CHECK(contains(refusal("{" + entry("a", "F4", "[6]", "[0,3]") + "}"), "type F4, numbers of 8 bits or fewer"));
  for (const char* type : {"F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"})
    CHECK(contains(refusal("{" + entry("a", type, "[3]", "[0,3]") + "}"), "save it as BF16, F16 or F32"));
}

TEST_CASE("safetensors: F64 is read") {
  const TempFolder folder;
  const auto file = open_array_file(folder.write(
      "w", with_header("{" + entry("a", "F64", "[1]", "[0,8]") + "}", std::string("\0\0\0\0\0\0\xf8\x3f", 8))));
  CHECK(file->values("a") == std::vector<float>{1.5F});
}

TEST_CASE("safetensors: I8 is read as whole numbers, wherever it begins") {
  const TempFolder folder;
  const std::string header = "{" + entry("a", "I8", "[3]", "[0,3]") + "," + entry("b", "I8", "[2,1]", "[3,5]") + "}";
  const auto file = open_array_file(folder.write("w", with_header(header, "\x7f\x80\xff\x01\xfe")));
  CHECK(file->values("a") == std::vector<float>{127, -128, -1});
  CHECK(file->values("b") == std::vector<float>{1, -2});
  std::vector<float> into(3);
  file->read("a", into);
  CHECK(into == std::vector<float>{127, -128, -1});
  CHECK(contains(refusal("{" + entry("a", "I8", "[3]", "[0,4]") + "}"), "4 bytes, but its shape and type want 3"));
}

TEST_CASE("safetensors: sizes that overflow, and a header longer than the file, are refused") {
  CHECK(contains(refusal("{" + entry("a", "F32", "[9223372036854775807,4]", "[0,16]") + "}"), "more values"));
  CHECK(contains(refusal("{" + entry("a", "F32", "[0,18446744073709551615]", "[0,0]") + "}"), "list of sizes"));
  CHECK(contains(refusal("{" + entry("a", "F32", "[4]", "[0,18446744073709551615]") + "}"), "cut short"));
  CHECK(contains(refusal("{" + entry("a", "F32", "[1]", "[18446744073709551612,0]") + "}"), "lies at bytes"));
  std::string longer;
  append_little_endian(longer, 1000, 8);
  CHECK(contains(refusal_of_bytes(longer + "{}"), "its header wants 1000 bytes, the file holds 2"));
}

TEST_CASE("safetensors: a header nested without end is refused") {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100000; ++i) deep += "[";
  CHECK(contains(refusal(deep), "nested deeper"));
  CHECK(contains(refusal("{\"\xff\":1}"), "damaged header"));
}

TEST_CASE("safetensors: a header of millions of numbers is refused before they fill the memory") {
  std::string zeros = "0";
  for (int i = 0; i < 1'100'000; ++i) zeros += ",0";
  CHECK(contains(refusal("{\"a\":[" + zeros + "]}"), "more than 1000000 values"));
}

}  // namespace impasto::testing
