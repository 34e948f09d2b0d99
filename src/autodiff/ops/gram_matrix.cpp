// F: the map as P x C (P = H W positions); w: a weight per position, 1 when there are none
// G = F^T diag(w) F     s = F^T w
// dF = diag(w) (F (dG + dG^T) + 1 ds^T), brought to a given L1 norm if that is asked for
//
// Positions that count are cut into slices that depend only on their number; each slice makes a partial matrix, and the
// partial matrices are added in order, so the bits do not depend on the number of threads. Weights of one give the bits
// of no weights; positions without weight cost nothing.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"
#include "kernel/gemm/channel_sums.h"
#include "kernel/gemm/gemm.h"
#include "kernel/gemm/gram.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Positions that are packed and multiplied at a time: 256 x 512 floats are 512 KiB, half of a usual L2.
constexpr Index kBlock = 256;

// Rows of one tile must not share the same few sets of L1.
constexpr Index strip_row(Index C) { return odd_lines(C); }
constexpr Index strip_size(Index C) { return kRowBlock * strip_row(C); }

template <class T>
struct MomentPlan {
  Index all, C;          // positions and channels of the map
  Index P;               // positions that count
  Index blocks, slices;  // of those
  bool sums;
  double norm;
  std::vector<Index> positions = {};        // that count, ascending; empty: all
  std::vector<T> weights = {}, roots = {};  // of those, and their square roots

  MomentPlan(const Shape& x, const MomentOptions& options)
      : all(x[0] * x[1]), C(x[2]), P(all), sums(options.sums), norm(options.gradient_norm) {
    if (options.weights != nullptr) {
      positions = options.weights->positions;
      P = static_cast<Index>(positions.size());
      for (const double weight : options.weights->weights) {
        weights.push_back(static_cast<T>(weight));
        roots.push_back(static_cast<T>(std::sqrt(weight)));
      }
    }
    blocks = (P + kBlock - 1) / kBlock;
    slices = gram_slices(blocks, C);
  }
  bool weighted() const { return !positions.empty(); }
  Index position(Index i) const { return weighted() ? positions[static_cast<std::size_t>(i)] : i; }
  T weight(Index i) const { return weighted() ? weights[static_cast<std::size_t>(i)] : T(1); }
  T root(Index i) const { return weighted() ? roots[static_cast<std::size_t>(i)] : T(1); }
  Index strips() const { return (P + kRowBlock - 1) / kRowBlock; }
  // Positions of a piece of the gradient: equal shares for as many rounds of all threads as strips take, in whole tiles
  // of the product, whose rows do not depend on each other. Eigen's do, and where positions have weights gaps do.
  Index rows_of_piece(const Context& context) const {
    constexpr Index kTile = 12;
    if (weighted() || gemm<T>(context).panel == 0) return kRowBlock;
    const Index threads = context.threads(), rounds = (strips() + threads - 1) / threads;
    const Index rows = (P + rounds * threads - 1) / (rounds * threads);
    return std::min(kRowBlock, (rows + kTile - 1) / kTile * kTile);
  }
};

template <class T>
struct ForwardArrays {
  EqualArrays<T> partials;  // of G, by slice
  EqualArrays<double> sums;
  EqualArrays<T> packed, rows;  // by thread

  ForwardArrays(const MomentPlan<T>& g, const Context& context, Workspace& space)
      : partials(space.take_each<T>(g.slices, g.C * g.C)),
        sums(space.take_each<double>(g.slices, g.sums ? g.C : 0)),
        packed(space.take_each<T>(context.threads(), gemm<T>(context).packed_size(kBlock, g.C))),
        rows(space.take_each<T>(context.threads(), g.weighted() ? kBlock * g.C : 0)) {}
};

template <class T>
void forward_slice(const MomentPlan<T>& g, const Gemm<T>& product, const T* F, Index slice, Index group, Index groups,
                   T* packed, T* gathered, T* partial, double* sums) {
  const Index first = piece_begin(g.blocks, slice, g.slices), last = piece_begin(g.blocks, slice + 1, g.slices);
  if (sums != nullptr) std::fill_n(sums, g.C, 0.0);
  for (Index block = first; block < last; ++block) {
    const Index begin = block * kBlock, count = std::min(kBlock, g.P - begin);
    const T* rows = F + begin * g.C;
    if (g.weighted()) {
      for (Index p = 0; p < count; ++p) {
        const T root = g.root(begin + p);
        const T* from = F + g.position(begin + p) * g.C;
        for (Index c = 0; c < g.C; ++c) gathered[p * g.C + c] = root * from[c];
      }
      rows = gathered;
    }
    product.pack({rows, g.C, 1}, 0, count, count, g.C, packed);
    accumulate_gram(product, rows, g.C, count, packed, partial, block > first, group, groups);
    // rows have been multiplied by the roots once already
    if (sums != nullptr) add_channel_sums(rows, count, g.C, g.weighted() ? g.roots.data() + begin : nullptr, sums);
  }
}

