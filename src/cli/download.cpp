#include "cli/download.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/curl.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

std::uint64_t size_of(const fs::path& file) {
  std::error_code failure;
  const std::uintmax_t size = fs::file_size(file, failure);
  return failure ? 0 : size;
}

// "model.safetensors  45% [####----]  259 of 575 MB  12 MB/s  0:26 left", on a terminal only.
class Bar {
 public:
  explicit Bar(const Download& download)
      : download_(download),
        drawn_(!download.quiet && is_terminal(stderr)),
        utf8_(locale_is_utf8()),
        start_(Clock::now()) {}
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  ~Bar() {
    if (columns_ > 0) std::fputc('\n', stderr);
  }

  void show(std::uint64_t had, std::uint64_t has) {
    if (!drawn_) return;
    constexpr std::size_t kBar = 24;
    const double seconds = std::max(std::chrono::duration<double>(Clock::now() - start_).count(), 1e-3);
    const double rate = static_cast<double>(has - std::min(had, has)) / seconds;
    std::string line = memory_text(has);
    if (download_.bytes > 0) {
      const double total = static_cast<double>(download_.bytes);
      const double fraction = std::min(static_cast<double>(has) / total, 1.0);
      line = std::to_string(static_cast<int>(fraction * 100)) + "% [" + bar_text(fraction, kBar, utf8_) + "] " + line +
             " of " + memory_text(download_.bytes);
      if (rate > 0) line += "  " + clock_text((1 - fraction) * total / rate) + " left";
    }
    line += "  " + memory_text(static_cast<std::uint64_t>(rate)) + "/s";
    const std::size_t blanks = columns_ > line.size() ? columns_ - line.size() : 0;
    std::fprintf(stderr, "\r%s%s", line.c_str(), std::string(blanks, ' ').c_str());
    std::fflush(stderr);
    columns_ = line.size();
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Download& download_;
  bool drawn_;
  bool utf8_;
  Clock::time_point start_;
  std::size_t columns_ = 0;  // drawn so far, in bytes, which are at least as many
};

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::io, sentence); }

[[noreturn]] void explain(const CurlResult& result, const Download& download, const fs::path& part) {
  const std::string why =
      result.message.empty() ? "curl ended with code " + std::to_string(result.code) : "curl says: " + result.message;
  if (result.code == kCurlHttpError) refuse("the server refused " + download.address + ": " + why);
  if (result.code == kCurlWriteError) {
    refuse("the disk refused " + quoted(part) + ", is it full? What is there stays, and the next run goes on: " + why);
  }
  const std::uint64_t has = size_of(part);
  refuse((has > 0 ? "the download of " + download.address + " broke off after " + memory_text(has) +
                        "; run the same again to go on from there: "
                  : "nothing came from " + download.address + ", is there a network? ") +
         why);
}

}  // namespace

void fetch(const Download& download) {
  std::error_code failure;
  if (fs::exists(download.file, failure)) return;
  const fs::path part = download.file.string() + ".part";
  for (bool again = true;;) {
    const std::uint64_t had = size_of(part);
    if (had > 0 && !download.quiet) std::fprintf(stderr, "going on after %s\n", memory_text(had).c_str());
    CurlResult result;
    {
      Bar bar(download);
      result = run_curl(download.address, part, [&] { bar.show(had, size_of(part)); });
    }
    if (!result.found) refuse("the program curl, which downloads, is not on the PATH: install it (apt install curl)");
    if (result.code == 0) break;
    const bool cannot_go_on = result.code == kCurlRangeError || result.code == kCurlBadResume;
    if (!cannot_go_on || !again) explain(result, download, part);
    again = false;  // the server has no ranges, or less than is here: from the start, once
    fs::remove(part, failure);
  }
  fs::rename(part, download.file, failure);
  if (failure) refuse(quoted(part) + " cannot become " + quoted(download.file) + ": " + failure.message());
}

}  // namespace impasto::cli
