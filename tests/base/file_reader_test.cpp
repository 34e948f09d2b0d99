#include "base/file_reader.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/sizes.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

constexpr std::uint64_t kFar = (std::uint64_t{1} << 32) + 10;  // beyond what 32 bits count

}  // namespace

TEST_CASE("file reader: what lies beyond 4 GiB is read, and the end is where it is") {
  const TempFolder folder;
  const std::filesystem::path file = folder.write("far", "near");
  std::filesystem::resize_file(file, kFar);  // a hole, which takes no disk
  std::ofstream(file, std::ios::binary | std::ios::app) << "far";
  const FileReader reader(file, "test file");
  CHECK(reader.size() == kFar + 3);
  std::array<std::uint8_t, 3> bytes{};
  reader.read(kFar, bytes);
  CHECK(bytes == std::array<std::uint8_t, 3>{'f', 'a', 'r'});
  reader.read(10, bytes);
  CHECK(bytes == std::array<std::uint8_t, 3>{});
  CHECK(contains(error_of(ErrorCode::input, [&] { reader.read(kFar + 1, bytes); }), "it ends at 4294967309"));
  CHECK(contains(error_of(ErrorCode::input, [&] { read_file(file, "test file", 1000); }), "has 4294967309 bytes"));
}

TEST_CASE("file reader: a part is read as if it were the file, and not beyond its end") {
  const TempFolder folder;
  const std::filesystem::path file = folder.write("whole", "before, part, behind");
  const FileReader reader(file, "test file", 8, 4);
  CHECK(reader.size() == 4);
  std::array<std::uint8_t, 3> bytes{};
  reader.read(1, bytes);
  CHECK(bytes == std::array<std::uint8_t, 3>{'a', 'r', 't'});
  CHECK(contains(error_of(ErrorCode::input, [&] { reader.read(2, bytes); }), "it ends at 4"));
  CHECK(contains(error_of(ErrorCode::input, [&] { FileReader(file, "test file", 18, 3); }), "has become shorter"));
  CHECK(contains(error_of(ErrorCode::input, [&] { FileReader(file, "test file", 21, 0); }), "has become shorter"));
}

TEST_CASE("file: what is larger than a program can address is refused") {
  const TempFolder folder;
  const std::filesystem::path file = folder.write("large", "");
  if (kMostBytes < kFar) {  // elsewhere it would be read
    std::filesystem::resize_file(file, kFar);
    CHECK(contains(error_of(ErrorCode::io, [&] { read_file(file, "test file", 2 * kFar); }), "no memory is left"));
  }
}

}  // namespace impasto::testing
