// Two pictures in, one painting out: minimal CONTENT STYLE PAINTING
#include <iostream>

#include "impasto/impasto.h"

int main(int argc, char** argv) try {
  if (argc != 4) throw impasto::Error(impasto::ErrorCode::usage, "usage: minimal CONTENT STYLE PAINTING");
  const impasto::Weights weights = impasto::Weights::builtin();
  const impasto::Result painting = impasto::stylise(impasto::load_image(argv[1]), impasto::load_image(argv[2]), weights,
                                                    impasto::preset("draft", weights));
  impasto::save_image(painting.image, argv[3]);
} catch (const impasto::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
