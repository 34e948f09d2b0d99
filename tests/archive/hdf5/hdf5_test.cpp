// HDF5 written by libhdf5, in Keras' layouts and in forms that are refused.
#include "archive/hdf5/hdf5.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/safetensors.h"

#ifdef IMPASTO_TESTS_HDF5
#include <hdf5.h>

#include "support/hdf5_file.h"
#endif

namespace impasto::testing {

TEST_CASE("hdf5: what h5py writes as Keras does is read, without libhdf5") {
  const std::filesystem::path seeds = std::filesystem::path(IMPASTO_SOURCE_DIR) / "tests/fuzz/corpus/hdf5";
  const std::vector<float> values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  for (const char* seed : {"keras", "new"}) {  // symbol tables; link messages
    CAPTURE(seed);
    const auto file = open_array_file(seeds / seed);
    CHECK(file->format() == std::string("HDF5"));
    CHECK(file->metadata() == std::map<std::string, std::string>{{"@backend", "tensorflow"},
                                                                 {"@layer_names", "block1_conv1\nx"},
                                                                 {"layers/conv2d/vars@name", "block1_conv1"}});
    CHECK(file->entries().size() == 3);
    CHECK(file->entries().at("layers/conv2d/vars/0").sizes == std::vector<std::int64_t>{3, 2, 2});
    CHECK(file->values("layers/conv2d/vars/0") == values);
    CHECK(file->entries().at("layers/conv2d/vars/1").dtype == "F16");
    CHECK(file->values("layers/conv2d/vars/1") == values);
    CHECK(file->entries().at("step").dtype == "I64");
    CHECK(contains(error_of(ErrorCode::input, [&] { file->values("step"); }), "'step' is of type I64"));
  }
  CHECK(open_array_file(seeds / "many")->values("l17") == std::vector<float>{17});
  CHECK(open_array_file(seeds / "many_new")->values("l17") == std::vector<float>{17});
}

TEST_CASE("hdf5: a file cut short anywhere is refused") {
  std::ifstream in(std::filesystem::path(IMPASTO_SOURCE_DIR) / "tests/fuzz/corpus/hdf5/keras", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t length = 8; length < whole.size(); length += 13) {
    CAPTURE(length);
    CHECK_FALSE(refusal_of_bytes(whole.substr(0, length)).empty());
  }
  CHECK(contains(refusal_of_bytes(whole.substr(0, whole.size() - 1)), "was cut short"));
}

#ifdef IMPASTO_TESTS_HDF5
namespace {

const std::vector<float> kValues = {1, -2, 3.5F, 4, 5, 6};

// A file under libhdf5; closes what it opens.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& file)
      : file_(create_hdf5(file)), intermediate_(H5Pcreate(H5P_LINK_CREATE)) {
    H5Pset_create_intermediate_group(intermediate_, 1);
  }
  ~Writer() {
    H5Pclose(intermediate_);
    H5Fclose(file_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  hid_t file() const { return file_; }

  void floats(const char* name, hid_t type, std::vector<hsize_t> sizes, hid_t properties = H5P_DEFAULT,
              bool write = true) const {
    const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const hid_t dataset = H5Dcreate2(file_, name, type, space, intermediate_, properties, H5P_DEFAULT);
    REQUIRE(dataset >= 0);
    if (write) H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, kValues.data());
    H5Dclose(dataset);
    H5Sclose(space);
  }

  // A list of strings of fixed width, as Keras 2 writes layer_names.
  void names(const char* group, const char* attribute, std::size_t width, const std::string& padded) const {
    const hid_t type = H5Tcopy(H5T_C_S1), at = H5Gopen2(file_, group, H5P_DEFAULT);
    H5Tset_size(type, width);
    const hsize_t count = padded.size() / width;
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t id = H5Acreate2(at, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(id, type, padded.data());
    H5Aclose(id);
    H5Sclose(space);
    H5Gclose(at);
    H5Tclose(type);
  }

  // A list of strings of any length at the root: one text, then `count` - 1 of one letter.
  void texts(const char* attribute, std::size_t count, const std::string& text) const {
    const hid_t type = H5Tcopy(H5T_C_S1), at = H5Gopen2(file_, "/", H5P_DEFAULT);
    H5Tset_size(type, H5T_VARIABLE);
    const hsize_t size = count;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const hid_t id = H5Acreate2(at, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
    std::vector<const char*> all(count, "y");
    all.front() = text.c_str();
    H5Awrite(id, type, all.data());
    H5Aclose(id);
    H5Sclose(space);
    H5Gclose(at);
    H5Tclose(type);
  }

 private:
  hid_t file_, intermediate_;
};

// libhdf5 prints what it is asked in vain; these tests ask for nothing that fails.
template <class Fill>
std::filesystem::path written(const TempFolder& folder, Fill fill) {
  fill(Writer(folder / "w.h5"));
  return folder / "w.h5";
}

template <class Fill>
std::string refusal(Fill fill) {
  const TempFolder folder;
  return refusal_of(written(folder, fill));
}

}  // namespace

TEST_CASE("hdf5: the legacy layout of Keras is read, with the names of its layers") {
  const TempFolder folder;
  const auto file = open_array_file(written(folder, [](const Writer& w) {
    w.floats("block1_conv1/block1_conv1_W_1:0", H5T_IEEE_F32LE, {1, 1, 3, 2});
    w.floats("block1_conv1/block1_conv1_b_1:0", H5T_IEEE_F32LE, {2});
    w.names("/", "layer_names", 4, std::string("in\0\0full", 8));
    w.names("block1_conv1", "weight_names", 3, "abc");
  }));
  CHECK(file->entries().at("block1_conv1/block1_conv1_W_1:0").sizes == std::vector<std::int64_t>{1, 1, 3, 2});
  CHECK(file->values("block1_conv1/block1_conv1_W_1:0") == kValues);
  CHECK(file->values("block1_conv1/block1_conv1_b_1:0") == std::vector<float>{1, -2});
  CHECK(file->metadata() ==
        std::map<std::string, std::string>{{"@layer_names", "in\nfull"}, {"block1_conv1@weight_names", "abc"}});
}

TEST_CASE("hdf5: F64 is rounded, other byte orders and types are listed and refused") {
  const TempFolder folder;
  const auto file = open_array_file(written(folder, [](const Writer& w) {
    w.floats("double", H5T_IEEE_F64LE, {2, 3});
    w.floats("big", H5T_IEEE_F32BE, {6});
    w.floats("whole", H5T_STD_U16LE, {6});
    w.floats("empty", H5T_IEEE_F32LE, {0, 3}, H5P_DEFAULT, false);
  }));
  CHECK(file->values("double") == kValues);
  CHECK(file->values("empty").empty());
  CHECK(contains(error_of(ErrorCode::input, [&] { file->values("big"); }), "big-endian F32"));
  CHECK(contains(error_of(ErrorCode::input, [&] { file->values("whole"); }), "type U16"));
}

TEST_CASE("hdf5: a group of hundreds of arrays, whose tree has two levels, is read") {
  const TempFolder folder;
  const auto file = open_array_file(written(folder, [](const Writer& w) {
    for (int i = 0; i < 600; ++i) w.floats(("g/a" + std::to_string(i)).c_str(), H5T_IEEE_F32LE, {1});
  }));
  CHECK(file->entries().size() == 600);
}

TEST_CASE("hdf5: arrays in chunks, compressed, within headers or never written are listed and refused") {
  CHECK(contains(refusal([](const Writer& w) {
                   const hid_t chunks = H5Pcreate(H5P_DATASET_CREATE);
                   const hsize_t size = 2;
                   H5Pset_chunk(chunks, 1, &size);
                   w.floats("a", H5T_IEEE_F32LE, {6}, chunks);
                   H5Pclose(chunks);
                 }),
                 "h5repack -f NONE -l CONTI"));
  CHECK(contains(refusal([](const Writer& w) {
                   const hid_t compact = H5Pcreate(H5P_DATASET_CREATE);
                   H5Pset_layout(compact, H5D_COMPACT);
                   w.floats("a", H5T_IEEE_F32LE, {6}, compact);
                   H5Pclose(compact);
                 }),
                 "within its header"));
  CHECK(contains(refusal([](const Writer& w) { w.floats("a", H5T_IEEE_F32LE, {6}, H5P_DEFAULT, false); }),
                 "was never written"));
}

TEST_CASE("hdf5: nothing in a file makes us read another file") {
  CHECK(contains(refusal([](const Writer& w) {
                   w.floats("a", H5T_IEEE_F32LE, {6});
                   H5Lcreate_soft("/a", w.file(), "b", H5P_DEFAULT, H5P_DEFAULT);
                 }),
                 "'b' is a soft link"));
  CHECK(contains(
      refusal([](const Writer& w) { H5Lcreate_external("other.h5", "/a", w.file(), "b", H5P_DEFAULT, H5P_DEFAULT); }),
      "'b' is an external link"));
  CHECK(contains(refusal([](const Writer& w) {
                   const hid_t outside = H5Pcreate(H5P_DATASET_CREATE);
                   H5Pset_external(outside, "other.bin", 0, 24);
                   w.floats("a", H5T_IEEE_F32LE, {6}, outside, false);
                   H5Pclose(outside);
                 }),
                 "'a' keeps its numbers in other files"));
  CHECK(contains(refusal([](const Writer& w) {
                   const hid_t virtual_one = H5Pcreate(H5P_DATASET_CREATE);
                   const hsize_t size = 6;
                   const hid_t space = H5Screate_simple(1, &size, nullptr);
                   H5Pset_virtual(virtual_one, space, "other.h5", "a", space);
                   w.floats("a", H5T_IEEE_F32LE, {6}, virtual_one, false);
                   H5Sclose(space);
                   H5Pclose(virtual_one);
                 }),
                 "'a' keeps its numbers in other files"));
}

TEST_CASE("hdf5: a long string that many attributes share, or a long name above many arrays, is not copied for each") {
  const TempFolder folder;
  const std::string text(400'000, 'x');
  const auto file = written(folder, [&](const Writer& w) { w.texts("@shared", 400, text); });
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  // References of 16 bytes in a row, each to a string of its own length; the first is to the long one.
  std::string length;
  append_little_endian(length, text.size(), 4);
  std::size_t at = bytes.find(length);
  while (bytes.substr(at + 16, 4) != std::string("\1\0\0\0", 4)) at = bytes.find(length, at + 1);
  for (std::size_t i = 1; i < 400; ++i) bytes.replace(at + 16 * i, 16, bytes, at, 16);
  CHECK(contains(refusal_of_bytes(bytes), "describe its arrays"));

  CHECK(contains(refusal([](const Writer& w) {
                   const std::string group(60'000, 'g');
                   for (int i = 0; i < 1200; ++i)
                     w.floats((group + "/a" + std::to_string(i)).c_str(), H5T_IEEE_F32LE, {1});
                 }),
                 "describe its arrays"));
}

TEST_CASE("hdf5: groups that lead in a circle are refused") {
  CHECK(contains(refusal([](const Writer& w) {
                   w.floats("g/a", H5T_IEEE_F32LE, {6});
                   H5Lcreate_hard(w.file(), "/", w.file(), "g/up", H5P_DEFAULT, H5P_DEFAULT);
                 }),
                 "stands in it twice"));
}
#endif

}  // namespace impasto::testing
