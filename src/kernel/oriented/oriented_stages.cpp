#include "kernel/oriented/oriented_stages.h"

#include <cstdint>

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/oriented/oriented_stages.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/oriented/unit-inl.h"
#include "kernel/simd/dispatch.h"
#include "kernel/simd/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

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

HWY_INLINE hn::Mask<Tag> carried_lanes(const OrientedUnit& unit, int v) {
  const hn::RebindToSigned<Tag> di;
  return hn::RebindMask(Tag(), hn::Eq(hn::Load(di, unit.signal + v * kLanes), hn::Set(di, static_cast<int>(kSignals))));
}

// What the lanes of a unit read at row i and column w: their own values below, signals, or each what it is for.
struct OwnLanes {
  const OrientedWindow& x;
  HWY_INLINE Unit at(int i, Index w) const { return load(x.row[i] + w * kUnit); }
};

struct SignalLanes {
  const OrientedWindow& signals;
  FourToUnit lanes;
  HWY_INLINE Unit at(int i, Index w) const { return lanes(signals.row[i] + 4 * w); }
};

struct MixedLanes {
  OwnLanes own;
  SignalLanes fresh;
  hn::Mask<Tag> carried[kParts];

  HWY_INLINE MixedLanes(const OrientedUnit& unit, const OrientedWindow& x, const OrientedWindow& signals)
      : own{x}, fresh{signals, FourToUnit(unit.signal)} {
    for (int v = 0; v < kParts; ++v) carried[v] = carried_lanes(unit, v);
  }
  HWY_INLINE Unit at(int i, Index w) const {
    const Unit a = own.at(i, w), b = fresh.at(i, w);
    Unit u;
    for (int v = 0; v < kParts; ++v) u.part[v] = hn::IfThenElse(carried[v], a.part[v], b.part[v]);
    return u;
  }
};

// Three rows at one column.
struct Column {
  Unit row[3];

  template <class Lanes>
  HWY_INLINE Column(const Lanes& lanes, Index w) {
    for (int i = 0; i < 3; ++i) row[i] = lanes.at(i, w);
  }
};

template <Siblings kSiblings>
struct Taps {
  Unit weights[9], inhibited;
  Unit left, middle;  // columns of the binomial

  HWY_INLINE Taps(const float (*taps)[kUnit], const float* inhibition, const Column& first, const Column& second)
      : inhibited(load(inhibition)), left(across(first)), middle(across(second)) {
    for (int i = 0; i < 9; ++i) weights[i] = load(taps[i]);
  }
  static HWY_INLINE Unit across(const Column& c) { return smooth(c.row[0], c.row[1], c.row[2]); }

  // The next position, between columns a, b and c, from `sum` on.
  HWY_INLINE Unit next(const Column& a, const Column& b, const Column& c, Unit sum) {
    HWY_UNROLL(3)
    for (int i = 0; i < 3; ++i) {
      multiply_add(a.row[i], weights[3 * i], sum);
      multiply_add(b.row[i], weights[3 * i + 1], sum);
      multiply_add(c.row[i], weights[3 * i + 2], sum);
    }
    if constexpr (kSiblings != Siblings::none) {
      const Unit right = across(c);
      Unit group = smooth(left, middle, right);
      left = middle;
      middle = right;
      add_siblings<kSiblings>(group);
      for (int v = 0; v < kParts; ++v) sum.part[v] = hn::NegMulAdd(inhibited.part[v], group.part[v], sum.part[v]);
    }
    return sum;
  }
};

// Calls out.put(position, sum) with what a row's taps and siblings give, from out.start() on. Columns stay in registers
// while three positions read them.
template <Siblings kSiblings, class Lanes, class Output>
HWY_INLINE void convolve(const float (*taps)[kUnit], const float* inhibition, const Lanes& z, Index width,
                         const Output& out) {
  Column a(z, -1), b(z, 0);
  Taps<kSiblings> t(taps, inhibition, a, b);
  Index w = 0;
  for (; w + 3 <= width; w += 3) {
    Column c(z, w + 1);
    out.put(w, t.next(a, b, c, out.start()));
    a = Column(z, w + 2);
    out.put(w + 1, t.next(b, c, a, out.start()));
    b = Column(z, w + 3);
    out.put(w + 2, t.next(c, a, b, out.start()));
  }
  for (; w < width; ++w) {
    const Column c(z, w + 1);
    out.put(w, t.next(a, b, c, out.start()));
    a = b;
    b = c;
  }
}

// ReLU; a value that is not a number stays one. Of such a pair x86's maximum is the second operand, NEON's the number.
HWY_INLINE Vector rectified(Vector v) {
#if HWY_ARCH_X86
  return hn::Max(hn::Zero(Tag()), v);
#else
  return hn::IfThenZeroElse(hn::Lt(v, hn::Zero(Tag())), v);
#endif
}

