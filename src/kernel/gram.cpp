#include "kernel/gram.h"

#include <algorithm>

#include "base/parallel.h"

namespace impasto {

Index gram_slices(Index pieces, Index C) {
  return std::min(pieces, std::clamp((Index{1} << 20) / (C * C), Index{1}, Index{64}));
}

template <class T>
void accumulate_gram(const Gemm<T>& product, const T* F, Index C, Index count, const T* packed, T* partial, bool add) {
  if (product.panel == 0) {
    product.multiply(C, C, count, {F, 1, C}, packed, partial, C, add);
    return;
  }
  for (Index a = 0; a < C; a += product.panel) {
    const T* panel = packed + a * count;
    product.multiply(std::min(product.panel, C - a), C - a, count, {panel, 1, product.panel}, panel,
                     partial + a * C + a, C, add);
  }
}

template <class T>
void sum_grams(const Context& context, const T* partials, Index stride, Index slices, Index C, T* G) {
  const Index panel = gemm<T>(context).panel == 0 ? 1 : gemm<T>(context).panel;
  parallel_for(context, (C + panel - 1) / panel, [&](Index piece, int) {
    const Index first = piece * panel, last = std::min(first + panel, C);
    for (Index b = first; b < C; ++b) {
      for (Index a = first; a < last; ++a) {
        T total = partials[a * C + b];
        for (Index slice = 1; slice < slices; ++slice) total += partials[slice * stride + a * C + b];
        G[a * C + b] = G[b * C + a] = total;
      }
    }
  });
}

template void accumulate_gram(const Gemm<float>&, const float*, Index, Index, const float*, float*, bool);
template void accumulate_gram(const Gemm<double>&, const double*, Index, Index, const double*, double*, bool);
template void sum_grams(const Context&, const float*, Index, Index, Index, float*);
template void sum_grams(const Context&, const double*, Index, Index, Index, double*);

}  // namespace impasto
