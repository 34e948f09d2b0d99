#include "autodiff/tape_gradcheck.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/random.h"

namespace impasto::IMPASTO_ABI {

template <class T>
RecordedFunction<T>::RecordedFunction(const Recorder<T>& record, const std::vector<Shape>& shapes,
                                      const Context& context)
    : tape_(context) {
  for (const Shape& shape : shapes) variables_.push_back(tape_.variable(shape));
  loss_ = record(tape_, variables_);
  if (tape_.shape(loss_).count() != 1) {
    reference_ = Tensor<T>(tape_.shape(loss_));
    Random random(1);
    for (T& value : reference_.values()) value = static_cast<T>(random.uniform(-1, 1));
    loss_ = squared_error(tape_, loss_, tape_.constant(reference_.view()));
  }
  tape_.set_loss(loss_);
}

template <class T>
void RecordedFunction<T>::run(std::span<const double> x) {
  for (const Id id : variables_) {
    const std::span<T> variable = tape_.value(id);
    std::transform(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(variable.size()), variable.begin(),
                   [](double value) { return static_cast<T>(value); });
    x = x.subspan(variable.size());
  }
  tape_.forward();
}

template <class T>
double RecordedFunction<T>::value(std::span<const double> x) {
  run(x);
  return static_cast<double>(tape_.value(loss_)[0]);
}

template <class T>
void RecordedFunction<T>::gradient(std::span<const double> x, std::span<double> gradient) {
  run(x);
  tape_.backward();
  auto to = gradient.begin();
  for (const Id id : variables_) {
    for (const T part : tape_.gradient(id)) *to++ = static_cast<double>(part);
  }
}

std::string TapeGradcheck::describe() const {
  return text("variable ", variable, ", element ", element, "; of all, ", all.describe());
}

TapeGradcheck locate(const GradcheckResult& result, const std::vector<Shape>& shapes) {
  TapeGradcheck found;
  found.passed = result.passed;
  found.element = static_cast<Index>(result.worst.index);
  while (found.element >= shapes[found.variable].count()) found.element -= shapes[found.variable++].count();
  found.all = result;
  return found;
}

TapeGradcheck gradcheck(const Recorder<double>& record, const std::vector<Tensor<double>>& at,
                        const GradcheckOptions& options, const Context& context) {
  std::vector<Shape> shapes;
  std::vector<double> x;
  for (const Tensor<double>& start : at) {
    shapes.push_back(start.shape());
    x.insert(x.end(), start.values().begin(), start.values().end());
  }
  RecordedFunction<double> function(record, shapes, context);
  const GradcheckResult result =
      gradcheck([&](std::span<const double> p) { return function.value(p); },
                [&](std::span<const double> p, std::span<double> g) { function.gradient(p, g); }, x, options);
  return locate(result, shapes);
}

template class RecordedFunction<float>;
template class RecordedFunction<double>;

}  // namespace impasto::IMPASTO_ABI
