// Tensors as PyTorch's torch.save describes them: a pickle that says for each where in which record its numbers lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

inline constexpr std::size_t kMaxTorchDimensions = 64;  // of one tensor, as in PyTorch

/// A type of numbers.
struct TorchType {
  std::string_view storage;  ///< the class of its storages, empty where there is none
  std::string_view dtype;    ///< of torch
  std::string_view name;     ///< of safetensors
  std::size_t bytes;
};

/// The type called so by torch ("float32"), or nullptr.
const TorchType* torch_type_of_dtype(std::string_view dtype);

struct TorchTensor {
  std::string record;  ///< the key of the storage, whose numbers are a record of the file
  const TorchType* type = nullptr;
  std::uint64_t first = 0;            ///< byte of the record
  std::vector<std::int64_t> sizes;    ///< none below 0
  std::vector<std::int64_t> strides;  ///< in numbers; none below 0

  std::uint64_t count() const;  ///< numbers it has; 2^64 - 1 for more
  /// Numbers of its record from its first to its last; none when it is empty, 2^64 - 1 for more than that says.
  std::uint64_t span() const;
};

struct TorchRecord {
  std::uint64_t bytes = 0;  ///< that the pickle promises
  std::size_t width = 0;    ///< bytes of one of its numbers
};

struct TorchPickle {
  std::map<std::string, TorchTensor> tensors;  ///< by their path, "state_dict.features.0.weight"
  std::map<std::string, TorchRecord> records;
  std::size_t bytes = 0;  ///< of the pickle
};

/// Reads the pickle that `bytes` begin with. Every tensor lies within what its record promises. Throws Error(input) for
/// a pickle with anything but tensors, numbers and texts in dictionaries and lists, which it names.
TorchPickle read_torch_pickle(std::span<const std::uint8_t> bytes, const std::string& label);

}  // namespace impasto::IMPASTO_ABI
