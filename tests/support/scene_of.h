// A scene of one content and one style picture.
#pragma once

#include "style/scene.h"

namespace impasto::testing {

template <class T>
Scene<T> scene_of(const Tensor<T>& content, const Tensor<T>& style) {
  Scene<T> scene;
  scene.content = content.clone();
  scene.styles.push_back({style.clone()});
  return scene;
}

}  // namespace impasto::testing
