// m = s / n     S = G / n - m m^T
// dG = dS / n     ds = (dm - (dS + dS^T) m) / n
#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
CovarianceIds covariance(Tape<T>& tape, Id gram, Id sum, double count) {
  const Index C = tape.shape(sum).count();
  require(tape.shape(gram) == Shape{C, C} && tape.shape(sum) == Shape{C}, ErrorCode::input, "covariance: got ",
          tape.shape(gram), " and ", tape.shape(sum), ", wanted C x C and C");
  const auto forward = [C, count](const OpBuffers<T>& r) {
    const T *G = r.in(0), *s = r.in(1);
    T *S = r.out(), *m = r.out(1);
    for (Index a = 0; a < C; ++a) m[a] = static_cast<T>(static_cast<double>(s[a]) / count);
    // The product of the means takes most of G away where features hardly vary: in double, from the unrounded means.
    parallel_for(r.context(), C, [=](Index a, int) {
      for (Index b = 0; b < C; ++b) {
        const double product = static_cast<double>(s[a]) * static_cast<double>(s[b]) / count;
        S[a * C + b] = static_cast<T>((static_cast<double>(G[a * C + b]) - product) / count);
      }
    });
  };
  const auto backward = [C, count](const OpBuffers<T>& r) {
    const T* s = r.in(1);
    const T *dS = r.dout(), *dm = r.dout(1);
    if (T* dG = r.din(0); dG != nullptr) {
      for_ranges(r.context(), C * C, [=, accumulates = r.accumulates(0)](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
          accumulate(dG[i], dS == nullptr ? T(0) : dS[i] / static_cast<T>(count), accumulates);
      });
    }
    T* ds = r.din(1);
    if (ds == nullptr) return;
    parallel_for(r.context(), C, [=, accumulates = r.accumulates(1)](Index a, int) {
      double slope = dm == nullptr ? 0 : static_cast<double>(dm[a]);
      for (Index b = 0; dS != nullptr && b < C; ++b) {
        const double pair = static_cast<double>(dS[a * C + b]) + static_cast<double>(dS[b * C + a]);
        slope -= pair * static_cast<double>(s[b]) / count;
      }
      accumulate(ds[a], static_cast<T>(slope / count), accumulates);
    });
  };
  const Id id = tape.record({.name = "covariance",
                             .inputs = {gram, sum},
                             .shape = {C, C},
                             .forward = forward,
                             .backward = backward,
                             .more_shapes = {{C}},
                             .saves_inputs = {false, true}});
  return {id, tape.output(id, 1)};
}

#define IMPASTO_OP(T) template CovarianceIds covariance(Tape<T>&, Id, Id, double);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
