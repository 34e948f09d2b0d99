// .npz files: stored, deflated, in zip64 and in either order the same numbers, and every damage its own sentence.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/zip_file.h"

namespace impasto::testing {
namespace {

const std::vector<float> kValues = {0, 1, 2, 3, 4, 5};

std::string refusal(const std::vector<ZipEntry>& entries) { return refusal_of_bytes(zip_file(entries)); }

}  // namespace

TEST_CASE("npz: stored, deflated and zip64 members give the same numbers") {
  const TempFolder folder;
  for (const bool zip64 : {false, true}) {
    CAPTURE(zip64);
    const std::string npy = npy_floats("(2, 3)", kValues);
    const auto file = open_array_file(folder.write(
        "w", zip_file({{"plain.npy", npy, false, zip64}, {"small/0.npy", npy, true, zip64}, {"notes.txt", "x"}}, zip64,
                      "a comment")));
    CHECK(file->format() == std::string("NumPy .npz"));
    CHECK(file->entries().size() == 2);
    for (const char* name : {"plain", "small/0"}) {
      CHECK(file->entries().at(name).sizes == std::vector<std::int64_t>{2, 3});
      CHECK(file->entries().at(name).dtype == "F32");
      CHECK(file->values(name) == kValues);
    }
  }
}

TEST_CASE("npz: Fortran order is turned to C order, in any number of dimensions") {
  const TempFolder folder;
  std::vector<float> in_c(2 * 3 * 4), in_fortran;
  for (std::size_t i = 0; i < in_c.size(); ++i) in_c[i] = static_cast<float>(i);
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t i = 0; i < 2; ++i) in_fortran.push_back(in_c[(i * 3 + j) * 4 + k]);
    }
  }
  const auto file = open_array_file(folder.write("w", zip_file({{"a.npy", npy_floats("(2, 3, 4)", in_fortran, true)},
                                                                {"b.npy", npy_floats("(6,)", kValues, true)}})));
  CHECK(file->values("a") == in_c);
  CHECK(file->values("b") == kValues);
}

TEST_CASE("npz: float16 and float64 are read, other types are listed and refused by name") {
  const TempFolder folder;
  const auto file = open_array_file(folder.write(
      "w", zip_file({{"h.npy", npy_file("{'descr': '<f2', 'fortran_order': False, 'shape': (2,)}",
                                        std::string("\0\x3c\0\xc0", 4))},
                     {"d.npy", npy_file("{'descr': '<f8', 'fortran_order': False, 'shape': ()}",
                                        std::string("\0\0\0\0\0\0\xf8\x3f", 8))},
                     {"i.npy",
                      npy_file("{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", std::string(8, '\1'))}})));
  CHECK(file->values("h") == std::vector<float>{1, -2});
  CHECK(file->values("d") == std::vector<float>{1.5F});
  CHECK(file->entries().at("d").sizes.empty());
  CHECK(file->has("i"));
  CHECK(contains(error_of(ErrorCode::input, [&] { file->values("i"); }), "'i' is of type <i8"));
}

TEST_CASE("npz: damaged members are refused, each with its own sentence") {
  const std::string npy = npy_floats("(6,)", kValues);
  CHECK(contains(refusal({{"a.npy", npy}, {"a.npy", npy}}), "holds the name 'a.npy' twice"));
  CHECK(contains(refusal({{"a.npy", npy, false, false, 1}}), "is encrypted"));
  CHECK(contains(refusal({{"a.npy", npy, false, false, 0, 12}}), "compressed by method 12"));
  CHECK(contains(refusal({{"a.npy", npy, true, false, 0, -1, -1, 1}}), "does not have its checksum"));
  CHECK(contains(refusal({{"a.npy", npy, false, false, 0, -1, -1, 1}}), "does not have its checksum"));
  CHECK(contains(refusal({{"a.npy", npy.substr(0, npy.size() - 1)}}), "wants more values"));
  CHECK(contains(refusal({{"a.npy", npy + "x"}}), "25 bytes of numbers"));
  CHECK(contains(refusal({{"a.npy", npy_floats("(999999999, 999999999)", {})}}), "wants more values"));
  CHECK(contains(refusal({{"a.npy", npy.substr(0, 30)}}), "ends within its header"));
  CHECK(contains(refusal({{"a.npy", "no numbers"}}), "is not a .npy file"));
}

TEST_CASE("npz: a member that claims more than deflate can hold is refused before memory is taken") {
  const std::string npy = npy_floats("(6,)", kValues);
  CHECK(contains(refusal({{"a.npy", npy, true, false, 0, -1, 0x7fffffff}}), "claims 2147483647 bytes"));
  CHECK(contains(refusal({{"a.npy", npy, false, false, 0, -1, 1000}}), "claims 1000 bytes"));
  // Plausible, and still not there.
  const std::string more = npy_floats("(60,)", kValues);
  CHECK(contains(refusal({{"a.npy", more, true, false, 0, -1, static_cast<std::int64_t>(more.size() + 216)}}),
                 "cannot be inflated"));
}

TEST_CASE("npz: members that overlap are refused") {
  const std::string npy = npy_floats("(6,)", kValues);
  std::string file = zip_file({{"a.npy", npy}, {"b.npy", npy}});
  // The second entry of the directory points at the first member's header.
  const std::size_t second = file.rfind("PK\1\2");
  for (std::size_t i = 42; i < 46; ++i) file[second + i] = '\0';
  CHECK(contains(refusal_of_bytes(file), "overlap"));
}

TEST_CASE("npz: a file cut short anywhere is refused") {
  const std::string whole =
      zip_file({{"a.npy", npy_floats("(6,)", kValues)}, {"b.npy", npy_floats("(6,)", kValues), true}});
  for (std::size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(refusal_of_bytes(whole.substr(0, length)).empty());
  }
  CHECK(contains(refusal_of_bytes(whole.substr(0, 100)), "lacks its directory"));
}

TEST_CASE("npz: a zip of nothing known is named") {
  CHECK(contains(refusal({{"readme.txt", "x"}}), "without a .npy"));
  CHECK(contains(refusal({}), "without a .npy"));
}

}  // namespace impasto::testing
