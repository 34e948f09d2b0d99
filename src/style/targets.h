// What a painting is compared with: the content's maps and the statistics of the styles, as plain numbers.
#pragma once

#include <vector>

#include "style/scene.h"
#include "style/statistics.h"
#include "style/style_sums.h"

namespace impasto::IMPASTO_ABI {

/// Thread safety: a plain value, moved and not copied.
template <class T>
struct Targets {
  std::vector<std::vector<Tensor<T>>> content;   ///< by window and content layer: the core's map; or none
  std::vector<double> content_factors;           ///< by content layer: what makes its squared errors a loss
  std::vector<std::vector<StyleTarget>> styles;  ///< by style layer and region
};

/// Throws Error(input) for a picture, or a style's, that shrinks to less than a layer needs.
template <class T>
void check_size(const Compared<T>& compared, const Shape& picture);
template <class T>
void check_style_size(const Compared<T>& compared, const Shape& style);

/// Runs the network over the content, window by window, and over every style, in windows of options.region_size. Unless
/// `keeps_content`, the content's maps are not kept. Throws Error(input) as Vgg::read, and for a style that is too
/// small.
template <class T>
Targets<T> measure_targets(const Compared<T>& compared, const Scene<T>& scene, const std::vector<Window>& windows,
                           bool keeps_content, const Context& context);

}  // namespace impasto::IMPASTO_ABI
