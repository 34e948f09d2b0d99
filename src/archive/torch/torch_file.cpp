#include "archive/torch/torch_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/zip.h"
#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

bool is_contiguous(const TorchTensor& tensor) {
  std::uint64_t step = 1;
  for (std::size_t i = tensor.sizes.size(); i-- > 0;) {
    if (tensor.sizes[i] != 1 && static_cast<std::uint64_t>(tensor.strides[i]) != step) return false;
    step *= static_cast<std::uint64_t>(tensor.sizes[i]);
  }
  return true;
}

// In C order, from where the strides lead.
std::vector<float> gather(const std::vector<float>& from, const TorchTensor& tensor, std::size_t count) {
  std::vector<float> result(count);
  const std::size_t rank = tensor.sizes.size();
  std::vector<std::size_t> index(rank, 0);
  std::size_t at = 0;
  for (float& value : result) {
    value = from[at];
    for (std::size_t i = rank; i-- > 0;) {
      const std::size_t stride = static_cast<std::size_t>(tensor.strides[i]);
      if (++index[i] < static_cast<std::size_t>(tensor.sizes[i])) {
        at += stride;
        break;
      }
      at -= stride * (index[i] - 1);
      index[i] = 0;
    }
  }
  return result;
}

void swap_bytes(std::span<std::uint8_t> bytes, std::size_t width) {
  for (std::size_t at = 0; at < bytes.size(); at += width)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + width));
}

}  // namespace

TorchFile::TorchFile(const std::filesystem::path& file, Content content)
    : ArrayFile(file), file_(file, "weights file"), content_(std::move(content)) {
  std::uint64_t read = 0;
  for (const auto& [name, tensor] : content_.tensors) {
    const Record& record = content_.records.at(tensor.record);
    const std::uint64_t width = tensor.type->bytes, span = tensor.span();
    require(span == 0 || (tensor.first <= record.bytes && span <= (record.bytes - tensor.first) / width),
            ErrorCode::input, label_, ": '", name, "' wants more values than its record '", tensor.record,
            "' holds: the file was cut short or is damaged, get it again");
    read += span * width;
    Entry entry;
    entry.dtype = tensor.type->name;
    entry.sizes = tensor.sizes;
    entry.offset = record.offset + tensor.first;
    entry.bytes = std::min(tensor.count(), span) * width;
    entries_.emplace(name, std::move(entry));
  }
  require_in_proportion(read, file_.size(), "save the state_dict alone: torch.save(model.state_dict(), FILE)");
}

// From the tensor's first one on, as they lie.
std::vector<float> TorchFile::read_numbers(const std::string& name, std::uint64_t count) const {
  const TorchTensor& tensor = content_.tensors.at(name);
  const Record& record = content_.records.at(tensor.record);
  const std::size_t width = tensor.type->bytes;
  const bool check = record.crc != 0 && tensor.first == 0 && count * width == record.bytes;
  std::uint64_t at = record.offset + tensor.first;
  std::uint32_t crc = 0;
  std::vector<float> values = read_elements(std::string(tensor.type->name), count, [&](std::span<std::uint8_t> piece) {
    file_.read(at, piece);
    at += piece.size();
    if (check) crc = zip_checksum(crc, piece);
    if (content_.big_endian) swap_bytes(piece, width);
  });
  require(!check || crc == record.crc, ErrorCode::input, label_, ": '", name,
          "' does not have its checksum; the file is damaged, get it again");
  return values;
}

std::vector<float> TorchFile::values(const std::string& name) const {
  const TorchTensor& tensor = content_.tensors.at(name);
  require(element_bytes(std::string(tensor.type->name)) != 0, ErrorCode::input, label_, ": '", name, "' is of type ",
          tensor.type->name, "; wanted F64, F32, F16 or BF16, so save it as float32");
  const std::uint64_t count = tensor.count(), span = tensor.span();
  if (count != 0 && is_contiguous(tensor)) return read_numbers(name, count);
  require(count <= span, ErrorCode::input, label_, ": '", name,
          "' repeats numbers of its storage (a stride of 0); save it whole: tensor.contiguous()");
  return gather(read_numbers(name, span), tensor, static_cast<std::size_t>(count));
}

}  // namespace impasto::IMPASTO_ABI
