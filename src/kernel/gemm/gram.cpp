#include "kernel/gemm/gram.h"

#include <algorithm>

#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {

Index gram_slices(Index pieces, Index C) {
  return std::min(pieces, std::clamp((Index{1} << 20) / (C * C), Index{1}, Index{64}));
}

template <class T>
Index gram_groups(const Context& context, Index slices, Index C) {
  const Index panel = gemm<T>(context).panel;
  if (panel == 0) return 1;
  return std::clamp(context.threads() / slices, Index{1}, (C + panel - 1) / panel);
}

template <class T>
void accumulate_gram(const Gemm<T>& product, const T* F, Index C, Index count, const T* packed, T* partial, bool add,
                     Index group, Index groups) {
  if (product.panel == 0) {
    product.multiply(C, C, count, {F, 1, C}, packed, partial, C, add);
    return;
  }
  for (Index a = group * product.panel; a < C; a += groups * product.panel) {
    const T* panel = packed + a * count;
    product.multiply(std::min(product.panel, C - a), C - a, count, {panel, 1, product.panel}, panel,
                     partial + a * C + a, C, add);
  }
}

template <class T>
void sum_grams(const Context& context, const EqualArrays<T>& partials, Index slices, Index C, T* G) {
  const Index panel = std::max(gemm<T>(context).panel, Index{1}), panels = (C + panel - 1) / panel;
  parallel_for(context, C, [&](Index a, int) {
    const Index first = a / panel * panel;
    T* row = G + a * C;
    std::copy(partials[0] + a * C + first, partials[0] + (a + 1) * C, row + first);
    for (Index slice = 1; slice < slices; ++slice) {
      const T* part = partials[slice] + a * C;
      for (Index b = first; b < C; ++b) row[b] += part[b];
    }
  });
  // What lies left of a row's panel is mirrored, a few columns at a time so that the lines they stand in are used
  // whole.
  constexpr Index kColumns = 16;
  parallel_for(context, panels, [&](Index piece, int) {
    const Index first = piece * panel, last = std::min(first + panel, C);
    for (Index left = 0; left < first; left += kColumns) {
      for (Index b = first; b < last; ++b) {
        for (Index a = left; a < std::min(left + kColumns, first); ++a) G[b * C + a] = G[a * C + b];
      }
    }
  });
}

template <class T>
void pack_symmetric(const Context& context, const T* dG, Index C, T factor, const SymmetricArrays<T>& to) {
  const Gemm<T>& product = gemm<T>(context);
  constexpr Index kRows = 16;  // of a piece, and of the columns it takes at a time: lines of dG^T are used whole
  parallel_for(context, (C + kRows - 1) / kRows, [&](Index piece, int) {
    const Index first = piece * kRows, count = std::min(kRows, C - first);
    for (Index left = 0; left < C; left += kRows) {
      for (Index a = first; a < first + count; ++a) {
        for (Index b = left; b < std::min(left + kRows, C); ++b)
          to.whole[a * C + b] = dG == nullptr ? T(0) : factor * (dG[a * C + b] + dG[b * C + a]);
      }
    }
    product.pack({to.whole + first * C, C, 1}, first, count, C, C, to.packed);
  });
}

template void pack_symmetric(const Context&, const float*, Index, float, const SymmetricArrays<float>&);
template void pack_symmetric(const Context&, const double*, Index, double, const SymmetricArrays<double>&);
template void accumulate_gram(const Gemm<float>&, const float*, Index, Index, const float*, float*, bool, Index, Index);
template void accumulate_gram(const Gemm<double>&, const double*, Index, Index, const double*, double*, bool, Index,
                              Index);
template Index gram_groups<float>(const Context&, Index, Index);
template Index gram_groups<double>(const Context&, Index, Index);
template void sum_grams(const Context&, const EqualArrays<float>&, Index, Index, float*);
template void sum_grams(const Context&, const EqualArrays<double>&, Index, Index, double*);

}  // namespace impasto::IMPASTO_ABI
