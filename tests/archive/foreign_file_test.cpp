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
  CHECK(contains(refusal("<?xml version=\"1.0\"?><Error><Code>AccessDenied"), "is a web page"));
  CHECK(contains(refusal("\x80\x02\x8a\x0al\xfc"), "is a pickle that PyTorch's torch.save did not write"));
  CHECK(contains(refusal("\x80\x04\x95"), "save its arrays with numpy.savez"));
  CHECK(contains(refusal("\x1f\x8b\x08"), "unpack it"));
  CHECK(contains(refusal(std::string(257, 'x') + "ustar"), "unpack it"));
  const auto tar_block = [](const std::string& name) {
    return name + std::string(257 - name.size(), '\0') + "ustar" + std::string(250, '\0');
  };
  CHECK(contains(refusal(tar_block("sys_info")), "is a file of PyTorch 0.1 (a tar)"));
  CHECK(contains(refusal(tar_block("./PaxHeaders/x") + std::string(512, 'p') + tar_block("storages")),
                 "is a file of PyTorch 0.1 (a tar)"));
  CHECK(contains(refusal(tar_block("storages.txt")), "unpack it"));
  CHECK(contains(refusal("\x0a\x14VGG_ILSVRC_19_layers\x12\x04"), "is a Caffe model"));
  CHECK(contains(refusal("\x0a\x05VGG19\xa2\x06\x10"), "is a Caffe model"));
  CHECK(contains(refusal("\x93NUMPY\x01"), "is one NumPy array"));
  CHECK(contains(refusal("just a text"), "is not a safetensors file"));
  CHECK(contains(refusal_of_bytes("{\"model\": 1}"), "lacks \"file\""));
  CHECK(contains(refusal_of_bytes(""), "0 bytes"));
  CHECK(contains(refusal_of_bytes("x"), "holds only 1 bytes"));
}

TEST_CASE("weights: what only its own framework reads is named, with the way to .npz, and where the same numbers are") {
  const auto refusal = [](const std::string& start) { return refusal_of_bytes(start + std::string(300, 'x')); };
  const std::string zeros(16, '\0');
  struct {
    std::string start, what, load;
  } const files[] = {
      {"\x0a\x14VGG_ILSVRC_19_layers\x12\x04", "is a Caffe model", "net.params"},
      {"\x80\x02}q\x01cnumpy.core.multiarray\n_reconstruct\n", "Paddle's .pdparams", "paddle.load"},
      {"\x80\x04\x95\x20\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct", "Paddle's .pdparams", "paddle.load"},
      {zeros + std::string("\x08\0\0\0\x08\x05\x10\x40\x10\x03", 10), "as Paddle exports them", "paddle.load"},
      {std::string("\x12\x01\0\0\0\0\0\0", 8) + zeros.substr(0, 8), "MXNet's .params", "mxnet.nd.load"},
      {std::string("\4\0\0\0\1\0\0\0\3\0\0\0V 1", 15), "Torch 7", "torchfile"},
      {"<?xml version=\"1.0\"?>\n<net name=\"vgg16\" version=\"11\">", "is an OpenVINO model", "read_model"},
      {std::string("\x1c\0\0\0TFL3", 8), "is a TensorFlow Lite model", "tf.lite.Interpreter"}};
  for (const auto& file : files) {
    const std::string sentence = refusal(file.start);
    INFO(sentence);
    CHECK(contains(sentence, file.what));
    CHECK(contains(sentence, file.load));
    CHECK(contains(sentence, "numpy.savez"));
    CHECK_FALSE(contains(sentence, "export_vgg19.py"));
  }
  CHECK(contains(refusal(files[0].start), "impasto weights fetch keras"));
  CHECK(contains(refusal("GGUF\3"), "language models"));
  CHECK(contains(refusal("7767517\n"), "ncnn"));
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
