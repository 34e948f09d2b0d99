// A throw-away tape over a part of a picture that does not change.
#pragma once

#include <span>

#include "autodiff/tape.h"
#include "base/say.h"
#include "tensor/cropped.h"

namespace impasto::IMPASTO_ABI {

/// A picture's pixels at an area: the picture itself where that is all of it, else a copy in `kept`.
template <class T>
View<const T> pixels_at(const Tensor<T>& picture, const Area& area, Tensor<T>& kept, const Context& context) {
  if (area == whole_area(picture.shape())) return picture.view();
  kept = cropped(picture, area, context);
  return kept.view();
}

/// Asks the context after every op whether to stop.
template <class T>
void run_forward(Tape<T>& tape, const Context& context) {
  tape.set_observer([&](Id, Sight, std::span<const T>) { stop_if_asked(context); });
  tape.forward();
}

}  // namespace impasto::IMPASTO_ABI
