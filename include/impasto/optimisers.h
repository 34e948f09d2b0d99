// What moves the numbers of an optimisation, and its settings.
#pragma once

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

enum class OptimiserKind { adam, lbfgs };

/// Where epsilon stands in Adam. `pytorch`: sqrt(v / (1 - beta2^t)) + epsilon (Kingma & Ba 2015, algorithm 1).
/// `keras`: sqrt(v) + epsilon with the corrections folded into the rate (ibid., end of section 2).
enum class AdamEpsilon { pytorch, keras };

struct AdamOptions {
  double learning_rate = 0.05;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  AdamEpsilon convention = AdamEpsilon::pytorch;
  double decay = 1;  ///< the rate is multiplied by this every 100 steps; 1: constant
  bool operator==(const AdamOptions&) const = default;
};

/// How the pairs of L-BFGS are kept. `single`: as the numbers of the picture. `half`: in 16 bits, as IEEE halves with a
/// common power of two for every 1,024 values.
enum class HistoryPrecision { single, half };

/// What L-BFGS moves. `pixels`: the values of the picture. `luminance_pyramid`: numbers z of which the picture is
/// x_0 + S z, with S a fixed linear map that carries coarse luminance further than fine, and colours less far. The loss
/// curves so differently between them that this reaches the same loss in a fifth to over a third fewer evaluations
/// where the formula network is compared (docs/MATH.md, "L-BFGS and its variables"). `colour_pyramid`: the same with
/// other numbers, for trained networks: even luminance moves 4 times, colours 1.7 times as far as fine luminance.
enum class LbfgsVariables { pixels, luminance_pyramid, colour_pyramid };

/// L-BFGS with a line search for the strong Wolfe conditions (Nocedal & Wright, "Numerical Optimization", 2006,
/// algorithms 7.4, 3.5 and 3.6).
struct LbfgsOptions {
  int history = 20;  ///< pairs of differences kept, 1..100; each has the values of two pictures
  HistoryPrecision precision = HistoryPrecision::half;
  LbfgsVariables variables = LbfgsVariables::pixels;
  int max_evaluations = 25;  ///< of one line search
  /// The first trial of all goes as far along -gradient as would lower the loss by this share of it, were it linear:
  /// losses here are sums of squares, which end at 0. 0: PyTorch's rule, min(1, 1 / sum |gradient|), which takes
  /// several trials to find out how large a picture's step is.
  double first_decrease = 0.1;
  bool operator==(const LbfgsOptions&) const = default;
};

}  // namespace impasto::IMPASTO_ABI
