// What people hand over as weights by mistake is named, with what to do.
#include <doctest/doctest.h>

#include <string>

#include "support/array_file_case.h"

namespace impasto::testing {

TEST_CASE("weights: files of other kinds are named, with what to do") {
  const auto refusal = [](const std::string& start) { return refusal_of_bytes(start + std::string(300, 'x')); };
  for (const std::string& picture : {std::string("\x89PNG\r\n\x1a\n"), std::string("\xff\xd8\xff\xe0"),
                                     std::string("GIF89a"), std::string("II*\0", 4), std::string("RIFFabcdWEBPVP8 ")})
    CHECK(contains(refusal(picture), "is a picture"));
  for (const char* page :
       {"<!DOCTYPE html>", "\n  <HTML lang=en>", "<!doctype HTML><head>", "\xef\xbb\xbf<html>", "<?xml ?>"})
    CHECK(contains(refusal(page), "is a web page"));
  CHECK(contains(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:"), "git lfs pull"));
  CHECK(contains(refusal("\x80\x02\x8a\x0al\xfc"), "is a PyTorch or pickle file"));
  CHECK(contains(refusal("\x80\x04\x95"), "weights/export_vgg19.py"));
  CHECK(contains(refusal("\x1f\x8b\x08"), "unpack it"));
  CHECK(contains(refusal(std::string(257, 'x') + "ustar"), "unpack it"));
  CHECK(contains(refusal("\x0a\x14VGG_ILSVRC_19_layers\x12\x04"), "is a Caffe model"));
  CHECK(contains(refusal("\x0a\x05VGG19\xa2\x06\x10"), "is a Caffe model"));
  CHECK(contains(refusal("\x93NUMPY\x01"), "is one NumPy array"));
  CHECK(contains(refusal("just a text"), "is not a safetensors file"));
  CHECK(contains(refusal_of_bytes("{\"model\": 1}"), "lacks \"file\""));
  CHECK(contains(refusal_of_bytes(""), "0 bytes"));
  CHECK(contains(refusal_of_bytes("x"), "holds only 1 bytes"));
}

TEST_CASE("weights: a safetensors file whose header happens to have the length of a signature is still one") {
  // 640 bytes of header: the file begins like a pickle of protocol 2.
  std::string header = "{}" + std::string(0x280 - 2, ' ');
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size() & 255);
  bytes[1] = static_cast<char>(header.size() >> 8);
  REQUIRE(bytes.substr(0, 2) == "\x80\x02");
  const TempFolder folder;
  CHECK(open_array_file(folder.write("w", bytes + header))->format() == std::string("safetensors"));
}

}  // namespace impasto::testing
