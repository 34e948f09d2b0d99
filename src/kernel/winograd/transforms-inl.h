// The three small matrices of Winograd's minimal filtering F(m, 3), one dimension at a time (Lavin & Gray, "Fast
// Algorithms for Convolutional Neural Networks", arXiv:1509.09308):
//
//   y (m outputs) = A^T [ (G g) * (B^T d) ],   g: 3 taps, d: m + 2 inputs, * element by element
//
// Each point +-p of the interpolation gives two rows that differ in the sign of their odd part, so a pair costs little
// more than one. The points decide the rounding error: 0, +-1/sqrt2, +-sqrt2, infinity for m = 4 (half the error of 0,
// +-1, +-2) and 0, +-1, +-2, +-1/2, infinity for m = 6.
//
// k < m outputs need k + 2 inputs and k + 2 points, whose U is the same. d[m + 1] meets the point at infinity alone,
// which only output m - 1 reads. The other inputs beyond k + 2 are chosen so that B^T d is 0 at the finite points left
// out:
//
//   d[i] = c[0] d[i - 2] + c[1] d[i - 4] + c[2] d[i - 6],   a recurrence that the powers of the points kept solve
#if defined(IMPASTO_WINOGRAD_TRANSFORMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_WINOGRAD_TRANSFORMS_INL_H
#undef IMPASTO_WINOGRAD_TRANSFORMS_INL_H
#else
#define IMPASTO_WINOGRAD_TRANSFORMS_INL_H
#endif

#include <array>
#include <cstdint>

#include "kernel/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

HWY_INLINE Vector constant(float value) { return hn::Set(Tag(), value); }
// even + odd and even - odd: the rows of the points p and -p.
HWY_INLINE void pair(Vector even, Vector odd, Vector& plus, Vector& minus) {
  plus = hn::Add(even, odd);
  minus = hn::Sub(even, odd);
}

template <int kTile>
struct Transforms;

using Recurrence = std::array<float, 3>;

template <>
struct Transforms<4> {
  static constexpr float kRoot2 = 1.41421356237309505F;
  // By outputs, from 1 on: 0 and +-1/sqrt2; +-1/sqrt2 and +-sqrt2; all that are finite; all.
  static constexpr std::uint8_t kAxisPoints[] = {0b000111, 0b011110, 0b011111, 0b111111};
  static constexpr Recurrence kContinued[] = {{0.5F}, {2.5F, -1}, {}, {}};

  // G g
  static HWY_INLINE void filter(const Vector (&g)[3], Vector (&t)[6]) {
    const Vector third = constant(1.0F / 3), sixth = constant(1.0F / 6), root = hn::Mul(g[1], constant(kRoot2));
    t[0] = g[0];
    pair(hn::Mul(hn::NegMulAdd(constant(2), g[0], hn::Neg(g[2])), third), hn::Neg(hn::Mul(root, third)), t[1], t[2]);
    pair(hn::Mul(hn::MulAdd(constant(2), g[2], g[0]), sixth), hn::Mul(root, sixth), t[3], t[4]);
    t[5] = g[2];
  }

  // B^T d
  static HWY_INLINE void input(const Vector (&d)[6], Vector (&t)[6]) {
    const Vector root = constant(kRoot2), half = constant(0.5F), two = constant(2), k = constant(2.5F);
    t[0] = hn::NegMulAdd(k, d[2], hn::Add(d[0], d[4]));
    t[5] = hn::NegMulAdd(k, d[3], hn::Add(d[1], d[5]));
    pair(hn::NegMulAdd(two, d[2], d[4]), hn::Mul(root, hn::MulSub(half, d[3], d[1])), t[1], t[2]);
    pair(hn::NegMulAdd(half, d[2], d[4]), hn::Mul(root, hn::NegMulAdd(half, d[1], d[3])), t[3], t[4]);
  }

