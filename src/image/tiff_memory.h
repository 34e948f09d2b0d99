// libtiff on bytes in memory, its messages kept instead of printed.
//
// libtiff returns from errors, so nothing jumps here. Its handlers of the process are neither used nor changed: those
// of one file, since libtiff 4.5, do.
#pragma once

#include <tiffio.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

class TiffMemory {
 public:
  /// Reads `bytes`, which must outlive this.
  explicit TiffMemory(std::span<const std::uint8_t> bytes);
  /// Writes `bytes`, which must outlive this; `big`: as a BigTIFF, whose offsets have 64 bits.
  TiffMemory(std::vector<std::uint8_t>& bytes, bool big_endian, bool big = false);
  TiffMemory(const TiffMemory&) = delete;
  TiffMemory& operator=(const TiffMemory&) = delete;
  ~TiffMemory() { close(); }

  /// Null when the bytes are no TIFF.
  TIFF* get() const { return tiff_; }
  const char* message() const { return message_; }
  void close();

 private:
  void open(const char* mode);
  static TiffMemory& of(thandle_t handle) { return *static_cast<TiffMemory*>(handle); }
  static tmsize_t on_read(thandle_t handle, void* to, tmsize_t count);
  static tmsize_t on_write(thandle_t handle, void* from, tmsize_t count);
  static toff_t on_seek(thandle_t handle, toff_t offset, int whence);
  static toff_t on_size(thandle_t handle) { return of(handle).content().size(); }
  static int on_close(thandle_t /*handle*/) { return 0; }
  static int on_map(thandle_t handle, void** base, toff_t* size);
  static void on_unmap(thandle_t /*handle*/, void* /*base*/, toff_t /*size*/) {}
  static int on_error(TIFF* tiff, void* self, const char* module, const char* format, std::va_list arguments);
  static int on_warning(TIFF* /*tiff*/, void* /*self*/, const char* /*module*/, const char* /*format*/,
                        std::va_list /*arguments*/) {
    return 1;  // and no other handler
  }
  std::span<const std::uint8_t> content() const { return written_ ? std::span<const std::uint8_t>(*written_) : read_; }

  std::span<const std::uint8_t> read_;
  std::vector<std::uint8_t>* written_ = nullptr;
  std::uint64_t position_ = 0;
  TIFF* tiff_ = nullptr;
  char message_[200] = {};
};

}  // namespace impasto::IMPASTO_ABI
