#include "image/features.h"

#ifdef IMPASTO_HAS_TIFF

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "base/sizes.h"
#include "image/tiff_memory.h"

namespace impasto::IMPASTO_ABI {

TiffMemory::TiffMemory(std::span<const std::uint8_t> bytes) : read_(bytes) { open("r"); }

TiffMemory::TiffMemory(std::vector<std::uint8_t>& bytes, bool big_endian, bool big) : written_(&bytes) {
  open(big ? (big_endian ? "w8b" : "w8l") : (big_endian ? "wb" : "wl"));
}

void TiffMemory::open(const char* mode) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (!options) return;
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, this);
  // A directory that asks for more than its file could hold is damaged.
  constexpr auto kMostOfOne = std::min<std::uint64_t>(std::uint64_t{1} << 31, std::numeric_limits<tmsize_t>::max());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(kMostOfOne));
  tiff_ =
      TIFFClientOpenExt("memory", mode, this, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap, options);
  TIFFOpenOptionsFree(options);
}

void TiffMemory::close() {
  if (tiff_) TIFFClose(tiff_);
  tiff_ = nullptr;
}

tmsize_t TiffMemory::on_read(thandle_t handle, void* to, tmsize_t count) {
  TiffMemory& self = of(handle);
  const std::span<const std::uint8_t> content = self.content();
  if (self.position_ >= content.size()) return 0;
  const auto position = static_cast<std::size_t>(self.position_);
  const std::size_t taken = std::min(static_cast<std::size_t>(count), content.size() - position);
  std::memcpy(to, content.data() + position, taken);
  self.position_ += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t TiffMemory::on_write(thandle_t handle, void* from, tmsize_t count) {
  TiffMemory& self = of(handle);
  if (!self.written_) return 0;
  const std::uint64_t end = self.position_ + static_cast<std::uint64_t>(count);
  if (end > kMostBytes) return 0;
  try {
    if (self.written_->size() < end) self.written_->resize(static_cast<std::size_t>(end));
  } catch (...) {
    return 0;
  }
  std::memcpy(self.written_->data() + static_cast<std::size_t>(self.position_), from, static_cast<std::size_t>(count));
  self.position_ = end;
  return count;
}

toff_t TiffMemory::on_seek(thandle_t handle, toff_t offset, int whence) {
  TiffMemory& self = of(handle);
  const toff_t base = whence == SEEK_CUR ? self.position_ : whence == SEEK_END ? self.content().size() : 0;
  self.position_ = base + offset;
  return self.position_;
}

int TiffMemory::on_map(thandle_t handle, void** base, toff_t* size) {
  TiffMemory& self = of(handle);
  if (self.written_) return 0;
  *base = const_cast<std::uint8_t*>(self.read_.data());  // libtiff only reads what it maps
  *size = self.read_.size();
  return 1;
}

int TiffMemory::on_error(TIFF* /*tiff*/, void* self, const char* /*module*/, const char* format,
                         std::va_list arguments) {
  auto& memory = *static_cast<TiffMemory*>(self);
  // The first is the cause.
  if (memory.message_[0] == '\0') std::vsnprintf(memory.message_, sizeof memory.message_, format, arguments);
  return 1;
}

}  // namespace impasto::IMPASTO_ABI

#endif