  // A^T t
  static HWY_INLINE void output(const Vector (&t)[6], Vector (&y)[4]) {
    Vector p, m, q, n;
    pair(t[1], t[2], p, m);
    pair(t[3], t[4], q, n);
    y[0] = hn::Add(t[0], hn::Add(p, q));
    y[1] = hn::Mul(constant(kRoot2 / 2), hn::MulAdd(constant(2), n, m));
    y[2] = hn::MulAdd(constant(2), q, hn::Mul(constant(0.5F), p));
    y[3] = hn::MulAdd(constant(kRoot2 / 4), hn::MulAdd(constant(8), n, m), t[5]);
  }
};

template <>
struct Transforms<6> {
  // By outputs, from 1 on: 0, +-1; +-1, +-1/2; 0, +-1, +-1/2; all but 0 and infinity; all that are finite; all.
  static constexpr std::uint8_t kAxisPoints[] = {0b00000111, 0b01100110, 0b01100111,
                                                 0b01111110, 0b01111111, 0b11111111};
  static constexpr Recurrence kContinued[] = {{1}, {1.25F, -0.25F}, {1.25F, -0.25F}, {5.25F, -5.25F, 1}, {}, {}};
  static HWY_INLINE void filter(const Vector (&g)[3], Vector (&t)[8]) {
    const Vector a = constant(-2.0F / 9), b = constant(1.0F / 90), c = constant(1.0F / 45);
    t[0] = g[0];
    pair(hn::Mul(a, hn::Add(g[0], g[2])), hn::Mul(a, g[1]), t[1], t[2]);
    pair(hn::Mul(b, hn::MulAdd(constant(4), g[2], g[0])), hn::Mul(c, g[1]), t[3], t[4]);
    pair(hn::Mul(c, hn::MulAdd(constant(0.25F), g[2], g[0])), hn::Mul(b, g[1]), t[5], t[6]);
    t[7] = g[2];
  }

  static HWY_INLINE void input(const Vector (&d)[8], Vector (&t)[8]) {
    const Vector half = constant(0.5F), two = constant(2), k1 = constant(4.25F), k2 = constant(1.25F),
                 k3 = constant(2.5F), k4 = constant(5.25F);
    t[0] = hn::MulAdd(k4, hn::Sub(d[4], d[2]), hn::Sub(d[0], d[6]));
    t[7] = hn::MulAdd(k4, hn::Sub(d[3], d[5]), hn::Sub(d[7], d[1]));
    pair(hn::NegMulAdd(k1, d[4], hn::Add(d[2], d[6])), hn::NegMulAdd(k1, d[3], hn::Add(d[1], d[5])), t[1], t[2]);
    pair(hn::NegMulAdd(k2, d[4], hn::MulAdd(constant(0.25F), d[2], d[6])),
         hn::MulAdd(two, d[5], hn::NegMulAdd(k3, d[3], hn::Mul(half, d[1]))), t[3], t[4]);
    pair(hn::MulAdd(constant(4), hn::NegMulAdd(k2, d[4], d[2]), d[6]),
         hn::MulAdd(half, d[5], hn::NegMulAdd(k3, d[3], hn::Mul(two, d[1]))), t[5], t[6]);
  }

  static HWY_INLINE void output(const Vector (&t)[8], Vector (&y)[6]) {
    Vector p, m, q, n, r, l;
    pair(t[1], t[2], p, m);
    pair(t[3], t[4], q, n);
    pair(t[5], t[6], r, l);
    const Vector c2 = constant(2), c4 = constant(4), c8 = constant(8), c16 = constant(16), c32 = constant(32);
    y[0] = hn::MulAdd(c32, r, hn::Add(hn::Add(t[0], p), q));
    y[1] = hn::MulAdd(c16, l, hn::MulAdd(c2, n, m));
    y[2] = hn::MulAdd(c8, r, hn::MulAdd(c4, q, p));
    y[3] = hn::MulAdd(c4, l, hn::MulAdd(c8, n, m));
    y[4] = hn::MulAdd(c2, r, hn::MulAdd(c16, q, p));
    y[5] = hn::Add(t[7], hn::Add(l, hn::MulAdd(c32, n, m)));
  }
};

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
