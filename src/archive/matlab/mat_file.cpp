#include "archive/matlab/mat_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/fortran_order.h"
#include "archive/matlab/mat_matrix.h"
#include "archive/matlab/mat_stream.h"
#include "base/check.h"
#include "base/file_reader.h"
#include "base/little_endian.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint64_t kHeader = 128, kTag = 8;  // bytes
constexpr std::uint32_t kPlain = 14, kDeflated = 15;
constexpr std::size_t kMaxVariables = 4096;
constexpr std::uint64_t kMaxMean = 3 << 20;  // numbers: a picture of 1024 x 1024

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return path.ends_with(end); });
}

class MatFile final : public ArrayFile {
 public:
  explicit MatFile(const std::filesystem::path& file) : ArrayFile(file), file_(file, "weights file") {
    std::array<std::uint8_t, kHeader> header;
    require(file_.size() >= header.size(), ErrorCode::input, label_, " was cut short: a MATLAB file has at least ",
            header.size(), " bytes; get it again");
    file_.read(0, header);
    require(header[126] == 'I' && header[127] == 'M', ErrorCode::input, label_,
            " is a MATLAB file of a big-endian machine, which is not read here; load and save it again");
    read_variables();
    for (auto& [path, array] : variables_.arrays) add(path, array);
    require(!entries_.empty(), ErrorCode::input, label_,
            " is a MATLAB file without a network of MatConvNet in it (a variable 'layers' or 'net')");
    metadata_["layout"] = "HWIO";
  }

  const char* format() const override { return "MATLAB"; }

  std::vector<float> values(const std::string& name) const override {
    const Entry& entry = entries_.at(name);
    const MatArray& array = *places_.at(name);
    require(array.width != 0, ErrorCode::input, label_, ": '", name, "' is of type ", array.dtype,
            "; wanted single or double, so save it as single");
    return to_c_order(numbers_of(array), entry.sizes);
  }

 private:
  void read_variables();
  void add(const std::string& path, const MatArray& array);
  void take_mean(const MatArray& array);

  FileReader file_;
  MatVariables variables_;
  std::map<std::string, const MatArray*> places_;  // by name
};

void MatFile::read_variables() {
  std::uint64_t at = kHeader;
  for (std::size_t i = 0; at < file_.size(); ++i) {
    std::array<std::uint8_t, kTag> tag;
    require(file_.size() - at >= tag.size() && i < kMaxVariables, ErrorCode::input, label_,
            " ends within a variable: it was cut short or is damaged, get it again");
    file_.read(at, tag);
    const std::uint64_t type = little_endian(tag.data(), 4), bytes = little_endian(tag.data() + 4, 4);
    const std::uint64_t rest = file_.size() - at - kTag;
    require((type == kPlain || type == kDeflated) && bytes <= rest, ErrorCode::input, label_, ": its variable at byte ",
            at, type == kPlain || type == kDeflated ? " lies beyond its end" : " is none",
            "; it was cut short or is damaged, get it again");
    const bool deflated = type == kDeflated;
    MatStream stream(file_, label_, deflated ? at + kTag : at, deflated ? bytes : bytes + kTag, deflated);
    add_mat_variable(stream, {"layers", "net", "meta", "normalization"}, variables_);
    at += kTag + bytes;
  }
}

// A layer's arrays by its name: in `weights`, a cell of two, or in the older `filters` and `biases`.
void MatFile::add(const std::string& path, const MatArray& array) {
  if (ends_with_any(path, {"normalization/averageImage"})) take_mean(array);
  const std::size_t layers = path.find("layers/");
  if (layers == std::string::npos) return;
  const bool weight = ends_with_any(path, {"/weights/0", "/filters"}),
             bias = ends_with_any(path, {"/weights/1", "/biases"});
  Entry entry;
  entry.dtype = array.dtype;
  entry.sizes = array.sizes;
  entry.offset = array.numbers.place();
  entry.bytes = array.bytes;
  std::string name = path;
  if (weight || bias) {
    const std::string layer = path.substr(0, path.find('/', layers + 7));
    const auto called = variables_.texts.find(layer + "/name");
    if (called != variables_.texts.end()) name = called->second + (weight ? ".weight" : ".bias");
    if (bias) std::erase(entry.sizes, 1);  // a row or a column
  }
  require(entries_.emplace(name, std::move(entry)).second, ErrorCode::input, label_, " has the name '", name,
          "' twice; write the file again with each name once");
  places_[name] = &array;
}

// Mean of each channel of a picture, or of one pixel; none where that cannot be read.
void MatFile::take_mean(const MatArray& array) {
  if (array.width == 0 || array.bytes / array.width > kMaxMean) return;
  const std::vector<float> values = numbers_of(array);
  if (values.empty() || values.size() % 3 != 0) return;
  const std::size_t positions = values.size() / 3;
  std::string mean;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    double sum = 0;
    for (std::size_t i = 0; i < positions; ++i) sum += values[channel * positions + i];
    if (!std::isfinite(sum)) return;
    mean += text(channel == 0 ? "" : ",", sum / static_cast<double>(positions));
  }
  metadata_["mean"] = mean;
  metadata_["std"] = "1,1,1";
  metadata_["channel_order"] = "RGB";
  metadata_["range"] = "255";
}

}  // namespace

std::unique_ptr<ArrayFile> open_mat(const std::filesystem::path& file) { return std::make_unique<MatFile>(file); }

}  // namespace impasto::IMPASTO_ABI
