#include "base/sizes.h"

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/memory_pool.h"

namespace impasto::IMPASTO_ABI {

std::size_t bytes_in_one_piece(std::uint64_t count, std::size_t width, std::uint64_t most) {
  const std::uint64_t bytes = saturated_product(count, width);
  require(bytes <= most, ErrorCode::io, "out of memory: ", memory_text(bytes), " wanted in one piece, and this program",
          " can address ", memory_text(most), "; use a smaller picture, fewer layers or smaller weights");
  return static_cast<std::size_t>(bytes);
}

}  // namespace impasto::IMPASTO_ABI
