// y = factor (sum v (x[h,w+1,c] - x[h,w,c])^2 + sum v (x[h+1,w,c] - x[h,w,c])^2)
// dx = 2 factor dy (sum over the up to four neighbours n of v (x[h,w,c] - x[n]))
// v = (weight of the one place + weight of the other) / 2, or 1; with a core, 0 unless the upper or left place of the
// two lies in it
#include <algorithm>
#include <optional>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class T>
struct Picture {
  const T* x;
  const T* weights;  // or nullptr
  Index H, W, C;
  Area core;  // whose differences to the right and the lower neighbour count

  // Of a difference between two positions.
  T weight(Index a, Index b) const { return weights == nullptr ? T(1) : (weights[a] + weights[b]) / 2; }
};

// Weighted squared differences to the right and the lower neighbour, of one row.
template <class T>
double forward_row(const Picture<T>& p, Index h) {
  const Index row = p.W * p.C;
  const Index begin = p.core.left * p.C, end = p.core.right() * p.C, beside = std::min(end, row - p.C);
  const T* here = p.x + h * row;
  const auto squared = [](T difference) { return static_cast<double>(difference) * static_cast<double>(difference); };
  if (p.weights == nullptr) {
    double total = sum_of(begin, beside, [&](Index i) { return squared(here[i + p.C] - here[i]); });
    if (h + 1 < p.H) total += sum_of(begin, end, [&](Index i) { return squared(here[i + row] - here[i]); });
    return total;
  }
  const auto weight = [&](Index i, Index step) {
    const Index at = h * p.W + i / p.C;
    return static_cast<double>(p.weight(at, at + step));
  };
  double total = sum_of(begin, beside, [&](Index i) { return weight(i, 1) * squared(here[i + p.C] - here[i]); });
  if (h + 1 < p.H)
    total += sum_of(begin, end, [&](Index i) { return weight(i, p.W) * squared(here[i + row] - here[i]); });
  return total;
}

template <class T>
void backward_row(const Picture<T>& p, T* dx, T slope, bool accumulates, Index h) {
  for (Index w = 0; w < p.W; ++w) {
    const Index place = h * p.W + w;
    const bool counts = p.core.contains(h, w);
    for (Index at = place * p.C; at < (place + 1) * p.C; ++at) {
      const auto towards = [&](Index step) { return p.weight(place, place + step) * (p.x[at] - p.x[at + step * p.C]); };
      T slopes = 0;
      if (w > 0 && p.core.contains(h, w - 1)) slopes += towards(-1);
      if (w + 1 < p.W && counts) slopes += towards(1);
      if (h > 0 && p.core.contains(h - 1, w)) slopes += towards(-p.W);
      if (h + 1 < p.H && counts) slopes += towards(p.W);
      accumulate(dx[at], slope * slopes, accumulates);
    }
  }
}

}  // namespace

template <class T>
Id total_variation(Tape<T>& tape, Id x, T factor, Id weights, const std::optional<Area>& core) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3, ErrorCode::input, "total_variation: got ", xs, ", wanted a map H x W x C");
  const bool weighted = weights.index >= 0;
  if (weighted) {
    require(tape.shape(weights) == Shape{xs[0], xs[1]} && !tape.needs_gradient(weights), ErrorCode::input,
            "total_variation: weights are ", tape.shape(weights), ", wanted constants of ", xs[0], " x ", xs[1]);
  }
  const auto picture = [xs, weighted, area = core.value_or(whole_area(xs))](const OpBuffers<T>& r) {
    return Picture<T>{r.in(0), weighted ? r.in(1) : nullptr, xs[0], xs[1], xs[2], area};
  };
  const auto forward = [picture, factor](const OpBuffers<T>& r) {
    const Picture<T> p = picture(r);
    const double total = sum_pieces(r.context(), p.core.height, [=](Index begin, Index end) {
      double rows = 0;
      for (Index h = begin; h < end; ++h) rows += forward_row(p, p.core.top + h);
      return rows;
    });
    *r.out() = static_cast<T>(static_cast<double>(factor) * total);
  };
  const auto backward = [picture, factor](const OpBuffers<T>& r) {
    const Picture<T> p = picture(r);
    const T slope = T(2) * factor * *r.dout();
    parallel_for(r.context(), p.H, [&](Index h, int) { backward_row(p, r.din(0), slope, r.accumulates(0), h); });
  };
  return tape.record({.name = "total_variation",
                      .inputs = weighted ? std::vector<Id>{x, weights} : std::vector<Id>{x},
                      .shape = {},
                      .forward = forward,
                      .backward = backward,
                      .saves_inputs = std::vector<bool>(weighted ? 2 : 1, true)});
}

#define IMPASTO_OP(T) template Id total_variation(Tape<T>&, Id, T, Id, const std::optional<Area>&);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
