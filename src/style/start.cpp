#include "style/start.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/check.h"
#include "base/ranges.h"
#include "image/resize.h"
#include "impasto/image.h"
#include "style/noise.h"

namespace impasto::IMPASTO_ABI {

Tensor<float> make_start(const Tensor<float>& content, const Options& options, const Context& context) {
  Tensor<float> start = make_noise(content.shape(), options.noise, options.noise_amplitude, options.seed, context);
  if (options.start == Start::noise) return start;
  std::span<const float> base = content.values();
  if (options.start == Start::values) {
    require(options.start_values.size() == base.size(), ErrorCode::usage, "the start picture has ",
            options.start_values.size(), " values; wanted ", base.size(), " for a painting of ", content.shape()[1],
            " x ", content.shape()[0], " pixels");
    base = options.start_values;
  }
  const float factor = options.start == Start::blend ? 0.5F : 1.0F;
  for_ranges(context, start.shape().count(), [&, to = start.data(), from = base.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = (to[i] + from[i]) * factor;
  });
  return start;
}

Tensor<float> start_at(const Tensor<float>& start, Index height, Index width, const Context& context) {
  if (start.shape()[0] == height && start.shape()[1] == width) return start.clone();
  Image image(static_cast<int>(start.shape()[1]), static_cast<int>(start.shape()[0]));
  std::copy_n(start.data(), start.shape().count(), image.pixels().begin());
  image = resize(image, static_cast<int>(width), static_cast<int>(height), {.filter = Filter::triangle}, context);
  Tensor<float> resized({height, width, 3}, context);
  std::copy_n(image.pixels().begin(), resized.shape().count(), resized.data());
  return resized;
}

Tensor<float> start_after(const Tensor<float>& coarse, const Tensor<float>& start, Index height, Index width,
                          const Context& context) {
  Tensor<float> change = start_at(start, coarse.shape()[0], coarse.shape()[1], context);
  for_ranges(context, change.shape().count(), [from = coarse.data(), to = change.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = from[i] - to[i];
  });
  change = resize_values(change, height, width, context);
  Tensor<float> fine = start_at(start, height, width, context);
  for_ranges(context, fine.shape().count(), [from = change.data(), to = fine.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] += from[i];
  });
  return fine;
}

}  // namespace impasto::IMPASTO_ABI
