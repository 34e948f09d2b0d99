// The scalar that is minimised, from the statistics of the whole picture. docs/MATH.md, "Losses".
#pragma once

#include <vector>

#include "impasto/stylise.h"
#include "style/statistics.h"
#include "style/targets.h"

namespace impasto::IMPASTO_ABI {

struct LossIds {
  /// A content layer's or a style layer's, from the picture up.
  struct Term {
    LayerLoss layer;
    Id id;
  };
  Id total, content, style, smoothness;  ///< none: nothing is compared
  std::vector<Term> terms;
};

/// `sums`: of all windows. `targets`: by style layer and region; null: memory is planned only. `shares`: of the
/// regions. Adds what the tape borrows to `constants`, which outlive it.
template <class T>
LossIds record_loss(Tape<T>& tape, const Compared<T>& compared, const WindowStatistics& sums, const Shape& whole,
                    const std::vector<std::vector<StyleTarget>>* targets, const std::vector<double>& shares,
                    std::vector<Tensor<T>>& constants);

/// A map's Gram matrix (a sum over positions), or covariance and means (C).
struct StatisticIds {
  Id matrix;
  Id mean;
};
template <class T>
StatisticIds record_statistic(Tape<T>& tape, const MomentIds& moments, double positions);

}  // namespace impasto::IMPASTO_ABI
