#include "archive/matlab/mat_stream.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>

#include "base/check.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint64_t kMostWhateverRatio = std::uint64_t{256} << 20, kMostRatio = 100;

}  // namespace

struct MatStream::Zlib {
  z_stream state = {};
  std::array<std::uint8_t, 16384> input;
  bool ended = false;
  Zlib() {
    if (::inflateInit(&state) != Z_OK) throw std::bad_alloc();
  }
  Zlib(const Zlib& other) : ended(other.ended) {
    if (::inflateCopy(&state, const_cast<z_stream*>(&other.state)) != Z_OK) throw std::bad_alloc();
    state.avail_in = 0;  // taken from the file again
  }
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() { ::inflateEnd(&state); }
};

MatStream::MatStream(const FileReader& file, const std::string& label, std::uint64_t begin, std::uint64_t stored,
                     bool deflated)
    : file_(file),
      label_(label),
      next_(begin),
      end_(begin + stored),
      most_(std::max(kMostWhateverRatio, kMostRatio * stored)),
      zlib_(deflated ? std::make_unique<Zlib>() : nullptr) {}

MatStream::MatStream(const MatStream& other)
    : file_(other.file_),
      label_(other.label_),
      next_(other.zlib_ ? other.next_ - other.zlib_->state.avail_in : other.next_),
      end_(other.end_),
      at_(other.at_),
      most_(other.most_),
      zlib_(other.zlib_ ? std::make_unique<Zlib>(*other.zlib_) : nullptr) {}

MatStream::~MatStream() = default;

void MatStream::damaged(const char* how) const {
  fail(ErrorCode::input, label_, " is damaged: a variable in it ", how, "; get it again");
}

void MatStream::fill() {
  z_stream& state = zlib_->state;
  if (state.avail_in != 0) return;
  const std::size_t size = saturated(std::min<std::uint64_t>(zlib_->input.size(), end_ - next_));
  if (size == 0) damaged("ends too early");
  file_.read(next_, std::span(zlib_->input).first(size));
  next_ += size;
  state.next_in = zlib_->input.data();
  state.avail_in = static_cast<uInt>(size);
}

void MatStream::read(std::span<std::uint8_t> bytes) {
  at_ += bytes.size();
  if (!zlib_) {
    if (bytes.size() > end_ - next_) damaged("ends too early");
    file_.read(next_, bytes);
    next_ += bytes.size();
    return;
  }
  if (at_ > most_) damaged("inflates to more than a hundred times its bytes");
  z_stream& state = zlib_->state;
  while (!bytes.empty()) {
    if (zlib_->ended) damaged("ends too early");
    fill();
    const std::size_t piece = std::min(bytes.size(), std::size_t{1} << 30);  // zlib counts in 32 bits
    state.next_out = bytes.data();
    state.avail_out = static_cast<uInt>(piece);
    const int result = ::inflate(&state, Z_NO_FLUSH);
    bytes = bytes.subspan(piece - state.avail_out);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) damaged("cannot be inflated");
    zlib_->ended = result == Z_STREAM_END;
  }
}

void MatStream::skip(std::uint64_t bytes) {
  if (!zlib_) {
    if (bytes > end_ - next_) damaged("ends too early");
    next_ += bytes;
    at_ += bytes;
    return;
  }
  std::array<std::uint8_t, 65536> unused;
  for (std::uint64_t done = 0; done < bytes;) {
    const std::size_t piece = saturated(std::min<std::uint64_t>(unused.size(), bytes - done));
    read(std::span(unused).first(piece));
    done += piece;
  }
}

std::uint32_t MatStream::u32() {
  std::array<std::uint8_t, 4> bytes;
  read(bytes);
  return static_cast<std::uint32_t>(little_endian(bytes.data(), bytes.size()));
}

void MatStream::require_end() {
  while (zlib_ && !zlib_->ended) {
    fill();
    std::uint8_t more = 0;
    zlib_->state.next_out = &more;
    zlib_->state.avail_out = 1;
    const int result = ::inflate(&zlib_->state, Z_NO_FLUSH);
    if (zlib_->state.avail_out == 0) damaged("holds more than it says");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) damaged("does not have its checksum");
    zlib_->ended = result == Z_STREAM_END;
  }
  if (!zlib_ && next_ != end_) damaged("holds more than it says");
}

}  // namespace impasto::IMPASTO_ABI
