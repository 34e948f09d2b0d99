// The pooling that a convolution kernel can do on its way out.
#pragma once

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// 2 x 2 windows, 2 apart, all inside the map; or none.
enum class Pool { none, max, average };

}  // namespace impasto::IMPASTO_ABI
