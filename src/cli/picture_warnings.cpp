#include "cli/picture_warnings.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/text.h"

namespace impasto::cli {

std::vector<std::string> picture_warnings(const std::filesystem::path& file, const Image& image) {
  std::vector<std::string> sentences = image.metadata().warnings;
  for (std::string& sentence : sentences) {
    if (sentence.find(file.string()) == std::string::npos) sentence.insert(0, file.string() + ": ");
  }
  return sentences;
}

void print_lines(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) std::fprintf(stderr, "%s\n", printable(sentence).c_str());
}

}  // namespace impasto::cli
