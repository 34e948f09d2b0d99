#include "archive/foreign_file.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

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
    "a PyTorch or pickle file, which can hold programs and is not opened; convert it with weights/export_vgg19.py";

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
    {"\x93NUMPY", "one NumPy array; wanted a .npz with one array for each name, which numpy.savez writes"}};

bool is_web_page(std::string_view start) {
  const std::size_t first = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string_view::npos) return false;
  std::string word(start.substr(first, 14));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); });
  return word.starts_with("<!doctype html") || word.starts_with("<html") || word.starts_with("<head") ||
         word.starts_with("<?xml");
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

}  // namespace

std::string foreign_file(std::string_view start, std::uint64_t bytes) {
  for (const Signature& signature : kSignatures) {
    if (start.starts_with(signature.start)) return signature.what;
  }
  const std::span picture(reinterpret_cast<const std::uint8_t*>(start.data()), start.size());
  if (format_of_content(picture)) return kPicture;
  if (start.size() >= 262 && start.substr(257, 5) == "ustar") return kPacked;
  if (is_web_page(start))
    return "a web page, saved in place of the file it speaks of (" + std::to_string(bytes) +
           " bytes); download the file itself";
  if (is_caffemodel(start)) return "a Caffe model; convert it with weights/export_vgg19.py";
  return {};
}

}  // namespace impasto::IMPASTO_ABI
