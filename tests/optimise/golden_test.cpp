// L-BFGS against PyTorch's, iteration by iteration: Rosenbrock's function, and the tutorial's loss on a real network.
#include "support/golden.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "impasto/options.h"
#include "optimise/lbfgs.h"
#include "style/objective.h"
#include "support/function_problem.h"
#include "support/golden_targets.h"
#include "support/hash_network.h"
#include "support/scene_of.h"

namespace impasto {
namespace {

using testing::check_close;
using testing::golden_json;
using testing::golden_targets;
using testing::golden_tensor;
using testing::Json;
using testing::number;

TEST_CASE("optimise: L-BFGS follows PyTorch's on Rosenbrock's function in double, point by point") {
  const Json golden = golden_json("golden_lbfgs.json");
  for (const char* name : {"rosenbrock_2", "rosenbrock_10", "rosenbrock_10_long"}) {
    const Json& wanted = golden[name];
    testing::FunctionProblem<double> rosenbrock(wanted["start"].get<std::vector<double>>(),
                                                testing::rosenbrock<double>);
    LbfgsOptions options;
    options.history = wanted["history"].get<int>();
    options.precision = HistoryPrecision::single;
    options.first_decrease = 0;
    Lbfgs<double> lbfgs(options, {static_cast<Index>(rosenbrock.x.size())}, Context(2));
    for (std::size_t i = 0; i < wanted["loss"].size(); ++i) {
      INFO(std::string(name), ", iteration ", i + 1);
      const OptimiserStep step = lbfgs.step(rosenbrock.problem);
      const int expected = wanted["evaluations"][i].get<int>() + (i == 0 ? 1 : 0);
      CHECK(step.evaluations == expected);
      CHECK_FALSE((step.restarted || step.stuck || step.diverged));
      check_close(step.loss, number(wanted["loss"][i]), 1e-8);
      for (std::size_t k = 0; k < rosenbrock.x.size(); ++k) {
        CHECK(std::abs(rosenbrock.x[k] - number(wanted["x"][i][k])) < 1e-8);
      }
    }
  }
}

// Losses after each of ten iterations on the tutorial's loss; `picture` becomes the last one.
template <class T>
std::vector<OptimiserStep> ten_iterations(const Context& context, int steps, std::vector<T>& picture) {
  const auto weights = testing::hash_network(14);
  const Vgg<T> network(weights);
  Options options = preset("tutorial", Weights(weights));
  options.pooling.reset();
  Objective<T> objective(
      network, *weights, options,
      testing::scene_of(golden_tensor<T>("golden_content.npy"), golden_tensor<T>("golden_style.npy")), context);
  objective.prepare();
  const Tensor<T> start = golden_tensor<T>("golden_start.npy");
  std::copy_n(start.data(), start.shape().count(), objective.picture().data());
  const Problem<T> problem{objective.picture(), objective.gradient(), [&] { return objective.evaluate().total; }};
  LbfgsOptions lbfgs_options;
  lbfgs_options.history = golden_json("golden_lbfgs.json")["picture"]["history"].get<int>();
  lbfgs_options.precision = HistoryPrecision::single;
  lbfgs_options.first_decrease = 0;
  Lbfgs<T> lbfgs(lbfgs_options, start.shape(), context);
  std::vector<OptimiserStep> found;
  for (int i = 0; i < steps; ++i) found.push_back(lbfgs.step(problem));
  picture.assign(objective.picture().begin(), objective.picture().end());
  return found;
}

template <class T>
void check_ten_iterations(const Context& context, double tolerance, double later_tolerance, double picture_tolerance) {
  const Json wanted = golden_json("golden_lbfgs.json")["picture"];
  std::vector<T> picture;
  const std::vector<OptimiserStep> steps = ten_iterations<T>(context, testing::kGoldenSteps, picture);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO("iteration ", i + 1, " in ", sizeof(T), " bytes on ", to_string(context.target()));
    CHECK(steps[i].evaluations == wanted["evaluations"][i].get<int>() + (i == 0 ? 1 : 0));
    check_close(steps[i].loss, number(wanted["loss"][i]), i < 5 ? tolerance : later_tolerance);
  }
  if (testing::kGoldenSteps < 10) return;
  const NpyArray last = decode_npy(testing::golden_bytes("golden_lbfgs.npy"), "golden_lbfgs.npy");
  CHECK(testing::worst_difference<T>(picture, last.values) < picture_tolerance);
}

TEST_CASE("optimise: ten iterations of L-BFGS on the tutorial's loss follow PyTorch's to 1e-8 in double") {
  check_ten_iterations<double>(Context(2), 1e-8, 1e-8, 1e-6);
}

// A float's loss is off by 1e-6; ten searches make 1e-5 to 3e-3 of that, by which decisions of ReLU and pooling turn.
TEST_CASE("optimise: the same in float to 1e-3 of the loss, and to 1e-2 from the sixth on, on every target") {
  for (const SimdTarget target : golden_targets()) check_ten_iterations<float>(Context(2, target), 1e-3, 1e-2, 0.5);
}

}  // namespace
}  // namespace impasto
