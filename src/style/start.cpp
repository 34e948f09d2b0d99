#include "style/start.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/check.h"
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
  for (Index i = 0; i < start.shape().count(); ++i) start[i] = (start[i] + base[static_cast<std::size_t>(i)]) * factor;
  return start;
}

Tensor<float> start_at(const Tensor<float>& start, Index height, Index width, const Context& context) {
  if (start.shape()[0] == height && start.shape()[1] == width) return start.clone();
  Image image(static_cast<int>(start.shape()[1]), static_cast<int>(start.shape()[0]));
  std::copy_n(start.data(), start.shape().count(), image.pixels().begin());
  image = resize_antialiased(image, static_cast<int>(width), static_cast<int>(height));
  Tensor<float> resized({height, width, 3}, context);
  std::copy_n(image.pixels().begin(), resized.shape().count(), resized.data());
  return resized;
}

Tensor<float> start_after(const Tensor<float>& coarse, const Tensor<float>& start, Index height, Index width,
                          const Context& context) {
  Tensor<float> change = start_at(start, coarse.shape()[0], coarse.shape()[1], context);
  for (Index i = 0; i < change.shape().count(); ++i) change[i] = coarse[i] - change[i];
  change = resize_values(change, height, width, context);
  Tensor<float> fine = start_at(start, height, width, context);
  for (Index i = 0; i < fine.shape().count(); ++i) fine[i] += change[i];
  return fine;
}

}  // namespace impasto::IMPASTO_ABI
