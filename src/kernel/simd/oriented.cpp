#include "kernel/simd/oriented.h"

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/simd/oriented.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"
#include "kernel/simd/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto {
namespace HWY_NAMESPACE {
namespace {

// Vectors of a unit.
constexpr int kParts = static_cast<int>(kUnit / kLanes);

struct Unit {
  Vector part[kParts];
};

HWY_INLINE Unit load(const float* from) {
  Unit u;
  for (int v = 0; v < kParts; ++v) u.part[v] = hn::Load(Tag(), from + v * kLanes);
  return u;
}
HWY_INLINE void store(const Unit& u, float* to) {
  for (int v = 0; v < kParts; ++v) hn::Store(u.part[v], Tag(), to + v * kLanes);
}
HWY_INLINE void multiply_add(const Unit& a, const Unit& b, Unit& sum) {
  for (int v = 0; v < kParts; ++v) sum.part[v] = hn::MulAdd(a.part[v], b.part[v], sum.part[v]);
}
HWY_INLINE Unit masked(const Unit& u, const float* mask) {
  Unit kept;
  for (int v = 0; v < kParts; ++v)
    kept.part[v] = hn::IfThenElseZero(hn::Gt(hn::Load(Tag(), mask + v * kLanes), hn::Zero(Tag())), u.part[v]);
  return kept;
}

// Lane i of the unit + lane i xor kDistance.
template <int kDistance>
HWY_INLINE void add_partner(Unit& u) {
  const Tag d;
  if constexpr (kDistance >= kLanes) {
    constexpr int kStep = kDistance / static_cast<int>(kLanes);
    Unit sum;
    for (int v = 0; v < kParts; ++v) sum.part[v] = hn::Add(u.part[v], u.part[v ^ kStep]);
    u = sum;
  } else {
    HWY_ALIGN std::int32_t partner[kLanes];
    for (int i = 0; i < kLanes; ++i) partner[i] = i ^ kDistance;
    for (int v = 0; v < kParts; ++v) {
      Vector other;
      if constexpr (kDistance == 1) {
        other = hn::Shuffle2301(u.part[v]);
      } else if constexpr (kDistance == 2) {
        other = hn::Shuffle1032(u.part[v]);
      } else {
        other = hn::TableLookupLanes(u.part[v], hn::SetTableIndices(d, partner));
      }
      u.part[v] = hn::Add(u.part[v], other);
    }
  }
}

template <Siblings kSiblings>
HWY_INLINE void add_siblings(Unit& u) {
  if constexpr (kSiblings == Siblings::adjacent) {
    add_partner<1>(u);
    add_partner<2>(u);
    add_partner<4>(u);
  } else {
    add_partner<2>(u);
    add_partner<4>(u);
    add_partner<8>(u);
  }
}

// a + 2 b + c
HWY_INLINE Unit smooth(const Unit& a, const Unit& b, const Unit& c) {
  Unit sum;
  for (int v = 0; v < kParts; ++v)
    sum.part[v] = hn::MulAdd(b.part[v], hn::Set(Tag(), 2.0F), hn::Add(a.part[v], c.part[v]));
  return sum;
}

// Calls out.put(position, sum) with what a row's taps and siblings give, from out.start() on.
template <Siblings kSiblings, class Output>
HWY_INLINE void convolve(const float (*taps)[kUnit], const float* inhibition, const OrientedWindow& z,
                         const Output& out) {
  Unit weights[9];
  for (int i = 0; i < 9; ++i) weights[i] = load(taps[i]);
  const Unit inhibited = load(inhibition);
  const auto column = [&](Index w) HWY_ATTR {
    return smooth(load(z.row[0] + w * kUnit), load(z.row[1] + w * kUnit), load(z.row[2] + w * kUnit));
  };
  Unit left, middle;
  if constexpr (kSiblings != Siblings::none) {
    left = column(-1);
    middle = column(0);
  }
  for (Index w = 0; w < z.width; ++w) {
    Unit sum = out.start();
    HWY_UNROLL(3)
    for (int i = 0; i < 3; ++i) {
      HWY_UNROLL(3)
      for (int j = 0; j < 3; ++j) multiply_add(load(z.row[i] + (w + j - 1) * kUnit), weights[3 * i + j], sum);
    }
    if constexpr (kSiblings != Siblings::none) {
      const Unit right = column(w + 1);
      Unit group = smooth(left, middle, right);
      left = middle;
      middle = right;
      add_siblings<kSiblings>(group);
      for (int v = 0; v < kParts; ++v) sum.part[v] = hn::NegMulAdd(inhibited.part[v], group.part[v], sum.part[v]);
    }
    out.put(w, sum);
  }
}

struct Activated {
  Unit bias;
  float* to;
  HWY_INLINE Unit start() const { return bias; }
  HWY_INLINE void put(Index w, const Unit& sum) const {
    Unit positive;
    // A value that is not a number stays one.
    for (int v = 0; v < kParts; ++v)
      positive.part[v] = hn::IfThenZeroElse(hn::Lt(sum.part[v], hn::Zero(Tag())), sum.part[v]);
    store(positive, to + w * kUnit);
  }
};

struct ActivatedPalette {
  Activated plain;
  Unit second, third;  // of the signals
  const float* signals;
  HWY_INLINE Unit start() const { return plain.bias; }
  HWY_INLINE void put(Index w, const Unit& sum) const {
    const Vector rg = hn::Set(Tag(), signals[4 * w + 1]), by = hn::Set(Tag(), signals[4 * w + 2]);
    Unit whole;
    for (int v = 0; v < kParts; ++v)
      whole.part[v] = hn::MulAdd(third.part[v], by, hn::MulAdd(second.part[v], rg, sum.part[v]));
    plain.put(w, whole);
  }
};

template <bool kAdd, bool kMasked>
struct Gradient {
  const float* mask;
  float* to;
  HWY_INLINE Unit start() const {
    Unit zero;
    for (int v = 0; v < kParts; ++v) zero.part[v] = hn::Zero(Tag());
    return zero;
  }
  HWY_INLINE void put(Index w, Unit sum) const {
    if constexpr (kAdd) {
      const Unit before = load(to + w * kUnit);
      for (int v = 0; v < kParts; ++v) sum.part[v] = hn::Add(sum.part[v], before.part[v]);
    }
    store(kMasked ? masked(sum, mask + w * kUnit) : sum, to + w * kUnit);
  }
};

template <class Output>
void convolve_unit(Siblings siblings, const float (*taps)[kUnit], const float* inhibition, const OrientedWindow& z,
                   const Output& out) {
  switch (siblings) {
    case Siblings::none:
      return convolve<Siblings::none>(taps, inhibition, z, out);
    case Siblings::adjacent:
      return convolve<Siblings::adjacent>(taps, inhibition, z, out);
    case Siblings::interleaved:
      return convolve<Siblings::interleaved>(taps, inhibition, z, out);
  }
}

void forward(const OrientedUnit& unit, const OrientedWindow& z, const float* signals, float* out) {
  const Activated activated{load(unit.bias), out};
  if (unit.has_palette) {
    convolve_unit(unit.siblings, unit.taps, unit.inhibition, z,
                  ActivatedPalette{activated, load(unit.palette[0]), load(unit.palette[1]), signals});
  } else {
    convolve_unit(unit.siblings, unit.taps, unit.inhibition, z, activated);
  }
}

void adjoint(const OrientedUnit& unit, const OrientedWindow& d, bool add, const float* mask, float* out) {
  const auto with = [&](const auto& gradient)
                        HWY_ATTR { convolve_unit(unit.siblings, unit.turned, unit.inhibition, d, gradient); };
  if (mask == nullptr) {
    if (add) return with(Gradient<true, false>{mask, out});
    return with(Gradient<false, false>{mask, out});
  }
  if (add) return with(Gradient<true, true>{mask, out});
  return with(Gradient<false, true>{mask, out});
}

// Lane i of a unit reads number lanes[i] < 4 of four numbers.
struct FourToUnit {
  decltype(hn::SetTableIndices(Tag(), static_cast<const std::int32_t*>(nullptr))) index[kParts];

