// Messages of Protocol Buffers as they lie in a file, field by field, never beyond their end. Only a window of the file
// is in memory, whatever lengths the fields claim. The written form: "Encoding" of the Protocol Buffers documentation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/file_reader.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// A file read forward through a window. Holds views: `file` and `label` must outlive it.
class ProtoFile {
 public:
  /// `label` begins messages, `what` names the kind of file in them.
  ProtoFile(const FileReader& file, const std::string& label, const char* what)
      : file_(&file), label_(&label), what_(what) {}

  std::uint64_t size() const { return file_->size(); }
  std::uint8_t byte(std::uint64_t at);  ///< `at` must be below size()
  [[noreturn]] void damaged(const char* how) const;

 private:
  const FileReader* file_;
  const std::string* label_;
  const char* what_;
  std::vector<std::uint8_t> window_;
  std::uint64_t begin_ = 0;  // of the window in the file
};

/// How a field's value is written.
enum class ProtoWire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// A part of a file.
struct ProtoRange {
  std::uint64_t begin = 0, end = 0;
  std::uint64_t size() const { return end - begin; }
};

/// A message, read field by field. All functions but the constructor throw Error(input) for what no message is.
class ProtoMessage {
 public:
  ProtoMessage(ProtoFile& file, const ProtoRange& range) : file_(&file), at_(range.begin), end_(range.end) {}

  /// Goes to the next field and over its value; false at the end.
  bool next();
  std::uint32_t field() const { return field_; }
  ProtoWire wire() const { return wire_; }

  /// The value of the present field; each throws when it is written in another way.
  std::int64_t integer() const;
  double real() const;       ///< fixed32 as a float, fixed64 as a double
  ProtoRange range() const;  ///< bytes
  ProtoMessage message() const { return {*file_, range()}; }
  std::string text(std::size_t most) const;  ///< throws for more than `most` bytes

  /// Calls `take` with each integer of a repeated field, packed or not.
  template <class Take>
  void integers(Take take) const {
    if (wire_ == ProtoWire::varint) return take(integer());
    ProtoMessage numbers = message();
    while (numbers.at_ != numbers.end_) take(static_cast<std::int64_t>(numbers.varint()));
  }

  /// Begin of the present field's value in the file, also when it ends beyond the message.
  std::uint64_t value_begin() const { return value_.begin; }
  ProtoFile& file() const { return *file_; }

 private:
  std::uint64_t varint();
  std::uint64_t fixed(std::size_t bytes);

  ProtoFile* file_;
  std::uint64_t at_, end_;
  std::uint32_t field_ = 0;
  ProtoWire wire_ = ProtoWire::varint;
  std::uint64_t number_ = 0;
  ProtoRange value_;
};

}  // namespace impasto::IMPASTO_ABI
