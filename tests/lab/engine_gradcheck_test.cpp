// The engine's check of itself.
#include <doctest/doctest.h>

#include "impasto/gradcheck.h"
#include "support/error_of.h"

namespace impasto {
namespace {

using testing::contains;
using testing::error_of;

TEST_CASE("lab: every op's gradient is right, in double and through the float kernels") {
  for (const bool in_float : {false, true}) {
    const auto checks = gradcheck_engine("op", Weights::formula(), {.seed = 3, .in_float = in_float}, Context(1));
    CHECK(checks.size() == gradcheck_subjects().size() - 4);  // without all, op, vgg19, loss; gradient_test counts ops
    for (const EngineGradcheck& check : checks) {
      INFO(check.subject, " in ", in_float ? "float" : "double", ": ", check.result.describe());
      CHECK(check.result.passed);
      CHECK(check.result.curve.size() == 8);
    }
  }
}

TEST_CASE("lab: the gradients of the network and of the whole loss are right") {
  for (const char* subject : {"vgg19", "loss"}) {
    for (const bool in_float : {false, true}) {
      const EngineGradcheckOptions options{
          .height = 8, .width = 9, .channels = 3, .in_float = in_float, .epsilons = {1e-3, 1e-6, 1e-7}};
      const auto checks = gradcheck_engine(subject, Weights::formula(), options, Context(1));
      REQUIRE(checks.size() == 1);
      INFO(subject, ": ", checks[0].result.describe());
      CHECK(checks[0].result.passed);
      CHECK(checks[0].shape == "8 x 9 x 3");
    }
  }
}

TEST_CASE("lab: gradcheck refuses names and shapes that mean nothing") {
  const Weights weights = Weights::formula();
  CHECK(contains(error_of(ErrorCode::usage, [&] { gradcheck_engine("conv3d", weights); }), "conv2d_relu"));
  CHECK(contains(error_of(ErrorCode::usage, [&] { gradcheck_engine("relu", weights, {.height = 3}); }), "3 x 0 x 0"));
  CHECK(contains(
      error_of(ErrorCode::usage, [&] { gradcheck_engine("loss", weights, {.height = 9, .width = 9, .channels = 4}); }),
      "H x W x 3"));
}

}  // namespace
}  // namespace impasto
