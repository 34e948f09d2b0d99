// A loop of your own, as a window with a canvas has it: one step whenever the program is idle, and every few steps the
// picture goes into the canvas' memory, 8-bit BGRA. stepping CONTENT STYLE PAINTING
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <vector>

#include "impasto/impasto.h"

namespace {

struct Canvas {  // what a GUI toolkit would lend
  int width, height;
  std::vector<std::uint8_t> bgra = std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 4);
  int drawn = 0;

  void draw(const impasto::Image& picture) {
    copy_to(picture, {.data = bgra.data(),
                      .width = width,
                      .height = height,
                      .sample = impasto::Sample::u8,
                      .channels = impasto::Channels::bgra});
    ++drawn;
  }
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw impasto::Error(impasto::ErrorCode::usage, "usage: stepping CONTENT STYLE PAINTING");
  const impasto::Weights weights = impasto::Weights::builtin();
  impasto::Options options = impasto::preset("default", weights);
  options.size = 96;
  options.iterations = {12};
  // Another thread count than the machine's cores leaves some to the window.
  impasto::Stylizer stylizer(impasto::load_image(argv[1]), impasto::load_image(argv[2]), weights, options,
                             impasto::Context(1));
  std::cout << stylizer.width() << " x " << stylizer.height() << ", " << (stylizer.planned_bytes() >> 20) << " MiB\n";

  Canvas canvas{.width = stylizer.width(), .height = stylizer.height()};
  while (!stylizer.finished()) {  // on_idle() of a GUI
    const impasto::Step step = stylizer.step();
    if (step.step % 4 != 0) continue;
    canvas.draw(stylizer.image());
    std::cout << "step " << step.step << " of " << step.steps << ": loss " << step.losses.total << '\n';
  }
  impasto::save_image(stylizer.image(), argv[3]);
  std::cout << "drawn " << canvas.drawn << " times\n";
} catch (const impasto::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
