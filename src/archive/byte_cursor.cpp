#include "archive/byte_cursor.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/check.h"
#include "base/little_endian.h"

namespace impasto::IMPASTO_ABI {

void ByteCursor::damaged(const char* how) const {
  fail(ErrorCode::input, *label_, " is damaged: its ", what_, " ", how, "; get it again");
}

std::span<const std::uint8_t> ByteCursor::take(std::uint64_t bytes) {
  if (bytes > rest_.size()) damaged("ends too early");
  const std::span<const std::uint8_t> front = rest_.first(static_cast<std::size_t>(bytes));
  rest_ = rest_.subspan(static_cast<std::size_t>(bytes));
  return front;
}

std::string_view ByteCursor::take_text(std::uint64_t bytes) {
  const std::span<const std::uint8_t> front = take(bytes);
  return {reinterpret_cast<const char*>(front.data()), front.size()};
}

std::string_view ByteCursor::take_line(std::size_t most) {
  const std::string_view front(reinterpret_cast<const char*>(rest_.data()), std::min(rest_.size(), most));
  const std::size_t end = front.find('\n');
  if (end == std::string_view::npos) damaged("has a line without an end");
  skip(end + 1);
  return front.substr(0, end);
}

std::uint64_t ByteCursor::number(std::size_t bytes) { return little_endian(take(bytes).data(), bytes); }

void ByteCursor::expect(std::string_view signature) {
  if (rest_.size() < signature.size() || take_text(signature.size()) != signature)
    damaged("does not begin as one does");
}

}  // namespace impasto::IMPASTO_ABI
