// Writes the two sample pictures of this folder. Usage: make_samples FOLDER
#include <exception>
#include <filesystem>
#include <iostream>

#include "impasto/image.h"
#include "pictures.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_samples FOLDER\nWrites content.jpg and style.jpg there.\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    // Asked first: drawing takes seconds.
    if (!std::filesystem::is_directory(folder)) {
      std::cerr << "make_samples: folder '" << folder.string() << "' does not exist; create it or choose another\n";
      return 1;
    }
    const impasto::EncodeOptions options{.jpeg_quality = 90};
    impasto::save_image(samples::content_picture(), folder / "content.jpg", options);
    impasto::save_image(samples::style_picture(), folder / "style.jpg", options);
  } catch (const std::exception& error) {
    std::cerr << "make_samples: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
