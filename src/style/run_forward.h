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

/// Asks the context after every op whether to stop, and calls see(id, numbers) with its value, which may be gone later.
template <class T, class See>
void run_forward(Tape<T>& tape, const Context& context, const See& see) {
  tape.set_observer([&](Id id, Sight, std::span<const T> numbers) {
    stop_if_asked(context);
    see(id, numbers);
  });
  tape.forward();
}
template <class T>
void run_forward(Tape<T>& tape, const Context& context) {
  run_forward(tape, context, [](Id, std::span<const T>) {});
}

}  // namespace impasto::IMPASTO_ABI
