#include "archive/onnx/protobuf.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint64_t kWindow = 16384;  // bytes

}  // namespace

std::uint8_t ProtoFile::byte(std::uint64_t at) {
  if (at < begin_ || at - begin_ >= window_.size()) {
    window_.resize(static_cast<std::size_t>(std::min(kWindow, size() - at)));
    begin_ = at;
    file_->read(at, window_);
  }
  return window_[static_cast<std::size_t>(at - begin_)];
}

void ProtoFile::damaged(const char* how) const {
  fail(ErrorCode::input, *label_, " is a damaged ", what_, " file: it ", how, "; it was cut short or changed, get it ",
       "again");
}

std::uint64_t ProtoMessage::varint() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) file_->damaged("ends within a number");
    const std::uint8_t byte = file_->byte(at_++);
    if (shift == 63 && byte > 1) break;
    number |= std::uint64_t{byte & 127U} << shift;
    if (byte < 128) return number;
  }
  file_->damaged("holds a number of more than 64 bits");
}

std::uint64_t ProtoMessage::fixed(std::size_t bytes) {
  if (end_ - at_ < bytes) file_->damaged("ends within a number");
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number |= std::uint64_t{file_->byte(at_++)} << (8 * i);
  return number;
}

bool ProtoMessage::next() {
  if (at_ == end_) return false;
  const std::uint64_t tag = varint();
  const std::uint64_t field = tag >> 3, wire = tag & 7;
  if (field == 0 || field >= 1U << 29) file_->damaged("holds a field that cannot be");
  if (wire != 0 && wire != 1 && wire != 2 && wire != 5) file_->damaged("holds a field written in no known way");
  field_ = static_cast<std::uint32_t>(field);
  wire_ = static_cast<ProtoWire>(wire);
  value_ = {at_, at_};
  if (wire_ == ProtoWire::bytes) {
    const std::uint64_t length = varint();
    value_ = {at_, at_};
    if (length > end_ - at_) file_->damaged("ends before one of its parts does");
    at_ += length;
    value_.end = at_;
  } else {
    number_ = wire_ == ProtoWire::varint ? varint() : fixed(wire_ == ProtoWire::fixed32 ? 4 : 8);
    value_.end = at_;
  }
  return true;
}

std::int64_t ProtoMessage::integer() const {
  if (wire_ != ProtoWire::varint) file_->damaged("has something else where a number belongs");
  return static_cast<std::int64_t>(number_);
}

double ProtoMessage::real() const {
  if (wire_ == ProtoWire::fixed32) return std::bit_cast<float>(static_cast<std::uint32_t>(number_));
  if (wire_ != ProtoWire::fixed64) file_->damaged("has something else where a number belongs");
  return std::bit_cast<double>(number_);
}

ProtoRange ProtoMessage::range() const {
  if (wire_ != ProtoWire::bytes) file_->damaged("has a number where something else belongs");
  return value_;
}

std::string ProtoMessage::text(std::size_t most) const {
  const ProtoRange where = range();
  if (where.size() > most) file_->damaged("holds a name too long to be one");
  std::string letters;
  letters.reserve(static_cast<std::size_t>(where.size()));
  for (std::uint64_t at = where.begin; at < where.end; ++at) letters += static_cast<char>(file_->byte(at));
  return letters;
}

}  // namespace impasto::IMPASTO_ABI