template <class T>
void forward(const MomentPlan<T>& g, const OpBuffers<T>& r) {
  const Gemm<T>& product = gemm<T>(r.context());
  Workspace space(r.scratch());
  const ForwardArrays<T> work(g, r.context(), space);
  const Index groups = gram_groups<T>(r.context(), g.slices, g.C);
  parallel_for(r.context(), g.slices * groups, [&](Index piece, int worker) {
    const Index slice = piece / groups, group = piece % groups;
    forward_slice(g, product, r.in(0), slice, group, groups, work.packed[worker], work.rows[worker],
                  work.partials[slice], g.sums && group == 0 ? work.sums[slice] : nullptr);
  });
  sum_grams(r.context(), work.partials, g.slices, g.C, r.out());
  if (g.sums) add_slices(work.sums, g.slices, g.C, r.out(1));
}

template <class T>
struct BackwardArrays {
  SymmetricArrays<T> dG;
  T* ds;
  double* norms;                 // by strip
  EqualArrays<T> rows, results;  // by thread

  BackwardArrays(const MomentPlan<T>& g, const Context& context, Workspace& space)
      : dG(context, g.C, space),
        ds(space.take<T>(g.C)),
        norms(space.take<double>(g.norm != 0 ? g.strips() : 0)),
        rows(space.take_each<T>(context.threads(), strip_size(g.C))),
        results(space.take_each<T>(context.threads(), strip_size(g.C))) {}
};

// Packs factor (dG + dG^T) and puts factor ds beside it; zeros for what the loss does not depend on.
template <class T>
void prepare_slopes(const MomentPlan<T>& g, const OpBuffers<T>& r, const BackwardArrays<T>& work, T factor) {
  const T* ds = g.sums ? r.dout(1) : nullptr;
  pack_symmetric(r.context(), r.dout(), g.C, factor, work.dG);
  for (Index c = 0; c < g.C; ++c) work.ds[c] = ds == nullptr ? T(0) : factor * ds[c];
}

// `to` (rows `ld` apart) = or += the gradient at the positions of a strip. May write over the features it reads.
template <class T>
void strip_gradient(const MomentPlan<T>& g, const OpBuffers<T>& r, const BackwardArrays<T>& work, Index begin,
                    Index count, int worker, T* to, Index ld, bool accumulates) {
  const Index C = g.C;
  const T* F = r.in(0);
  Matrix<T> rows{F + begin * C, C, 1};
  if (g.weighted() || to == rows.data) {
    T* copy = work.rows[worker];
    for (Index p = 0; p < count; ++p) {
      const T weight = g.weight(begin + p);
      const T* from = F + g.position(begin + p) * C;
      for (Index c = 0; c < C; ++c) copy[p * strip_row(C) + c] = weight * from[c];
    }
    rows = {copy, strip_row(C), 1};
  }
  gemm<T>(r.context()).multiply(count, C, C, rows, work.dG.packed, to, ld, accumulates);
  if (!g.sums) return;
  for (Index p = 0; p < count; ++p) {
    const T weight = g.weight(begin + p);
    for (Index c = 0; c < C; ++c) to[p * ld + c] += weight * work.ds[c];
  }
}

// What brings the gradient to L1 norm g.norm; 0 for a gradient that is 0.
template <class T>
T norm_factor(const MomentPlan<T>& g, const OpBuffers<T>& r, const BackwardArrays<T>& work) {
  parallel_for(r.context(), g.strips(), [&](Index strip, int worker) {
    const Index begin = strip * kRowBlock, count = std::min(kRowBlock, g.P - begin);
    T* result = work.results[worker];
    strip_gradient(g, r, work, begin, count, worker, result, strip_row(g.C), false);
    double sum = 0;
    for (Index p = 0; p < count; ++p) {
      for (Index c = 0; c < g.C; ++c) sum += static_cast<double>(std::abs(result[p * strip_row(g.C) + c]));
    }
    work.norms[strip] = sum;
  });
  double total = 0;
  for (Index strip = 0; strip < g.strips(); ++strip) total += work.norms[strip];
  return static_cast<T>(total > 0 ? g.norm / total : 0);
}