  HWY_INLINE explicit FourToUnit(const std::int32_t* lanes) {
    for (int v = 0; v < kParts; ++v) index[v] = hn::SetTableIndices(Tag(), lanes + v * kLanes);
  }
  HWY_INLINE Unit operator()(const float* four) const {
    const Vector repeated = hn::LoadDup128(Tag(), four);
    Unit u;
    for (int v = 0; v < kParts; ++v) u.part[v] = hn::TableLookupLanes(repeated, index[v]);
    return u;
  }
};

void arrange(const OrientedUnit& unit, const float* signals, const float* x, Index width, float* out) {
  const FourToUnit lanes(unit.signal);
  if (x == nullptr) {
    for (Index w = 0; w < width; ++w) store(lanes(signals + 4 * w), out + w * kUnit);
    return;
  }
  const hn::RebindToSigned<Tag> di;
  for (Index w = 0; w < width; ++w) {
    Unit u = lanes(signals + 4 * w);
    const Unit own = load(x + w * kUnit);
    for (int v = 0; v < kParts; ++v) {
      const auto carried = hn::Eq(hn::Load(di, unit.signal + v * kLanes), hn::Set(di, static_cast<int>(kSignals)));
      u.part[v] = hn::IfThenElse(hn::RebindMask(Tag(), carried), own.part[v], u.part[v]);
    }
    store(u, out + w * kUnit);
  }
}

void collect(const SignalTerm* terms, const Index* counts, Index width, float* sums) {
  for (Index w = 0; w < width; ++w) {
    const SignalTerm* term = terms;
    for (Index q = 0; q < kSignals; ++q) {
      Unit total = Gradient<false, false>{}.start();
      for (Index i = 0; i < counts[q]; ++i, ++term)
        multiply_add(load(term->row + w * kUnit), load(term->weights), total);
      Vector sum = total.part[0];
      for (int v = 1; v < kParts; ++v) sum = hn::Add(sum, total.part[v]);
      sums[4 * w + q] = hn::GetLane(hn::SumOfLanes(Tag(), sum));
    }
    sums[4 * w + kSignals] = 0;
  }
}

// The trunk stands at lanes 0..5 of unit 0: +L, -L, +RG, -RG, +BY, -BY.
alignas(64) constexpr std::int32_t kTrunkSignal[kUnit] = {0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
alignas(64) constexpr float kTrunkSign[kUnit] = {1, -1, 1, -1, 1, -1};

void divert(const OrientedUnit& unit, const float* t, const float* sums, Index width, bool add, const float* mask,
            float* out) {
  const FourToUnit lanes(kTrunkSignal);
  const Unit sign = load(kTrunkSign);
  const hn::RebindToSigned<Tag> di;
  for (Index w = 0; w < width; ++w) {
    const Unit own = load(t + w * kUnit);
    Unit u;
    for (int v = 0; v < kParts; ++v) {
      const auto carried = hn::Eq(hn::Load(di, unit.signal + v * kLanes), hn::Set(di, static_cast<int>(kSignals)));
      u.part[v] = hn::IfThenElseZero(hn::RebindMask(Tag(), carried), own.part[v]);
    }
    if (sums != nullptr) multiply_add(lanes(sums + 4 * w), sign, u);
    if (add) {
      const Unit before = load(out + w * kUnit);
      for (int v = 0; v < kParts; ++v) u.part[v] = hn::Add(u.part[v], before.part[v]);
    }
    store(mask == nullptr ? u : masked(u, mask + w * kUnit), out + w * kUnit);
  }
}

void mask(const float* value, Index width, float* d) {
  for (Index w = 0; w < width; ++w) store(masked(load(d + w * kUnit), value + w * kUnit), d + w * kUnit);
}

void pool(const float* upper, const float* lower, Index width, float* out) {
  const Vector quarter = hn::Set(Tag(), 0.25F);
  for (Index w = 0; w < width; ++w, upper += 2 * kUnit, lower += 2 * kUnit, out += kUnit) {
    const Unit a = load(upper), b = load(upper + kUnit), c = load(lower), d = load(lower + kUnit);
    Unit mean;
    for (int v = 0; v < kParts; ++v)
      mean.part[v] = hn::Mul(hn::Add(hn::Add(a.part[v], b.part[v]), hn::Add(c.part[v], d.part[v])), quarter);
    store(mean, out);
  }
}

}  // namespace

const OrientedStages* get_oriented_stages() {
  static constexpr OrientedStages kStages{forward, adjoint, arrange, collect, divert, mask, pool};
  return &kStages;
}

}  // namespace HWY_NAMESPACE
}  // namespace impasto
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace impasto {

const OrientedStages* oriented_stages(SimdTarget target) { IMPASTO_DISPATCH(target, get_oriented_stages(), nullptr) }

}  // namespace impasto
#endif
