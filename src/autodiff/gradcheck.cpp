#include "autodiff/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/random.h"

namespace impasto::inline v0_1 {

std::string GradcheckResult::describe() const {
  return text("variable ", variable, ", element ", element, ": analytic ", analytic, ", numeric ", numeric,
              ", error over tolerance ", worst);
}

GradcheckResult gradcheck(const GradcheckFunction& function, const std::vector<Tensor<double>>& at,
                          const GradcheckOptions& options, const Context& context) {
  Tape<double> tape(context);
  std::vector<Id> variables;
  for (const Tensor<double>& start : at) {
    variables.push_back(tape.variable(start.shape()));
    std::copy_n(start.data(), start.shape().count(), tape.value(variables.back()).data());
  }
  Id loss = function(tape, variables);
  Tensor<double> reference;
  if (tape.shape(loss).count() != 1) {
    reference = Tensor<double>(tape.shape(loss));
    Random random(1);
    for (double& value : reference.values()) value = random.uniform(-1, 1);
    loss = squared_error(tape, loss, tape.constant(reference.view()));
  }
  tape.set_loss(loss);
  tape.forward();
  tape.backward();
  std::vector<std::vector<double>> analytic;
  analytic.reserve(variables.size());
  for (const Id id : variables) analytic.emplace_back(tape.gradient(id).begin(), tape.gradient(id).end());

  // What rounding of the loss itself leaves in a difference quotient: a few units in its last place.
  const double rounding = 8 * std::numeric_limits<double>::epsilon() * std::abs(tape.value(loss)[0]) / options.epsilon;
  const auto value_at = [&](double& element, double value) {
    const double before = element;
    element = value;
    tape.forward();
    element = before;
    return tape.value(loss)[0];
  };
  GradcheckResult result;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    const std::span<double> x = tape.value(variables[v]);
    const Index count = static_cast<Index>(x.size()), tried = std::min(count, options.most);
    for (Index k = 0; k < tried; ++k) {
      const Index i = count * k / tried;
      double& element = x[static_cast<std::size_t>(i)];
      const double numeric =
          (value_at(element, element + options.epsilon) - value_at(element, element - options.epsilon)) /
          (2 * options.epsilon);
      const double found = analytic[v][static_cast<std::size_t>(i)];
      const double error =
          std::abs(found - numeric) / (options.absolute + rounding + options.relative * std::abs(numeric));
      if (!std::isnan(result.worst) && !(error <= result.worst))
        result = {false, error, v, i, found, numeric};  // also when not a number
    }
  }
  result.passed = result.worst <= 1;
  return result;
}

}  // namespace impasto::inline v0_1
