// The formula network in its fast form: a chain for the layers between two whose maps somebody reads.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/network_walk.h"

namespace impasto::IMPASTO_ABI {

class OrientedWalk {
 public:
  /// `layers`, which outlive the tape: one for each convolution.
  OrientedWalk(const NetworkWalk<float>& walk, std::span<const OrientedLayer> layers, const std::string& reason)
      : walk_(walk), tape_(walk.tape), layers_(layers), reason_(reason) {}

  void record(Id x);

 private:
  const OrientedLayer& convolution(std::size_t layer) const;
  std::size_t chain_end(std::size_t first) const;
  OrientedWanted wanted_of(std::size_t first, std::size_t end, std::size_t top, const Area& core) const;
  void hand_out_sums(std::size_t first, std::size_t end, Index positions, const OrientedIds& ids) const;
  Id record_chain(Id x, std::size_t& i);
  void hand_out_map(std::size_t layer, Id map) const;

  NetworkWalk<float> walk_;
  Tape<float>& tape_;
  std::span<const OrientedLayer> layers_;
  Shape picture_;       // of the network's input
  std::string reason_;  // for this algorithm
};

}  // namespace impasto::IMPASTO_ABI