struct Activated {
  Unit bias;
  float* to;
  HWY_INLINE Unit start() const { return bias; }
  HWY_INLINE void put(Index w, const Unit& sum) const {
    Unit positive;
    for (int v = 0; v < kParts; ++v) positive.part[v] = rectified(sum.part[v]);
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

template <class Lanes, class Output>
void convolve_unit(Siblings siblings, const float (*taps)[kUnit], const float* inhibition, const Lanes& z, Index width,
                   const Output& out) {
  switch (siblings) {
    case Siblings::none:
      return convolve<Siblings::none>(taps, inhibition, z, width, out);
    case Siblings::adjacent:
      return convolve<Siblings::adjacent>(taps, inhibition, z, width, out);
    case Siblings::interleaved:
      return convolve<Siblings::interleaved>(taps, inhibition, z, width, out);
  }
}

void forward(const OrientedUnit& unit, const OrientedWindow& x, const OrientedWindow& signals, float* out) {
  const Activated activated{load(unit.bias), out};
  const Index width = x.width;
  if (!unit.fresh) return convolve_unit(unit.siblings, unit.taps, unit.inhibition, OwnLanes{x}, width, activated);
  if (unit.carried)
    return convolve_unit(unit.siblings, unit.taps, unit.inhibition, MixedLanes(unit, x, signals), width, activated);
  const SignalLanes fresh{signals, FourToUnit(unit.signal)};
  if (!unit.has_palette) return convolve<Siblings::none>(unit.taps, unit.inhibition, fresh, width, activated);
  convolve<Siblings::none>(unit.taps, unit.inhibition, fresh, width,
                           ActivatedPalette{activated, load(unit.palette[0]), load(unit.palette[1]), signals.row[1]});
}

void adjoint(const OrientedUnit& unit, const OrientedWindow& d, bool add, const float* mask, float* out) {
  const auto with = [&](const auto& gradient) HWY_ATTR {
    convolve_unit(unit.siblings, unit.turned, unit.inhibition, OwnLanes{d}, d.width, gradient);
  };
  if (mask == nullptr) {
    if (add) return with(Gradient<true, false>{mask, out});
    return with(Gradient<false, false>{mask, out});
  }
  if (add) return with(Gradient<true, true>{mask, out});
  return with(Gradient<false, true>{mask, out});
}

void gather(const SignalTerm* terms, const Index* counts, Index width, float* sums) {
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

// The trunk stands at lanes 0..5 of unit 0: +L, -L, +RG, -RG, +BY, -BY. What its lanes send to a signal reaches the
// lanes that the signal is the difference of.
alignas(64) constexpr std::int32_t kTrunkSignal[kUnit] = {0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
alignas(64) constexpr float kTrunkSign[kUnit] = {1, -1, 1, -1, 1, -1};

void divert(const OrientedUnit& unit, const float* t, bool trunk, const float* sums, Index width, bool accumulates,
            const float* mask, float* out) {
  const FourToUnit lanes(kTrunkSignal);
  const Unit sign = load(kTrunkSign);
  hn::Mask<Tag> carried[kParts];
  for (int v = 0; v < kParts; ++v) carried[v] = carried_lanes(unit, v);
  for (Index w = 0; w < width; ++w) {
    const Unit own = load(t + w * kUnit);
    Unit u;
    for (int v = 0; v < kParts; ++v) u.part[v] = hn::IfThenElseZero(carried[v], own.part[v]);
    if (trunk) {
      Unit pair = own;
      add_partner<1>(pair);
      if (sums != nullptr) add(lanes(sums + 4 * w), pair);
      multiply_add(pair, sign, u);
    }
    if (accumulates) add(load(out + w * kUnit), u);
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

void unpool(const float* pooled, Index width, float* upper, float* lower) {
  const Vector quarter = hn::Set(Tag(), 0.25F);
  for (Index w = 0; w < width; ++w, upper += 2 * kUnit, lower += 2 * kUnit, pooled += kUnit) {
    Unit u = load(pooled);
    for (int v = 0; v < kParts; ++v) u.part[v] = hn::Mul(u.part[v], quarter);
    store(u, upper);
    store(u, upper + kUnit);
    store(u, lower);
    store(u, lower + kUnit);
  }
}

void read(const OrientedSegment& segment, const float* channels, Index C, Index width, float* lanes) {
  channels += segment.channel;
  lanes += segment.slot % kUnit;
  const Index count = segment.count, all = count + segment.zeros;
  for (Index v = 0; v < all; v += kLanes) {
    for (Index w = 0; w < width; ++w) {
      const Vector values = v < count ? load_up_to(count - v, channels + w * C + v) : hn::Zero(Tag());
      store_up_to(values, all - v, lanes + w * kUnit + v);
    }
  }
}

void write(const OrientedSegment& segment, const float* lanes, Index width, bool add, float* channels, Index C) {
  channels += segment.channel;
  lanes += segment.slot % kUnit;
  const Index count = segment.count;
  for (Index v = 0; v < count; v += kLanes) {
    for (Index w = 0; w < width; ++w) {
      float* to = channels + w * C + v;
      Vector values = load_up_to(count - v, lanes + w * kUnit + v);
      if (add) values = hn::Add(values, load_up_to(count - v, to));
      store_up_to(values, count - v, to);
    }
  }
}

}  // namespace

const OrientedStages* get_oriented_stages() {
  static constexpr OrientedStages kStages{forward, adjoint, gather, divert, mask, pool, unpool, read, write};
  return &kStages;
}

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

const OrientedStages* oriented_stages(SimdTarget target) { IMPASTO_DISPATCH(target, get_oriented_stages(), nullptr) }

}  // namespace impasto::IMPASTO_ABI
#endif
