// Loops over flat arrays in fixed pieces: elementwise, and sums whose order does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/parallel.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// 16,384 elements: enough work for a thread to be worth waking, small enough to balance.
inline constexpr Index kRange = 16384;

/// body(begin, end) over [0, count).
template <class Body>
void for_ranges(const Context& context, Index count, Body&& body) {
  parallel_for(context, (count + kRange - 1) / kRange,
               [&](Index i, int) { body(i * kRange, std::min((i + 1) * kRange, count)); });
}

/// Where piece `i` of `pieces` begins, which differ in length by 1 at most; piece `pieces` begins at `count`.
constexpr Index piece_begin(Index count, Index i, Index pieces) {
  return static_cast<Index>(std::int64_t{count} * i / pieces);  // 2^28 elements x 256 pieces are beyond 32 bits
}

/// Sum of term(i) over [begin, end) in double, in 8 interleaved chains so that the compiler can use vectors.
template <class Term>
double sum_of(Index begin, Index end, Term&& term) {
  std::array<double, 8> chains{};
  Index i = begin;
  for (; i + 8 <= end; i += 8) {
    for (Index lane = 0; lane < 8; ++lane) chains[static_cast<std::size_t>(lane)] += term(i + lane);
  }
  for (; i < end; ++i) chains[0] += term(i);
  double sum = 0;
  for (const double chain : chains) sum += chain;
  return sum;
}

/// Largest |values[i]| over [0, count); what is no number counts nothing.
template <class T>
T largest_magnitude(const T* values, Index count) {
  std::array<T, 8> largest{};
  Index i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      largest[lane] = std::max(largest[lane], std::abs(values[i + static_cast<Index>(lane)]));
    }
  }
  for (; i < count; ++i) largest[0] = std::max(largest[0], std::abs(values[i]));
  return *std::max_element(largest.begin(), largest.end());
}

/// Sum over pieces of [0, count): piece(begin, end) gives a piece's sum; at most 256 pieces, added in order.
template <class Piece>
double sum_pieces(const Context& context, Index count, Piece&& piece) {
  constexpr Index kPieces = 256;
  std::array<double, kPieces> partial{};
  const Index pieces = std::min(kPieces, count);
  parallel_for(context, pieces, [&](Index i, int) {
    partial[static_cast<std::size_t>(i)] = piece(piece_begin(count, i, pieces), piece_begin(count, i + 1, pieces));
  });
  double sum = 0;
  for (Index i = 0; i < pieces; ++i) sum += partial[static_cast<std::size_t>(i)];
  return sum;
}

/// to = value, or to += value.
template <class T>
void accumulate(T& to, T value, bool add) {
  to = add ? to + value : value;
}

}  // namespace impasto::IMPASTO_ABI
