#include "kernel/convolution_choice.h"

#include <doctest/doctest.h>

#include <string>

#include "kernel/winograd/winograd.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

// Two 3 x 3 convolutions of a picture, as VGG19 begins.
ConvolutionFacts first_layers() { return {.x = {30, 40, 3}, .w = {3, 3, 3, 64}, .second = {3, 3, 64, 64}}; }

void expect_choice(const ConvolutionFacts& facts, ConvolutionAlgorithm wanted, const std::string& because,
                   const Context& context = Context(1)) {
  const ConvolutionChoice choice = choose_convolution(context, facts);
  CHECK(choice.algorithm == wanted);
  CHECK_MESSAGE(contains(choice.reason, because), choice.reason);
}

template <class Change>
ConvolutionFacts but(Change change) {
  ConvolutionFacts facts = first_layers();
  change(facts);
  return facts;
}

TEST_CASE("kernel: a convolution's algorithm follows from what is known of it, with a reason") {
  using enum ConvolutionAlgorithm;
  using Facts = ConvolutionFacts;
  if (!WinogradConv::available(Context(1))) return;
  expect_choice(first_layers(), pair, "the map between them");
  expect_choice(but([](Facts& f) { f.second = {}; }), winograd, "fewer products");
  expect_choice(but([](Facts& f) { f.padding = Padding::reflect; }), pair, "");
  expect_choice(but([](Facts& f) { f.x = {30, 40, 64}, f.w = {3, 3, 64, 64}; }), winograd, "");
  expect_choice(but([](Facts& f) { f.second = {3, 3, 64, 256}; }), winograd, "");
  expect_choice(but([](Facts& f) { f.x = {1, 40, 3}; }), winograd, "");
  expect_choice(but([](Facts& f) { f.padding = Padding::valid; }), im2col, "the padding is valid");
  expect_choice(but([](Facts& f) { f.w = {5, 5, 3, 64}; }), im2col, "the weights are 5 x 5 x 3 x 64");
  expect_choice(but([](Facts& f) { f.weights_take_gradient = true; }), im2col, "take a gradient");
  expect_choice(but([](Facts& f) { f.is_float = false; }), im2col, "double");
  expect_choice(first_layers(), im2col, "im2col was asked for", Context(1).with_convolution(Convolution::im2col));
}

TEST_CASE("kernel: filters that are turned copies are used as such where nothing else is asked for") {
  using enum ConvolutionAlgorithm;
  using Facts = ConvolutionFacts;
  const Facts formula{.x = {30, 40, 3}, .padding = Padding::replicate, .pool = Pooling::average, .is_oriented = true};
  if (choose_convolution(Context(1), formula).algorithm != oriented) return;  // no such kernels here
  expect_choice(formula, oriented, "turned copies of few");
  const auto changed = [&](auto change) {
    Facts facts = formula;
    change(facts);
    return facts;
  };
  expect_choice(changed([](Facts& f) { f.padding = Padding::zero; }), im2col, "the padding is not replicate");
  expect_choice(changed([](Facts& f) { f.pool = Pooling::max; }), im2col, "pooling is the maximum");
  expect_choice(changed([](Facts& f) { f.is_float = false; }), im2col, "double");
  expect_choice(formula, im2col, "winograd was asked for", Context(1).with_convolution(Convolution::winograd));
}

TEST_CASE("kernel: where a target has no such kernels the reason names it") {
  expect_choice(first_layers(), ConvolutionAlgorithm::im2col, "no such kernels for baseline",
                Context(1, SimdTarget::baseline));
}

}  // namespace
}  // namespace impasto::testing
