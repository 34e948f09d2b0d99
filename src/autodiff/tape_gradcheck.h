// The gradient of what a tape records, against central differences of its forward pass in double.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autodiff/tape.h"
#include "impasto/gradcheck.h"

namespace impasto::IMPASTO_ABI {

/// Records the function under test: given one variable per starting point, returns its value, of any shape.
template <class T>
using Recorder = std::function<Id(Tape<T>& tape, const std::vector<Id>& variables)>;

/// A recorded function of all its variables, one behind the other. A value that is not a scalar is reduced to
/// sum (y - r)^2 with fixed pseudo-random r, so every output counts. Thread safety: one thread at a time.
template <class T>
class RecordedFunction {
 public:
  RecordedFunction(const Recorder<T>& record, const std::vector<Shape>& shapes, const Context& context);

  double value(std::span<const double> x);
  void gradient(std::span<const double> x, std::span<double> gradient);

 private:
  void run(std::span<const double> x);

  Tape<T> tape_;
  std::vector<Id> variables_;
  Tensor<T> reference_;
  Id loss_;
};

extern template class RecordedFunction<float>;
extern template class RecordedFunction<double>;

/// Where the element that fits worst stands, among several variables.
struct TapeGradcheck {
  bool passed = false;
  std::size_t variable = 0;
  Index element = 0;
  GradcheckResult all;  ///< its index counts through all variables
  std::string describe() const;
};

/// `index` through all variables -> variable and element.
TapeGradcheck locate(const GradcheckResult& result, const std::vector<Shape>& shapes);

TapeGradcheck gradcheck(const Recorder<double>& record, const std::vector<Tensor<double>>& at,
                        const GradcheckOptions& options = {}, const Context& context = Context(1));

}  // namespace impasto::IMPASTO_ABI
