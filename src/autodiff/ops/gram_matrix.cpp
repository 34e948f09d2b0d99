// G = F^T F, with F the map as P x C (P = H W positions): G[a,b] = sum_p F[p,a] F[p,b]
// dF = F (dG + dG^T)
//
// Positions are cut into slices that depend only on the shape; each slice makes a partial matrix, and the partial
// matrices are added in order, so the bits do not depend on the number of threads.
#include <algorithm>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/parallel.h"
#include "kernel/gemm.h"
#include "kernel/gram.h"

namespace impasto {
namespace {

// Positions that are packed and multiplied at a time: 256 x 512 floats are 512 KiB, half of a usual L2.
constexpr Index kBlock = 256;

struct GramPlan {
  Index P, C, blocks, slices;

  explicit GramPlan(const Shape& x)
      : P(x[0] * x[1]), C(x[2]), blocks((P + kBlock - 1) / kBlock), slices(gram_slices(blocks, C)) {}
};

template <class T>
void forward_slice(const GramPlan& g, const Gemm<T>& product, const T* F, Index slice, Index group, Index groups,
                   T* packed, T* partial) {
  const Index first = g.blocks * slice / g.slices, last = g.blocks * (slice + 1) / g.slices;
  for (Index block = first; block < last; ++block) {
    const T* rows = F + block * kBlock * g.C;
    const Index count = std::min(kBlock, g.P - block * kBlock);
    product.pack({rows, g.C, 1}, 0, count, count, g.C, packed);
    accumulate_gram(product, rows, g.C, count, packed, partial, block > first, group, groups);
  }
}

template <class T>
void forward(const GramPlan& g, const Run<T>& r) {
  const Gemm<T>& product = gemm<T>(r.context());
  const Index square = scratch_elements(g.C * g.C), per_worker = scratch_elements(product.packed_size(kBlock, g.C));
  T* partials = r.scratch();
  T* packed = partials + g.slices * square;
  const Index groups = gram_groups<T>(r.context(), g.slices, g.C);
  parallel_for(r.context(), g.slices * groups, [&](Index piece, int worker) {
    const Index slice = piece / groups;
    forward_slice(g, product, r.in(0), slice, piece % groups, groups, packed + worker * per_worker,
                  partials + slice * square);
  });
  sum_grams(r.context(), partials, square, g.slices, g.C, r.out());
}

// A strip's rows are set apart by an odd number of lines, so that those of one tile do not share the same few sets of
// L1.
constexpr Index strip_row(Index C) { return (scratch_elements(C) / 16 | 1) * 16; }
constexpr Index strip_size(Index C) { return kRowBlock * strip_row(C); }

template <class T>
void backward(const GramPlan& g, const Run<T>& r) {
  const Gemm<T>& product = gemm<T>(r.context());
  const Index C = g.C;
  const T* dG = r.dout();
  T* symmetric = r.scratch();
  T* packed = symmetric + scratch_elements(C * C);
  constexpr Index kRows = 16;  // of a piece: as wide as a line, so that lines read down the columns are used whole
  parallel_for(r.context(), (C + kRows - 1) / kRows, [&](Index piece, int) {
    const Index first = piece * kRows, count = std::min(kRows, C - first);
    for (Index b = 0; b < C; ++b) {
      for (Index a = first; a < first + count; ++a) symmetric[a * C + b] = dG[a * C + b] + dG[b * C + a];
    }
    product.pack({symmetric + first * C, C, 1}, first, count, C, C, packed);
  });
  T* strips = packed + scratch_elements(product.packed_size(C, C));
  const T* F = r.in(0);
  T* dF = r.din(0);
  parallel_for(r.context(), (g.P + kRowBlock - 1) / kRowBlock, [&](Index strip, int worker) {
    const Index begin = strip * kRowBlock, count = std::min(kRowBlock, g.P - begin);
    Matrix<T> rows{F + begin * C, C, 1};
    if (F == dF) {  // the gradient takes the place of the features
      T* copy = strips + worker * strip_size(C);
      for (Index p = 0; p < count; ++p) std::copy_n(F + (begin + p) * C, C, copy + p * strip_row(C));
      rows = {copy, strip_row(C), 1};
    }
    product.multiply(count, C, C, rows, packed, dF + begin * C, C, r.adds(0));
  });
}

}  // namespace

template <class T>
Id gram_matrix(Tape<T>& tape, Id x) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3, ErrorCode::input, "gram_matrix: got ", xs, ", wanted a map H x W x C");
  const GramPlan g(xs);
  const Gemm<T>& product = gemm<T>(tape.context());
  const Index square = scratch_elements(g.C * g.C);
  const double flops = 2 * static_cast<double>(g.P) * static_cast<double>(g.C * g.C);
  return tape.record({.name = "gram_matrix",
                      .inputs = {x},
                      .shape = {g.C, g.C},
                      .forward = [g](const Run<T>& r) { forward(g, r); },
                      .backward = [g](const Run<T>& r) { backward(g, r); },
                      .saves_inputs = {true},
                      .gradient_over_input = true,
                      .forward_scratch = g.slices * square +
                                         tape.context().threads() * scratch_elements(product.packed_size(kBlock, g.C)),
                      .backward_scratch = square + scratch_elements(product.packed_size(g.C, g.C)) +
                                          tape.context().threads() * strip_size(g.C),
                      .forward_flops = flops,
                      .backward_flops = flops});
}

#define IMPASTO_OP(T) template Id gram_matrix(Tape<T>&, Id);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)

}  // namespace impasto
