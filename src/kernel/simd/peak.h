// Multiply-accumulates as fast as an instruction set runs them.
#pragma once

#include "impasto/context.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Runs `rounds` rounds of independent multiply-accumulates in registers, compiled for `target` (for `baseline`: for
/// what the plain architecture has). Returns the floating-point operations done, a multiply-add counting 2.
double run_multiply_adds(SimdTarget target, Index rounds);

}  // namespace impasto::IMPASTO_ABI
