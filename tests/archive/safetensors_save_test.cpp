// What is written as safetensors is what was given, and follows the format's advice.
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "archive/safetensors.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

ArrayToSave array(const std::string& name, const std::string& dtype, std::vector<std::int64_t> sizes,
                  std::vector<float> values) {
  return {name, dtype, std::move(sizes), [values](const ArrayToSave::Take& take) { take(values); }};
}

}  // namespace

TEST_CASE("safetensors: arrays and metadata come back as they were written") {
  const TempFolder folder;
  const std::vector<float> values = {1, -2.5F, 0x1p-24F, 65504, 0, 3};
  save_safetensors(folder / "w", {array("b/half", "F16", {3, 2}, values), array("a", "F32", {6}, values)},
                   {{"source", "K\xc3\xa4se \"quoted\""}, {"range", "255"}});
  CHECK(folder.size() == 1);
  const std::unique_ptr<ArrayFile> file = open_array_file(folder / "w");
  CHECK(file->metadata() == std::map<std::string, std::string>{{"source", "K\xc3\xa4se \"quoted\""}, {"range", "255"}});
  CHECK(file->entries().size() == 2);
  CHECK(file->entries().at("b/half").sizes == std::vector<std::int64_t>{3, 2});
  CHECK(file->entries().at("b/half").dtype == "F16");
  CHECK(file->values("a") == values);
  CHECK(file->values("b/half") == values);
}

TEST_CASE("safetensors: data begin at a multiple of 8 bytes, without holes, wide numbers first") {
  const TempFolder folder;
  save_safetensors(folder / "w", {array("odd", "BF16", {3}, {1, 2, 3}), array("wide", "F32", {1}, {1})});
  const std::unique_ptr<ArrayFile> file = open_array_file(folder / "w");
  const ArrayFile::Entry wide = file->entries().at("wide"), odd = file->entries().at("odd");
  CHECK(wide.offset % 8 == 0);
  CHECK(odd.offset == wide.offset + 4);
  const std::vector<std::uint8_t> bytes = folder.read("w");
  CHECK(bytes.size() == odd.offset + 6);
  CHECK((bytes[wide.offset - 1] == ' ' || bytes[wide.offset - 1] == '}'));
}

TEST_CASE("safetensors: what cannot be written is refused, and the old file stays") {
  const TempFolder folder;
  folder.write("w", "old");
  const auto refused = [&](ErrorCode code, const std::vector<ArrayToSave>& arrays,
                           const std::map<std::string, std::string>& metadata = {}) {
    return error_of(code, [&] { save_safetensors(folder / "w", arrays, metadata); });
  };
  CHECK(contains(refused(ErrorCode::usage, {array("a", "F32", {1}, {1}), array("a", "F16", {1}, {1})}), "'a' twice"));
  CHECK(contains(refused(ErrorCode::usage, {array("__metadata__", "F32", {1}, {1})}), "reserved"));
  CHECK(contains(refused(ErrorCode::usage, {array("a", "F64", {1}, {1})}), "as F64; wanted F32, F16 or BF16"));
  CHECK(contains(refused(ErrorCode::usage, {array("a", "F32", {2, 2}, {1, 2, 3})}), "3 values; wanted 4"));
  // 2^64 values, which are 0 in 32 and in 64 bits.
  const std::int64_t side = std::int64_t{1} << 32;
  CHECK(contains(refused(ErrorCode::usage, {array("a", "F32", {side, side}, {})}), "0 values; wanted"));
  CHECK(contains(refused(ErrorCode::usage, {array("\xff", "F32", {1}, {1})}), "not UTF-8"));
  CHECK(contains(refused(ErrorCode::usage, {}, {{"source", "\xc3"}}), "not UTF-8"));
  CHECK(contains(refused(ErrorCode::input, {array("a", "F16", {2}, {1, -70000})}), "-70000, which is beyond F16"));
  CHECK(folder.size() == 1);
  CHECK(folder.read("w").size() == 3);
}

}  // namespace impasto::testing
