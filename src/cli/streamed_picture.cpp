#include "cli/streamed_picture.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/stylise.h"

namespace impasto::cli {
namespace {

std::vector<std::uint8_t> read_stdin() {
  const std::size_t most = available_memory() / 2;  // the picture takes the other half
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 1 << 16> block;
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), stdin)) {
    if (bytes.size() + count > most)
      throw Error(ErrorCode::io, "more than " + memory_text(most) +
                                     ", half of the free memory, came through stdin; choose a smaller picture");
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
  if (std::ferror(stdin) != 0)
    throw Error(ErrorCode::io, "reading stdin failed (" + std::generic_category().message(errno) + ")");
  return bytes;
}

// A file name for the encoder, which goes by its ending.
std::string name_of(const std::filesystem::path& file) {
  const std::string word = file.string();
  return "stdout." + (word == "-" ? "jpg" : word.substr(0, word.size() - 2));
}

}  // namespace

bool is_standard_stream(const std::filesystem::path& file) {
  return file == "-" || file == "png:-" || file == "jpg:-" || file == "jpeg:-";
}

Image load_picture(const std::filesystem::path& file, const DecodeOptions& options) {
  if (file != "-") return load_image(file, options);
  if (isatty(STDIN_FILENO) != 0)
    throw Error(ErrorCode::usage, "a picture is to come through stdin, which is a terminal; pipe a file into it");
  return decode_image(read_stdin(), "picture from stdin", options);
}

void check_streamed_output(const std::filesystem::path& file, const EncodeOptions& options) {
  encode_image(Image(1, 1), name_of(file), options);
  if (isatty(STDOUT_FILENO) != 0)
    throw Error(ErrorCode::usage, "the painting is to go to stdout, which is a terminal; pipe it on or name a file");
}

void stream_picture(const Image& image, const std::filesystem::path& file, const EncodeOptions& options,
                    std::vector<std::string>* warnings) {
  const std::vector<std::uint8_t> bytes = encode_image(image, name_of(file), options, warnings);
  errno = 0;
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0) return;
  const int code = errno;
  std::clearerr(stdout);
  throw Error(ErrorCode::io,
              "the painting could not be written to stdout (" + std::generic_category().message(code) + ")");
}

}  // namespace impasto::cli
