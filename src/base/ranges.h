// Loops over flat arrays in fixed pieces: elementwise, and sums whose order does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {

/// 16,384 elements: enough work for a thread to be worth waking, small enough to balance.
inline constexpr std::ptrdiff_t kRange = 16384;

/// body(begin, end) over [0, count).
template <class Body>
void for_ranges(const Context& context, std::ptrdiff_t count, Body&& body) {
  parallel_for(context, (count + kRange - 1) / kRange,
               [&](std::ptrdiff_t i, int) { body(i * kRange, std::min((i + 1) * kRange, count)); });
}

/// Where piece `i` of `pieces` begins, which differ in length by 1 at most; piece `pieces` begins at `count`.
constexpr std::ptrdiff_t piece_begin(std::ptrdiff_t count, std::ptrdiff_t i, std::ptrdiff_t pieces) {
  return static_cast<std::ptrdiff_t>(std::int64_t{count} * i /
                                     pieces);  // 2^28 elements x 256 pieces are beyond 32 bits
}

/// Sum of term(i) over [begin, end) in double, in 8 interleaved chains so that the compiler can use vectors.
template <class Term>
double sum_of(std::ptrdiff_t begin, std::ptrdiff_t end, Term&& term) {
  std::array<double, 8> chains{};
  std::ptrdiff_t i = begin;
  for (; i + 8 <= end; i += 8) {
    for (std::ptrdiff_t lane = 0; lane < 8; ++lane) chains[static_cast<std::size_t>(lane)] += term(i + lane);
  }
  for (; i < end; ++i) chains[0] += term(i);
  double sum = 0;
  for (const double chain : chains) sum += chain;
  return sum;
}

/// Largest |values[i]| over [0, count); what is no number counts nothing.
template <class T>
T largest_magnitude(const T* values, std::ptrdiff_t count) {
  std::array<T, 8> largest{};
  std::ptrdiff_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      largest[lane] = std::max(largest[lane], std::abs(values[i + static_cast<std::ptrdiff_t>(lane)]));
    }
  }
  for (; i < count; ++i) largest[0] = std::max(largest[0], std::abs(values[i]));
  return *std::max_element(largest.begin(), largest.end());
}

/// What piece(begin, end) gives for each of at most kPieces pieces of [0, count), put together in order:
/// add(all before, next) changes `all`.
template <std::ptrdiff_t kPieces = 256, class Piece, class Add>
auto fold_pieces(const Context& context, std::ptrdiff_t count, Piece&& piece, Add&& add) {
  std::array<std::invoke_result_t<Piece&, std::ptrdiff_t, std::ptrdiff_t>, kPieces> parts{};
  const std::ptrdiff_t pieces = std::min(kPieces, count);
  parallel_for(context, pieces, [&](std::ptrdiff_t i, int) {
    parts[static_cast<std::size_t>(i)] = piece(piece_begin(count, i, pieces), piece_begin(count, i + 1, pieces));
  });
  for (std::size_t i = 1; i < static_cast<std::size_t>(pieces); ++i) add(parts[0], parts[i]);
  return parts[0];
}

/// Sum over pieces of [0, count): piece(begin, end) gives a piece's sum; at most 256 pieces, added in order.
template <class Piece>
auto sum_pieces(const Context& context, std::ptrdiff_t count, Piece&& piece) {
  return fold_pieces(context, count, piece, [](auto& sum, const auto& next) { sum += next; });
}

/// to = value, or to += value.
template <class T>
void accumulate(T& to, T value, bool add) {
  to = add ? to + value : value;
}

}  // namespace impasto::IMPASTO_ABI
