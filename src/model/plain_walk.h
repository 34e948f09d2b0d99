// A network of plain convolutions, recorded layer by layer.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "model/network_walk.h"
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

template <class T>
class PlainWalk {
 public:
  /// `parameters` outlive the tape. `recompute`: maps that are larger than what they are computed from are not kept for
  /// going back.
  PlainWalk(const NetworkWalk<T>& walk, const NetworkWeights& weights, std::span<const ConvParameters<T>> parameters,
            Pooling pooling, Padding padding, bool recompute)
      : walk_(walk),
        tape_(walk.tape),
        weights_(weights),
        parameters_(parameters),
        pooling_(pooling),
        padding_(padding),
        recompute_(recompute) {}

  void record(Id x);

 private:
  std::size_t record_first(Id& x);
  std::array<Id, 2> parameters(const VggLayer& layer);
  std::size_t next(std::size_t layer) const;
  bool takes_pool(std::size_t layer) const;
  Pooling pool_above(std::size_t layer) const;
  Id pooled(Id x) const;
  Id gained(Id x) const;

  NetworkWalk<T> walk_;
  Tape<T>& tape_;
  const NetworkWeights& weights_;
  std::span<const ConvParameters<T>> parameters_;
  Pooling pooling_;
  Padding padding_;
  bool recompute_;
  std::size_t convolutions_ = 0;  // recorded so far
};

}  // namespace impasto::IMPASTO_ABI
