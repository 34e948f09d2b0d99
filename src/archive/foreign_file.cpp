#include "archive/foreign_file.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"
#include "image/formats.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct Signature {
  std::string_view start;
  const char* what;
};

constexpr const char* kPicture = "a picture, not weights; name the weights file";
constexpr const char* kPacked = "a compressed archive; unpack it and name the weights file in it";
constexpr const char* kPickle =
    "a pickle that PyTorch's torch.save did not write, and nothing of a pickle is ever run "
    "here; load it in the program that wrote it, and save its arrays with numpy.savez";
constexpr const char* kTar =
    "a file of PyTorch 0.1 (a tar), which newer ones replaced; where you trust it, write it again in PyTorch: "
    "torch.save(torch.load(FILE, weights_only=False), 'state.pth')";

constexpr Signature kSignatures[] = {
    {"GIF8", kPicture},
    {"\x1f\x8b", kPacked},
    {"7z\xbc\xaf\x27\x1c", kPacked},
    {"Rar!", kPacked},
    {"BZh", kPacked},
    {{"\xfd"
      "7zXZ\0",
      6},
     kPacked},
    {"\x28\xb5\x2f\xfd", kPacked},
    {"\x80\x02", kPickle},
    {"\x80\x03", kPickle},
    {"\x80\x04", kPickle},
    {"\x80\x05", kPickle},
    {"version https://git-lfs", "a git-LFS pointer, not the weights it points to; run git lfs pull, or download it"},
    {"\x93NUMPY", "one NumPy array; wanted a .npz with one array for each name, which numpy.savez writes"},
    {"GGUF", "a GGUF file, which holds language models; name a file of VGG19 or VGG16"},
    {"7767517\n", "ncnn's .param, whose numbers lie rearranged in the .bin beside it; name the file it was made from"}};

// What only its own framework reads. The way round is .npz, which keeps every order of an array: safetensors 0.8.0
// scrambles those not in C order.
struct Foreign {
  const char* what;
  const char* load;  // how
  bool of_oxford;    // released as Caffe's: Keras' file has the same numbers
};
constexpr Foreign kCaffe{"a Caffe model", "take net.params of caffe.Net in Python", true};
constexpr Foreign kMxnet{"MXNet's .params", "load it with mxnet.nd.load", false};
constexpr Foreign kTorch7{"a file of Torch 7 (Lua)", "load it with Python's torchfile", false};
constexpr Foreign kPaddle{"a pickle of NumPy's arrays, as Paddle's .pdparams is, which can hold programs",
                          "load it with what wrote it (paddle.load)", false};
constexpr Foreign kPaddleExport{"a network's parameters as Paddle exports them, without names",
                                "load its .pdparams with paddle.load", false};
constexpr Foreign kOpenvino{"an OpenVINO model, whose numbers lie in the .bin beside it",
                            "take the file it was made from, or the Constants of openvino.Core().read_model()", false};
constexpr Foreign kTensorflowLite{"a TensorFlow Lite model",
                                  "take the file it was made from, or the tensors of tf.lite.Interpreter", false};

std::string way_round(const Foreign& foreign) {
  std::string sentence = text(foreign.what, ", and is not read here; ", foreign.load,
                              " and save its arrays with numpy.savez, named features.0.weight, features.0.bias, ... or "
                              "conv1_1_W, conv1_1_b, ...");
  if (foreign.of_oxford)
    sentence += "; if they are Oxford's own, impasto weights fetch keras or keras-vgg16 brings the same numbers";
  return sentence;
}

bool is_web_page(std::string_view start) {
  const std::size_t first = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string_view::npos) return false;
  std::string word(start.substr(first, 14));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); });
  return word.starts_with("<!doctype html") || word.starts_with("<html") || word.starts_with("<head") ||
         word.starts_with("<?xml");
}

// <?xml version="1.0"?> <net name="vgg16" version="11"> <layers>
bool is_openvino(std::string_view start) {
  return start.starts_with("<?xml") && start.find("<net ") != std::string_view::npos;
}

// A pickle that makes a NumPy array at its beginning, by the global that NumPy's own pickles name.
bool is_numpy_pickle(std::string_view start) {
  return start.starts_with("\x80") && start.size() > 2 && start[1] >= 2 && start[1] <= 5 &&
         start.find("numpy") != std::string_view::npos && start.find("_reconstruct") != std::string_view::npos;
}

// A tensor of Paddle: version 0 (4 bytes), no levels (8 bytes), version 0 (4 bytes), the length of what follows, and
// that: the type's field 1, a small number, and the sizes' field 2.
bool is_paddle_export(std::string_view start) {
  constexpr std::string_view kZeros("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  return start.size() > 24 && start.starts_with(kZeros) && start[16] > 0 &&
         start.substr(17, 4) == std::string_view("\0\0\0\x08", 4) && start[22] == '\x10';
}

// Its first member stands first, or behind what PAX says of it.
bool is_torch_tar(std::string_view start) {
  for (const std::size_t block : {std::size_t{0}, std::size_t{1024}}) {
    if (start.size() < block + 262 || start.substr(block + 257, 5) != "ustar") continue;
    for (const std::string_view name : {"sys_info", "pickle", "tensors", "storages"}) {
      if (start.substr(block).starts_with(name) && start[block + name.size()] == '\0') return true;
    }
  }
  return false;
}

// A network of Caffe's is protobuf and begins with its name: field 1, length, text, then field 2 (old layers) or 100.
bool is_caffemodel(std::string_view start) {
  if (start.size() < 3 || start[0] != '\x0a') return false;
  const std::size_t length = static_cast<unsigned char>(start[1]);
  if (length == 0 || length > 100 || start.size() < length + 4) return false;
  const std::string_view name = start.substr(2, length), next = start.substr(2 + length);
  return std::all_of(name.begin(), name.end(), [](char letter) { return letter >= ' ' && letter < 127; }) &&
         (next[0] == '\x12' || next.starts_with("\xa2\x06"));
}

const Foreign* framework_of(std::string_view start) {
  if (is_numpy_pickle(start)) return &kPaddle;
  if (start.starts_with(std::string_view("\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16))) return &kMxnet;
  if (start.starts_with(std::string_view("\4\0\0\0\1\0\0\0\3\0\0\0V 1", 15))) return &kTorch7;
  if (is_openvino(start)) return &kOpenvino;
  if (is_paddle_export(start)) return &kPaddleExport;
  if (start.size() > 8 && start.substr(4, 4) == "TFL3") return &kTensorflowLite;
  if (is_caffemodel(start)) return &kCaffe;
  return nullptr;
}

}  // namespace

std::string foreign_file(std::string_view start, std::uint64_t bytes) {
  if (const Foreign* foreign = framework_of(start)) return way_round(*foreign);
  for (const Signature& signature : kSignatures) {
    if (start.starts_with(signature.start)) return signature.what;
  }
  const std::span picture(reinterpret_cast<const std::uint8_t*>(start.data()), start.size());
  if (format_of_content(picture)) return kPicture;
  if (is_torch_tar(start)) return kTar;
  if (start.size() >= 262 && start.substr(257, 5) == "ustar") return kPacked;
  if (is_web_page(start))
    return "a web page, saved in place of the file it speaks of (" + std::to_string(bytes) +
           " bytes); download the file itself";
  return {};
}

}  // namespace impasto::IMPASTO_ABI
