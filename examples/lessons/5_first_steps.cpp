// Lesson 5: what the first steps do to a picture. docs/LESSONS/5-the-first-steps.md
#include <cmath>
#include <cstdio>

#include "impasto/impasto.h"

// A light disc on a dark ground.
impasto::Image disc() {
  impasto::Image image(64, 64);
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x)
      for (int c = 0; c < 3; ++c) image.at(x, y, c) = std::hypot(x - 32, y - 32) < 18 ? 0.8F : 0.3F;
  return image;
}

// Slanting stripes of orange and blue.
impasto::Image stripes() {
  impasto::Image image(64, 64);
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x) {
      const auto wave = static_cast<float>(0.5 + 0.5 * std::sin(0.8 * x + 0.4 * y));
      image.at(x, y, 0) = wave;
      image.at(x, y, 1) = 0.45F;
      image.at(x, y, 2) = 1 - wave;
    }
  return image;
}

// How far two pictures are apart, in grey levels of 255: the root of the mean square.
double apart(const impasto::Image& a, const impasto::Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) sum += std::pow(a.pixels()[i] - b.pixels()[i], 2);
  return 255 * std::sqrt(sum / static_cast<double>(a.pixels().size()));
}

int main() {
  const impasto::Weights weights = impasto::Weights::formula();
  impasto::Options options = impasto::preset("default", weights);
  options.size = 64;
  options.scale_count = 1;
  options.scale_sizes = {};
  options.colour = impasto::ColourMode::style;
  options.start = impasto::Start::content;
  options.noise_amplitude = 0;
  options.optimiser = impasto::OptimiserKind::adam;
  options.average = 0;
  options.iterations = {32};
  impasto::Stylizer stylizer(disc(), stripes(), weights, options, impasto::Context(1));
  const impasto::Image start = stylizer.image();
  impasto::Image before = start;
  std::printf("step  content  style  moved in the step  from the start\n");
  while (!stylizer.finished()) {
    const impasto::Step step = stylizer.step();
    const impasto::Image now = stylizer.image();
    if ((step.step & (step.step - 1)) == 0)
      std::printf("%4d  %7.2f  %5.1f  %17.1f  %14.1f\n", step.step, step.losses.content, step.losses.style,
                  apart(now, before), apart(now, start));
    before = now;
  }
}
