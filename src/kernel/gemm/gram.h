// Gram matrices as symmetric products, in slices whose partial sums are added in order: the bits do not depend on the
// number of threads.
#pragma once

#include "kernel/gemm/gemm.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {

/// Slices that `pieces` of equal work are cut into: at most 64 partial matrices, and at most 2^20 elements of them
/// unless one alone is larger.
Index gram_slices(Index pieces, Index C);

/// Into how many groups a slice can be cut so that all threads have work: 1 unless the product is panelled.
template <class T>
Index gram_groups(const Context& context, Index slices, Index C);

/// partial (C x C) = or += F^T F for `count` rows of F, given as they are and packed (count x C). A panelled product
/// computes the part from the diagonal's panel to the right only, and of that every groups-th panel from `group` on.
template <class T>
void accumulate_gram(const Gemm<T>& product, const T* F, Index C, Index count, const T* packed, T* partial, bool add,
                     Index group = 0, Index groups = 1);

/// G = the sum of the partial matrices of all slices, made whole.
template <class T>
void sum_grams(const Context& context, const EqualArrays<T>& partials, Index slices, Index C, T* G);

/// A symmetric C x C matrix, as it is and packed.
template <class T>
struct SymmetricArrays {
  T *whole, *packed;

  SymmetricArrays(const Context& context, Index C, Workspace& space)
      : whole(space.take<T>(C * C)), packed(space.take<T>(gemm<T>(context).packed_size(C, C))) {}
};

/// to = factor (dG + dG^T) (C x C), zeros where dG is null.
template <class T>
void pack_symmetric(const Context& context, const T* dG, Index C, T factor, const SymmetricArrays<T>& to);

}  // namespace impasto::IMPASTO_ABI
