// Gram matrices as symmetric products, in slices whose partial sums are added in order: the bits do not depend on the
// number of threads.
#pragma once

#include "kernel/gemm.h"

namespace impasto {

/// Slices that `pieces` of equal work are cut into: at most 64 partial matrices, and at most 2^20 elements of them
/// unless one alone is larger.
Index gram_slices(Index pieces, Index C);

/// partial (C x C) = or += F^T F for `count` rows of F, given as they are and packed (count x C). A panelled product
/// computes the part from the diagonal's panel to the right only.
template <class T>
void accumulate_gram(const Gemm<T>& product, const T* F, Index C, Index count, const T* packed, T* partial, bool add);

/// G = the sum of the partial matrices, `stride` apart, made whole.
template <class T>
void sum_grams(const Context& context, const T* partials, Index stride, Index slices, Index C, T* G);

}  // namespace impasto
