// Sums of a map's channels: in T over 16 rows, from there on in double.
#pragma once

#include <algorithm>

#include "kernel/workspace.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

inline constexpr Index kSumRows = 16, kSumColumns = 16;

/// sums += up to 16 rows, each times its factor (null: 1), at `width` of their columns; a full width is known to the
/// compiler.
template <class T, bool Full>
void add_columns(const T* rows, Index ld, const T* factors, Index count, Index width, double* sums) {
  const Index columns = Full ? kSumColumns : width;
  T part[kSumColumns] = {};
  for (Index p = 0; p < count; ++p) {
    const T factor = factors == nullptr ? T(1) : factors[p];
    for (Index k = 0; k < columns; ++k) part[k] += factor * rows[p * ld + k];
  }
  for (Index k = 0; k < columns; ++k) sums[k] += static_cast<double>(part[k]);
}

/// sums (C) += `count` rows of C numbers, each row times its factor; null: 1.
template <class T>
void add_channel_sums(const T* rows, Index count, Index C, const T* factors, double* sums) {
  for (Index p = 0; p < count; p += kSumRows) {
    const Index height = std::min(kSumRows, count - p);
    for (Index c = 0; c < C; c += kSumColumns) {
      const Index width = std::min(kSumColumns, C - c);
      const auto add = width == kSumColumns ? add_columns<T, true> : add_columns<T, false>;
      add(rows + p * C + c, C, factors == nullptr ? nullptr : factors + p, height, width, sums + c);
    }
  }
}

/// s (C) = the sums of all slices, added in their order.
template <class T>
void add_slices(const EqualArrays<double>& sums, Index slices, Index C, T* s) {
  for (Index c = 0; c < C; ++c) {
    double total = 0;
    for (Index slice = 0; slice < slices; ++slice) total += sums[slice][c];
    s[c] = static_cast<T>(total);
  }
}

}  // namespace impasto::IMPASTO_ABI
