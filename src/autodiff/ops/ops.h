// Every operation a tape can record. One file each beside this one, with formula, forward and backward together;
// docs/MATH.md derives the gradients. Feature maps are H x W x C. T is float or double.
//
// Kinks follow PyTorch: the slope of relu at 0 is 0; of equal maxima the first in row order takes the gradient.
// All throw Error(input) when shapes do not fit; recording an op on a tape that has been planned is a defect.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "autodiff/tape.h"
#include "impasto/window.h"
#include "kernel/oriented/oriented.h"
#include "kernel/taps.h"
#include "tensor/area.h"

namespace impasto::IMPASTO_ABI {

/// y[h,w,k] = sum_{i,j,c} x[h s + i - p, w s + j - p, c] w[i,j,c,k]; x: H x W x C, w: kh x kw x C x K.
template <class T>
Id conv2d(Tape<T>& tape, Id x, Id w, Index stride = 1, Padding padding = Padding::zero);

/// y[h,w,c] = x[h,w,c] + b[c]
template <class T>
Id bias(Tape<T>& tape, Id x, Id b);

/// y = max(x, 0)
template <class T>
Id relu(Tape<T>& tape, Id x);

/// y = pool(relu(conv2d(x, w) + b)), stride 1, pooling 2 x 2 or none. In float, with 3 x 3 weights that take no
/// gradient and any border but `valid`, it is one op that runs Winograd's algorithm and keeps a bit per decision
/// instead of a value (Context::convolution can forbid it); otherwise it records the four ops one by one.
template <class T>
Id conv2d_relu(Tape<T>& tape, Id x, Id w, Id b, Padding padding, Pooling pool = Pooling::none);

/// Two of them, the first without pooling; `weights`: w1, b1, w2, b2. In float, on a picture and with any border but
/// `valid`, they are one op and the map between them never stands in memory. Of that map `wanted` asks for the moments
/// over the positions of `core`, or all (as channel_moments gives them; else no ids).
struct ConvPairIds {
  Id y;
  Id gram, sum;
};
enum class PairMoments { none, gram, gram_and_sum };
template <class T>
ConvPairIds conv2d_relu_pair(Tape<T>& tape, Id x, const std::array<Id, 4>& weights, Padding padding,
                             Pooling pool = Pooling::none, PairMoments wanted = PairMoments::none,
                             const std::optional<Area>& core = std::nullopt);

/// Layers of the formula network on maps of one size (kernel/oriented/oriented.h), which outlive the tape, with
/// replicated borders; average pooling or none at their end. One op; no map between the layers stands in memory. What
/// is summed up of layers, counted from 1, is so over the positions of a core, or all.
struct OrientedWanted {
  struct Target {
    Index layer;
    Id map;  ///< P on the core, by oriented_target
  };
  Pooling pool = Pooling::none;
  bool by_lanes = false;             ///< y is not H x W x C, but as the next such op reads it faster
  std::vector<Index> moments = {};   ///< layers whose Gram matrices (C x C) and channel sums (C) are wanted
  std::vector<Target> targets = {};  ///< layers F of which |F - P|^2 is wanted, a scalar
  std::optional<Area> core = std::nullopt;
};
struct OrientedIds {
  Id y;
  std::vector<Id> grams, sums;  ///< by OrientedWanted::moments
  std::vector<Id> errors;       ///< by OrientedWanted::targets
};
OrientedIds oriented_conv2d_relu(Tape<float>& tape, Id x, std::span<const OrientedLayer> layers,
                                 const OrientedWanted& wanted = {});

/// A map of such a layer, h x w x C, rounded to 16 bits a number, in the form that layers are compared with; it takes
/// no gradient, and is for no other reader.
Id oriented_target(Tape<float>& tape, Id map, const OrientedLayer& layer);
/// What a constant is called whose numbers are such a map's: two halves in every float.
inline constexpr const char* kOrientedTarget = "content target by lanes";

/// Maximum, or mean, of size x size windows, `stride` apart, all inside the map (valid).
template <class T>
Id max_pool(Tape<T>& tape, Id x, Index size = 2, Index stride = 2);
template <class T>
Id avg_pool(Tape<T>& tape, Id x, Index size = 2, Index stride = 2);

/// Root of the mean square of windows; its slope is 0 where the window is 0.
template <class T>
Id l2_pool(Tape<T>& tape, Id x, Index size = 2, Index stride = 2);

/// G[a,b] = sum_{h,w} x[h,w,a] x[h,w,b]; C x C, unnormalised.
template <class T>
Id gram_matrix(Tape<T>& tape, Id x);

/// The positions (row W + column) of a map that count, ascending, and their weights, above 0.
struct PositionWeights {
  std::vector<Index> positions;
  std::vector<double> weights;
};
struct MomentOptions {
  bool sums = false;
  std::shared_ptr<const PositionWeights> weights = nullptr;  ///< null: every position, with weight 1
  double gradient_norm = 0;  ///< if not 0, the gradient that goes to x is brought to this sum of absolute values
};
struct MomentIds {
  Id gram;  ///< G[a,b] = sum_p w[p] x[p,a] x[p,b]; C x C
  Id sum;   ///< s[a] = sum_p w[p] x[p,a]; C; no id unless asked for
};
/// Gram matrix and sums of the channels in one pass over the map.
template <class T>
MomentIds channel_moments(Tape<T>& tape, Id x, const MomentOptions& options = {});

/// m = sum / count, and G / count - m m^T; `gram` C x C, `sum` C.
struct CovarianceIds {
  Id covariance;
  Id mean;
};
template <class T>
CovarianceIds covariance(Tape<T>& tape, Id gram, Id sum, double count);

/// factor * sum (a - b)^2; equal shapes; scalar. If `gradient_norm` is not 0, da is brought to that sum of absolute
/// values (times dy), and db with it.
template <class T>
Id squared_error(Tape<T>& tape, Id a, Id b, T factor = 1, T gradient_norm = 0);

/// factor * (sum v (x[h,w+1,c] - x[h,w,c])^2 + sum v (x[h+1,w,c] - x[h,w,c])^2); scalar. v: the mean of the weights
/// (H x W, without gradient) of the two places; 1 without weights. With a `core`, of the differences of its positions
/// to the next ones only.
template <class T>
Id total_variation(Tape<T>& tape, Id x, T factor = 1, Id weights = {}, const std::optional<Area>& core = std::nullopt);

/// y: the part of x (H x W x C) at `area`.
template <class T>
Id crop(Tape<T>& tape, Id x, const Area& area);

/// y = m b + (1 - m) a; a and b H x W x C, m H x W; b and m take no gradient.
template <class T>
Id blend(Tape<T>& tape, Id a, Id b, Id m);

/// A picture's channels reordered, scaled and shifted: y[h,w,c] = gain[c] x[h,w,order[c]] + offset[c]; 3 channels.
struct ChannelMap {
  std::array<int, 3> order{0, 1, 2};
  std::array<double, 3> gain{1, 1, 1};
  std::array<double, 3> offset{0, 0, 0};
  friend bool operator==(const ChannelMap&, const ChannelMap&) = default;
};
template <class T>
Id normalise(Tape<T>& tape, Id x, const ChannelMap& map);

/// a + b; equal shapes.
template <class T>
Id add(Tape<T>& tape, Id a, Id b);

/// factor * x
template <class T>
Id scale(Tape<T>& tape, Id x, T factor);

/// Sum of all elements; scalar.
template <class T>
Id sum(Tape<T>& tape, Id x);

}  // namespace impasto::IMPASTO_ABI

/// Instantiates an op, given as a macro of T, for both number types.
#define IMPASTO_FOR_FLOAT_AND_DOUBLE(op) op(float) op(double)
