#include "archive/fortran_order.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace impasto::IMPASTO_ABI {

std::vector<float> to_c_order(const std::vector<float>& values, const std::vector<std::int64_t>& sizes) {
  std::vector<float> result(values.size());
  const std::size_t rank = sizes.size();
  std::vector<std::size_t> stride(rank), index(rank, 0);
  for (std::size_t i = rank, step = 1; i-- > 0; step *= static_cast<std::size_t>(sizes[i])) stride[i] = step;
  std::size_t to = 0;
  for (const float value : values) {
    result[to] = value;
    for (std::size_t i = 0; i < rank; ++i) {
      to += stride[i];
      if (++index[i] < static_cast<std::size_t>(sizes[i])) break;
      to -= stride[i] * index[i];
      index[i] = 0;
    }
  }
  return result;
}

}  // namespace impasto::IMPASTO_ABI