// Positions without weight between those of a strip, and around them, get no gradient.
template <class T>
void clear_gaps(const MomentPlan<T>& g, Index begin, Index count, T* dF) {
  const auto clear = [&](Index from, Index to) { std::fill(dF + from * g.C, dF + to * g.C, T(0)); };
  Index next = begin == 0 ? 0 : g.position(begin - 1) + 1;
  for (Index i = begin; i < begin + count; ++i) {
    clear(next, g.position(i));
    next = g.position(i) + 1;
  }
  if (begin + count == g.P) clear(next, g.all);
}

template <class T>
void backward(const MomentPlan<T>& g, const OpBuffers<T>& r) {
  Workspace space(r.scratch());
  const BackwardArrays<T> work(g, r.context(), space);
  prepare_slopes(g, r, work, T(1));
  if (g.norm != 0) prepare_slopes(g, r, work, norm_factor(g, r, work));
  T* dF = r.din(0);
  const Index C = g.C;
  const bool accumulates = r.accumulates(0);
  const Index rows = g.rows_of_piece(r.context());
  parallel_for(r.context(), (g.P + rows - 1) / rows, [&](Index piece, int worker) {
    const Index begin = piece * rows, count = std::min(rows, g.P - begin);
    const Index first = g.position(begin), last = g.position(begin + count - 1);
    if (last - first + 1 == count) {
      if (g.weighted() && !accumulates) clear_gaps(g, begin, count, dF);
      return strip_gradient(g, r, work, begin, count, worker, dF + first * C, C, accumulates);
    }
    T* result = work.results[worker];
    strip_gradient(g, r, work, begin, count, worker, result, strip_row(C), false);
    if (!accumulates) clear_gaps(g, begin, count, dF);
    for (Index p = 0; p < count; ++p) {
      T* to = dF + g.position(begin + p) * C;
      for (Index c = 0; c < C; ++c) to[c] = result[p * strip_row(C) + c] + (accumulates ? to[c] : T(0));
    }
  });
}

void check_weights(const Shape& x, const PositionWeights& weights) {
  const std::vector<Index>& p = weights.positions;
  const bool fits = !p.empty() && p.size() == weights.weights.size() && p.front() >= 0 && p.back() < x[0] * x[1] &&
                    std::adjacent_find(p.begin(), p.end(), std::greater_equal<>()) == p.end() &&
                    std::all_of(weights.weights.begin(), weights.weights.end(), [](double w) { return w > 0; });
  require(fits, ErrorCode::input, "channel_moments: weights must be above 0, at ascending positions of the map ", x);
}

template <class T, class Arrays>
Index scratch_of(const MomentPlan<T>& g, const Context& context) {
  return workspace_size<T>([&](Workspace& space) { Arrays(g, context, space); });
}

}  // namespace

template <class T>
MomentIds channel_moments(Tape<T>& tape, Id x, const MomentOptions& options) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3, ErrorCode::input, "channel_moments: got ", xs, ", wanted a map H x W x C");
  if (options.weights != nullptr) check_weights(xs, *options.weights);
  const auto plan = std::make_shared<const MomentPlan<T>>(xs, options);
  const double flops = 2 * static_cast<double>(plan->P) * static_cast<double>(plan->C * plan->C);
  const Id gram = tape.record({.name = options.sums ? "channel_moments" : "gram_matrix",
                               .inputs = {x},
                               .shape = {plan->C, plan->C},
                               .forward = [plan](const OpBuffers<T>& r) { forward(*plan, r); },
                               .backward = [plan](const OpBuffers<T>& r) { backward(*plan, r); },
                               .more_shapes = options.sums ? std::vector<Shape>{{plan->C}} : std::vector<Shape>{},
                               .saves_inputs = {true},
                               .gradient_over_input = true,
                               .forward_scratch = scratch_of<T, ForwardArrays<T>>(*plan, tape.context()),
                               .backward_scratch = scratch_of<T, BackwardArrays<T>>(*plan, tape.context()),
                               .forward_flops = flops,
                               .backward_flops = flops});
  return {gram, options.sums ? tape.output(gram, 1) : Id{}};
}

template <class T>
Id gram_matrix(Tape<T>& tape, Id x) {
  return channel_moments(tape, x).gram;
}

#define IMPASTO_OP(T)                                                     \
  template MomentIds channel_moments(Tape<T>&, Id, const MomentOptions&); \
  template Id gram_matrix(Tape<T>&, Id);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
