// .npz files written for others to read.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "impasto/npz.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

const std::vector<float> kSix = {0, 1.5F, -2, 3e-9F, 4e20F, -5}, kTwo = {7, 8};

std::vector<NpzArray> two_arrays() {
  return {{"features/conv1_1", {1, 3, 2}, kSix},
          {"gr\xc3\xb6\xc3\x9f"
           "e",
           {2},
           kTwo}};
}

TEST_CASE("npz: what was written is read again, names, shapes and numbers") {
  const TempFolder folder;
  save_npz(two_arrays(), folder / "two.npz");
  const std::map<std::string, NpyArray> arrays = load_npz(folder / "two.npz");
  REQUIRE(arrays.size() == 2);
  for (const NpzArray& array : two_arrays()) {
    const NpyArray& read = arrays.at(array.name);
    CHECK(read.shape == array.shape);
    CHECK(std::equal(array.values.begin(), array.values.end(), read.values.begin(), read.values.end(),
                     [](float a, double b) { return static_cast<double>(a) == b; }));
  }
}

TEST_CASE("npz: the same arrays give the same bytes, and Python's zip finds no fault with them") {
  const TempFolder folder;
  save_npz(two_arrays(), folder / "a.npz");
  save_npz(two_arrays(), folder / "b.npz");
  const auto bytes = [](const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  CHECK(bytes(folder / "a.npz") == bytes(folder / "b.npz"));
  if (std::system("python3 --version > /dev/null 2>&1") != 0) return;
  const std::string python =
      "python3 -c \"import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
      "sys.exit(z.testzip() is not None or len(z.namelist()) != 2)\" '";
  CHECK(std::system((python + (folder / "a.npz").string() + "'").c_str()) == 0);
}

TEST_CASE("npz: what cannot be written is refused and leaves no file") {
  const TempFolder folder;
  const auto refused = [&](const char* part, const std::vector<NpzArray>& arrays) {
    CHECK(contains(error_of(ErrorCode::usage, [&] { save_npz(arrays, folder / "no.npz"); }), part));
    CHECK_FALSE(std::filesystem::exists(folder / "no.npz"));
  };
  refused("2 values do not fill its shape (2, 2)", {{"a", {2, 2}, kTwo}});
  refused("in 1 to 4 dimensions", {{"a", {}, {kTwo.data(), 1}}});
  refused("two arrays are called 'a'", {{"a", {2}, kTwo}, {"a", {6}, kSix}});
  refused("has 0 bytes", {{"", {2}, kTwo}});
  refused("write several files", {{"a", {std::size_t{1} << 30}, {kTwo.data(), std::size_t{1} << 30}}});
  CHECK_FALSE(error_of(ErrorCode::io, [&] { save_npz(two_arrays(), folder / "none" / "no.npz"); }).empty());
}

}  // namespace
}  // namespace impasto::testing
