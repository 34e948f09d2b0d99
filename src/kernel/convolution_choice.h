// Which algorithm computes a convolution, and why: the one place that decides.
#pragma once

#include <string>

#include "impasto/context.h"
#include "impasto/window.h"
#include "kernel/taps.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// `im2col`: patches times weights (kernel/conv2d.h). `winograd`: F(6 x 6), with ReLU and pooling in the same op
/// (kernel/winograd/winograd.h). `pair`: two of these in one op, the map between them never in memory
/// (kernel/winograd/conv_pair.h). `oriented`: the formula network's filters as turned copies of few
/// (kernel/oriented/oriented_chain.h).
enum class ConvolutionAlgorithm { im2col, winograd, pair, oriented };

/// What decides. Shapes are not checked: those that do not fit each other are left to the plain ops.
struct ConvolutionFacts {
  Shape x;       ///< H x W x C
  Shape w;       ///< kh x kw x C x K
  Shape second;  ///< weights of a convolution right behind it; no axes: there is none
  Padding padding = Padding::zero;
  Pooling pool = Pooling::none;        ///< behind the last of them
  bool is_float = true;                ///< double has plain ops only: it is for checking
  bool weights_take_gradient = false;  ///< or biases
  bool is_oriented = false;            ///< filters are given as turned copies, on maps of one size
};

struct ConvolutionChoice {
  ConvolutionAlgorithm algorithm;
  std::string reason;  ///< "the weights are 5 x 5, wanted 3 x 3": why not a faster one, or why this one
};

ConvolutionChoice choose_convolution(const Context& context, const ConvolutionFacts& facts);

}  // namespace impasto::IMPASTO_ABI
