#include "kernel/convolution_choice.h"

#include <string>

#include "base/check.h"
#include "kernel/oriented/oriented_chain.h"
#include "kernel/winograd/winograd.h"

namespace impasto::IMPASTO_ABI {
namespace {

bool is_3x3(const Shape& w) { return w.rank() == 4 && w[0] == 3 && w[1] == 3; }

std::string without_kernels(const Context& context) {
  return text("there are no such kernels for ", to_string(context.target()));
}

// Why Winograd's algorithm cannot compute it; empty if it can.
std::string against_winograd(const Context& context, const ConvolutionFacts& facts) {
  if (!facts.is_float) return "double is computed plainly";
  if (context.convolution() == Convolution::im2col) return "im2col was asked for";
  if (!WinogradConv::available(context)) return without_kernels(context);
  if (!is_3x3(facts.w)) return text("the weights are ", facts.w, ", and only 3 x 3 have the algorithm");
  if (facts.padding == Padding::valid) return "the padding is valid: nothing stands beyond the edges";
  if (facts.weights_take_gradient) return "the weights take a gradient";
  return "";
}

// Why two convolutions cannot be one op; empty if they can.
std::string against_pair(const ConvolutionFacts& facts) {
  constexpr Index kMostChannels = 128;  // in both maps, so that both filters stay in L2
  constexpr Index kPicture = 4;
  if (facts.second.rank() == 0) return "no second convolution follows";
  if (facts.x[2] > kPicture) return text("the map has ", facts.x[2], " channels, more than a picture");
  if (!is_3x3(facts.second)) return text("the second weights are ", facts.second);
  if (facts.x[0] < 2 || facts.x[1] < 2) return "the map is a line";
  if (facts.w[3] > kMostChannels || facts.second[3] > kMostChannels) return "the filters are too many for L2";
  return "";
}

// Why filters that are turned copies cannot be used as such; empty if they can.
std::string against_oriented(const Context& context, const ConvolutionFacts& facts) {
  if (!facts.is_oriented) return "the filters are not turned copies of few";
  if (!facts.is_float) return "double is computed plainly";
  if (context.convolution() != Convolution::automatic) return text(to_string(context.convolution()), " was asked for");
  if (facts.padding != Padding::replicate) return "the padding is not replicate";
  if (facts.pool == Pooling::max) return "pooling is the maximum";
  if (!OrientedChain::available(context)) return without_kernels(context);
  return "";
}

}  // namespace

ConvolutionChoice choose_convolution(const Context& context, const ConvolutionFacts& facts) {
  const std::string not_oriented = against_oriented(context, facts);
  if (not_oriented.empty())
    return {ConvolutionAlgorithm::oriented, "the filters are turned copies of few; maps stay in L2"};
  // Without weights it was asked only whether the fast form runs; each convolution of the plain form asks for itself.
  if (facts.is_oriented && facts.w.rank() == 0) return {ConvolutionAlgorithm::im2col, not_oriented};
  const std::string not_winograd = against_winograd(context, facts);
  if (!not_winograd.empty()) return {ConvolutionAlgorithm::im2col, not_winograd};
  const std::string not_pair = against_pair(facts);
  if (not_pair.empty())
    return {ConvolutionAlgorithm::pair, "two 3 x 3 convolutions of a picture, the map between them stays in L2"};
  return {ConvolutionAlgorithm::winograd, "3 x 3 weights without a gradient take 5 times fewer products"};
}

}  // namespace impasto::IMPASTO_ABI
