#include "cli/saved_words.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/streamed_picture.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDigits = "0123456789abcdef";

std::vector<fs::path> files_of(const StyliseRequest& request) {
  std::vector<fs::path> files = {request.content, request.weights, request.preset};
  for (const StyleFile& style : request.styles) files.push_back(style.file);
  files.insert(files.end(), request.style_masks.begin(), request.style_masks.end());
  for (const auto& file :
       {request.content_mask, request.protect, request.smooth, request.output, request.preview, request.snapshots,
        request.preset_copy, request.log, request.report, request.start_file, request.checkpoint})
    if (file) files.push_back(*file);
  // "formula" and "bold" are words; pipes stay pipes.
  std::erase_if(files, [&](const fs::path& file) {
    std::error_code failure;
    const bool may_be_word = file == request.weights || file == request.preset;
    return file.empty() || is_standard_stream(file) || (may_be_word && !fs::is_regular_file(file, failure));
  });
  return files;
}

// Where the value begins in `a`, `--option=a`, `-oa`.
std::size_t value_begin(const std::string& word) {
  if (word.starts_with("--")) return word.find('=') == std::string::npos ? 0 : word.find('=') + 1;
  return word.starts_with("-o") && word.size() > 2 ? 2 : 0;
}

// A style may have its share behind it: `a:2`.
std::string with_absolute_file(const std::string& word, const std::vector<fs::path>& files) {
  const std::size_t begin = value_begin(word);
  for (const fs::path& file : files) {
    const std::string name = file.string();
    if (word.compare(begin, name.size(), name) != 0) continue;
    const std::string rest = word.substr(begin + name.size());
    if (!rest.empty() && (rest[0] != ':' || rest.find_first_not_of("0123456789.", 1) != std::string::npos)) continue;
    return word.substr(0, begin) + fs::absolute(file).string() + rest;
  }
  return word;
}

// File names may hold any byte, a text of JSON not.
std::string escaped(const std::string& word) {
  std::string text;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != '\\') {
      text += c;
    } else {
      text += '\\';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

std::string unescaped(const std::string& text) {
  const std::string digits = kDigits;
  std::string word;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 2 >= text.size()) {
      word += text[i];
      continue;
    }
    word += static_cast<char>((digits.find(text[i + 1]) << 4 | digits.find(text[i + 2])) & 255);
    i += 2;
  }
  return word;
}

}  // namespace

std::string words_to_save(const StyliseRequest& request, const std::vector<std::string>& settings) {
  // What it was resumed from is no part of what it is.
  std::vector<std::string> words = without_options(request.words, {"--resume"});
  std::erase(words, "--force");
  if (asks_for_iterations(settings)) words = without_options(words, {"--epochs"});
  const std::vector<fs::path> files = files_of(request);
  for (std::string& word : words) word = with_absolute_file(word, files);
  std::string text;
  for (const std::string& word : with_options(words, settings)) text += escaped(word) + ' ';
  return text;
}

bool asks_for_iterations(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.substr(0, word.find('=')) == "--iterations"; });
}

std::vector<std::string> without_options(const std::vector<std::string>& words, const std::vector<std::string>& names) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (std::find(names.begin(), names.end(), words[i].substr(0, equals)) == names.end()) {
      kept.push_back(words[i]);
    } else if (equals == std::string::npos) {
      ++i;
    }
  }
  return kept;
}

std::vector<std::string> with_options(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(std::find(words.begin(), words.end(), "--"), more.begin(), more.end());  // behind it are names alone
  return words;
}

std::vector<std::string> saved_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(unescaped(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return words;
}

}  // namespace impasto::cli
