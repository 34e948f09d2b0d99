// Named arrays in a file, whatever its format: what weights come in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// An open, checked file: sizes and offsets were compared with the file before any memory is taken for them.
/// Thread safety: const use from any thread.
class ArrayFile {
 public:
  struct Entry {
    std::string dtype;  ///< by the names of safetensors: F64, F32, F16, BF16, I64, ...
    std::vector<std::int64_t> sizes;
    std::uint64_t offset = 0;  ///< of the first byte in the file; 0 where the numbers are deflated
    std::uint64_t bytes = 0;
  };

  virtual ~ArrayFile() = default;
  ArrayFile(const ArrayFile&) = delete;
  ArrayFile& operator=(const ArrayFile&) = delete;

  virtual const char* format() const = 0;              ///< "safetensors", "HDF5", ... for people
  const std::string& label() const { return label_; }  ///< begins messages: weights file 'vgg19.h5'
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// By name; a name of HDF5 is the path of its dataset without the first '/'.
  const std::map<std::string, Entry>& entries() const { return entries_; }
  bool has(const std::string& name) const { return entries_.count(name) != 0; }
  /// Values as float, in the file's order (C order, last size fastest). The name must exist. F32, F16, BF16 and, of
  /// safetensors, I8 are exact, F64 is rounded. Throws Error(input) for another type, or when the file has become
  /// shorter, Error(io) for more values than memory holds.
  virtual std::vector<float> values(const std::string& name) const = 0;
  /// The same into memory that is there already, as many values as the array has; F32 without a copy where it can be.
  virtual void read(const std::string& name, std::span<float> into) const;

 protected:
  explicit ArrayFile(const std::filesystem::path& file, const char* kind = "weights file");

  /// Bytes of an array of these sizes with elements of `bits`. Throws Error(input) when they are more than `available`.
  std::uint64_t bytes_of(const std::string& name, const std::vector<std::int64_t>& sizes, std::uint64_t bits,
                         std::uint64_t available) const;
  /// Throws Error(input) when two entries share bytes of the file.
  void require_apart() const;
  /// Of formats whose entries may share bytes: throws Error(input), with advice, when reading all takes more than 64
  /// times the bytes of the file, so that a small one is not read for hours.
  void require_in_proportion(std::uint64_t read, std::uint64_t file_bytes, const char* advice) const;

  std::string label_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Entry> entries_;
};

/// Opens a file by what it begins with, not by its name. Throws Error(input) for a file that is damaged, or of no
/// format known here, or of one this build was made without.
std::unique_ptr<ArrayFile> open_array_file(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
