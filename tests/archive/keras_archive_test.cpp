// Keras 3's .keras: HDF5 in a zip, made here of seeds that h5py wrote.
#include "archive/keras_archive.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "archive/memory_source.h"
#include "support/array_file_case.h"
#include "support/zip_file.h"

namespace impasto::testing {
namespace {

const std::vector<float> kSeedValues = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

std::string keras_seed(const std::string& name) {
  std::ifstream in(std::filesystem::path(IMPASTO_SOURCE_DIR) / "tests/fuzz/corpus" / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<ZipEntry> keras_members(bool deflated) {
  return {{.name = "metadata.json", .bytes = R"({"keras_version": "3.15.1"})", .deflated = deflated},
          {.name = "config.json", .bytes = "{}", .deflated = deflated},
          {.name = "model.weights.h5", .bytes = keras_seed("keras/hdf5"), .deflated = deflated}};
}

TEST_CASE("keras: the weights in a .keras are read, stored or deflated, with the names of their layers") {
  const TempFolder folder;
  for (const bool deflated : {false, true}) {
    CAPTURE(deflated);
    const std::string bytes = zip_file(keras_members(deflated), deflated);
    const auto file = open_array_file(folder.write("w", bytes));
    CHECK(file->format() == std::string("Keras .keras"));
    CHECK(file->metadata().at("layers/conv2d/vars@name") == "block1_conv1");
    REQUIRE(file->has("layers/conv2d/vars/0"));
    CHECK(file->values("layers/conv2d/vars/0") == kSeedValues);
    const ArrayFile::Entry& entry = file->entries().at("layers/conv2d/vars/0");
    CHECK((entry.offset == 0) == deflated);
    if (!deflated) CHECK(bytes.substr(static_cast<std::size_t>(entry.offset) + 4, 4) == std::string("\0\0\x80\x3f", 4));
  }
}

TEST_CASE("keras: memory of several pieces is read across their borders") {
  constexpr std::size_t kPiece = MemorySource::kPiece;
  MemorySource memory;
  for (const std::size_t bytes : {kPiece, kPiece, std::size_t{3}}) {
    const std::span<std::uint8_t> piece = memory.append(bytes);
    for (std::size_t i = 0; i < bytes; ++i) piece[i] = static_cast<std::uint8_t>((memory.size() - bytes + i) % 251);
  }
  CHECK(memory.size() == 2 * kPiece + 3);
  for (const std::size_t offset : {std::size_t{0}, kPiece - 1, 2 * kPiece - 4, 2 * kPiece}) {
    std::vector<std::uint8_t> bytes(offset == 0 ? 2 * kPiece + 3 : 3);
    memory.read(offset, bytes);
    bool same = true;
    for (std::size_t i = 0; i < bytes.size(); ++i) same &= bytes[i] == (offset + i) % 251;
    CHECK(same);
  }
}

TEST_CASE("keras: a .keras cut short anywhere is refused") {
  for (const bool deflated : {false, true}) {
    const std::string whole = zip_file(keras_members(deflated));
    const std::size_t step = deflated ? 1 : 11;
    for (std::size_t length = 1; length < whole.size(); length += step) {
      CAPTURE(length);
      CHECK_FALSE(refusal_of_bytes(whole.substr(0, length)).empty());
    }
  }
}

TEST_CASE("keras: a damaged byte of the weights fails their checksum") {
  for (const bool deflated : {false, true}) {
    std::vector<ZipEntry> members = keras_members(deflated);
    members.back().crc_error = 1;
    CHECK(contains(refusal_of_bytes(zip_file(members)), "'model.weights.h5' does not have its checksum"));
  }
}

TEST_CASE("keras: sizes that lie are refused before memory is taken") {
  std::vector<ZipEntry> members = keras_members(true);
  members.back().claimed = 9000;
  CHECK(contains(refusal_of_bytes(zip_file(members)), "model.weights.h5"));
  members.back().bytes = std::string(std::size_t{4} << 20, '\0');  // of zeros, which deflate to a thousandth
  members.back().claimed = std::int64_t{3} << 20;
  CHECK_FALSE(refusal_of_bytes(zip_file(members)).empty());
  members.back() = {.name = "model.weights.h5",
                    .bytes = std::string(std::size_t{1} << 19, '\0'),
                    .method = 8,
                    .claimed = std::int64_t{300} << 20};
  CHECK(contains(refusal_of_bytes(zip_file(members)), "unzip it and name the model.weights.h5 in it"));
  members.back() = {.name = "model.weights.h5"};
  CHECK(contains(refusal_of_bytes(zip_file(members)), "is empty"));
  members.back().bytes = "no HDF5";
  CHECK(contains(refusal_of_bytes(zip_file(members)), "its superblock does not begin as one does"));
}

TEST_CASE("keras: weights kept as .npz are named, and zips of others are no .keras") {
  CHECK(
      contains(refusal_of_bytes(zip_file({{.name = "model.weights.npz"}})), "unzip it and name the model.weights.npz"));
  const TempFolder folder;
  const ZipFile zip(folder.write("w", zip_file({{.name = "a.npy", .bytes = npy_floats("(1,)", {1})}})));
  CHECK(open_keras(zip) == nullptr);
}

}  // namespace
}  // namespace impasto::testing
