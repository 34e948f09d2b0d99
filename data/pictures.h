// The two sample pictures. Each call draws the same picture on every run.
#pragma once

#include "impasto/image.h"

namespace samples {

constexpr int kWidth = 900, kHeight = 600;

/// A photograph of a river, a campus and a city that do not exist.
impasto::Image content_picture();
/// An oil painting of an evening that was never seen.
impasto::Image style_picture();

}  // namespace samples
