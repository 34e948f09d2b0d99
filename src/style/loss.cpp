#include "style/loss.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"
#include "style/energy.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class T>
class LossRecorder {
 public:
  LossRecorder(Tape<T>& tape, const Compared<T>& compared, const Shape& whole, std::vector<Tensor<T>>& constants)
      : tape_(tape), c_(compared), constants_(constants) {
    const double M = static_cast<double>(whole[0] * whole[1]), N = 3;
    tutorial_ = 1 / (4 * M * M * N * N);
  }

  // Error of a style layer in one region, added to `sum`.
  void add_region(const MomentIds& moments, Index positions, double weight, const StyleTarget* target, Id& sum);

 private:
  Id against(Id value, const std::vector<double>* target, double scale, double factor);

  Tape<T>& tape_;
  const Compared<T>& c_;
  std::vector<Tensor<T>>& constants_;
  double tutorial_;
};

// factor |value - scale target|^2
template <class T>
Id LossRecorder<T>::against(Id value, const std::vector<double>* target, double scale, double factor) {
  const Shape shape = tape_.shape(value);
  View<const T> wanted{nullptr, shape};
  if (target != nullptr) {
    require(target->size() == static_cast<std::size_t>(shape.count()), ErrorCode::input, "a style's statistics are ",
            target->size(), " numbers, wanted ", shape.count(), ": the style cache is damaged; delete it");
    Tensor<T> constant(shape, tape_.context());
    for (std::size_t i = 0; i < target->size(); ++i)
      constant[static_cast<Index>(i)] = static_cast<T>(scale * (*target)[i]);
    constants_.push_back(std::move(constant));
    wanted = constants_.back().view();
  }
  return squared_error(tape_, value, tape_.constant(wanted, "style target"), static_cast<T>(factor));
}

// normalised: |G - A|^2 / |A|^2 + |m - n|^2 / |n|^2;  mean: |G - A|^2 / C^2 + |m - n|^2 / C;  both per position;
// tutorial: P^2 (|G - A|^2 + |m - n|^2) / (4 M^2 N^2)
template <class T>
void LossRecorder<T>::add_region(const MomentIds& moments, Index positions, double weight, const StyleTarget* target,
                                 Id& sum) {
  const double P = static_cast<double>(positions);
  const StatisticIds ids = record_statistic(tape_, moments, P);
  const double C = static_cast<double>(tape_.shape(ids.matrix)[0]);
  const double scale = c_.has_means() ? 1 : P;  // a Gram matrix is a sum
  const auto add_term = [&](Id id, const std::vector<double>* wanted, double scaled, double size, double whole) {
    double factor = tutorial_ * (P / scaled) * (P / scaled);
    if (c_.options.loss_scale == LossScale::mean) factor = 1 / (size * scaled * scaled);
    if (c_.options.loss_scale == LossScale::normalised && wanted != nullptr)
      factor = inverse_energy(energy<double>(*wanted), whole, 1e-10, static_cast<Index>(size)) / (scaled * scaled);
    const Id term = against(id, wanted, scaled, weight * factor);
    sum = sum.index < 0 ? term : add(tape_, sum, term);
  };
  double whole = 0;  // energy before the mean was taken off
  if (c_.has_means() && target != nullptr) {
    const double mean_energy = energy<double>(target->mean);
    whole = energy<double>(target->matrix) + mean_energy * mean_energy;
  }
  add_term(ids.matrix, target == nullptr ? nullptr : &target->matrix, scale, C * C, whole);
  if (c_.options.statistic == StyleStatistic::mean_covariance)
    add_term(ids.mean, target == nullptr ? nullptr : &target->mean, 1, C, 0);
}

// Content and style layers as the network comes to them.
struct LayerTerm {
  bool is_style;
  std::size_t at, layer;
};
std::vector<LayerTerm> in_order(const std::vector<std::size_t>& content, const std::vector<std::size_t>& style) {
  std::vector<LayerTerm> terms;
  for (std::size_t k = 0; k < content.size(); ++k) terms.push_back({false, k, content[k]});
  for (std::size_t l = 0; l < style.size(); ++l) terms.push_back({true, l, style[l]});
  std::stable_sort(terms.begin(), terms.end(),
                   [](const LayerTerm& a, const LayerTerm& b) { return a.layer < b.layer; });
  return terms;
}

}  // namespace

template <class T>
StatisticIds record_statistic(Tape<T>& tape, const MomentIds& moments, double positions) {
  if (moments.sum.index < 0) return {moments.gram, {}};
  const CovarianceIds both = covariance(tape, moments.gram, moments.sum, positions);
  return {both.covariance, both.mean};
}

template <class T>
LossIds record_loss(Tape<T>& tape, const Compared<T>& c, const WindowStatistics& sums, const Shape& whole,
                    const std::vector<std::vector<StyleTarget>>* targets, const std::vector<double>& shares,
                    std::vector<Tensor<T>>& constants) {
  LossRecorder<T> recorder(tape, c, whole, constants);
  LossIds ids;
  for (const LayerTerm& one : in_order(c.content, c.style)) {
    Id term;
    if (!one.is_style) term = sums.content[one.at];
    for (std::size_t r = 0; one.is_style && r < c.guide.regions.size(); ++r) {
      const MomentIds& moments = sums.style[one.at][c.reads_gram ? 0 : r];
      const StyleTarget* target = targets == nullptr ? nullptr : &(*targets)[one.at][r];
      if (moments.gram.index < 0 || (target != nullptr && !target->exists())) continue;
      recorder.add_region(moments, sums.positions[one.at], c.style_weight(one.at) * shares[r], target, term);
    }
    if (term.index < 0) continue;
    tape.keep(term);
    const auto& layers = one.is_style ? c.options.style_layers : c.options.content_layers;
    ids.terms.push_back({{layers[one.at].layer, one.is_style, 0}, term});
    Id& sum = one.is_style ? ids.style : ids.content;
    sum = sum.index < 0 ? term : add(tape, sum, term);
  }
  ids.smoothness = sums.smoothness;
  for (const Id part : {ids.content, ids.style, ids.smoothness}) {
    if (part.index < 0) continue;
    tape.keep(part);
    ids.total = ids.total.index < 0 ? part : add(tape, ids.total, part);
  }
  tape.set_loss(ids.total);
  return ids;
}

#define IMPASTO_INSTANTIATE(T)                                                                           \
  template StatisticIds record_statistic(Tape<T>&, const MomentIds&, double);                            \
  template LossIds record_loss(Tape<T>&, const Compared<T>&, const WindowStatistics&, const Shape&,      \
                               const std::vector<std::vector<StyleTarget>>*, const std::vector<double>&, \
                               std::vector<Tensor<T>>&);
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
