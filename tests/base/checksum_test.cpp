// Checksums of files: the standards' own examples, and lengths around the pieces they are read in.
#include "base/checksum.h"

#include <doctest/doctest.h>

#include <string>

#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

TEST_CASE("base: SHA-256 and MD5 of files are those of the standards' examples") {
  if (!has_checksums()) return;
  const TempFolder folder;
  const auto abc = folder.write("abc", std::string("abc"));
  CHECK(sha256_checksum(abc) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
  CHECK(md5_checksum(abc) == "900150983cd24fb0d6963f7d28e17f72");                                     // RFC 1321
  const auto million = folder.write("million", std::string(1000000, 'a'));
  CHECK(sha256_checksum(million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256_checksum(folder.write("long", std::string((1 << 20) + 1, 'a'))) !=
        sha256_checksum(folder.write("longer", std::string((1 << 20) + 2, 'a'))));
}

TEST_CASE("base: the checksum of a missing file is an error") {
  if (!has_checksums()) {
    CHECK(contains(error_of(ErrorCode::usage, [] { sha256_checksum("none"); }), "without OpenSSL"));
    return;
  }
  CHECK(contains(error_of(ErrorCode::input, [] { sha256_checksum("none"); }), "does not exist"));
}

}  // namespace
}  // namespace impasto::testing
