#include "cli/fetch_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "cli/download.h"
#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/folder.h"
#include "cli/official_weights.h"
#include "cli/stylise_options.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMirror = "IMPASTO_WEIGHTS_URL";
constexpr std::size_t kMd5Digits = 32;
constexpr std::size_t kSha256Digits = 64;
// Of the imported file, all 16 convolutions in float32, with room for its header.
constexpr std::uint64_t kImportedBytes = 80'200'000;

std::string parse_sha256(const std::string& text) {
  std::string lower = text;
  bool digits = lower.size() == kSha256Digits;
  for (char& c : lower) {
    const auto letter = static_cast<unsigned char>(c);
    digits = digits && std::isxdigit(letter) != 0;
    c = static_cast<char>(std::tolower(letter));
  }
  if (!digits) throw Error(ErrorCode::usage, "--sha256 is '" + text + "', wanted 64 hexadecimal digits");
  return lower;
}

// A mirror's: a folder that holds the file, or, when it ends like a file of weights, the file.
std::string address_at(std::string address, const OfficialWeights& official) {
  const std::string scheme = address.substr(0, address.find("://"));
  if (scheme != "https" && scheme != "http" && scheme != "file") {
    throw Error(ErrorCode::usage, std::string(kMirror) + " is '" + address +
                                      "', wanted an address that begins with https://, http:// or file://");
  }
  for (const char* ending :
       {".h5", ".hdf5", ".keras", ".safetensors", ".npz", ".pth", ".pt", ".pt2", ".onnx", ".mat"}) {
    if (has_ending(address, ending)) return address;
  }
  if (address.back() != '/') address += '/';
  return address + official.file;
}

// One after the other is tried: the official ones, or those of the mirrors that are named. An address may hold blanks;
// the next one begins behind a blank with its scheme.
std::vector<std::string> addresses_of(const OfficialWeights& official) {
  const char* named = std::getenv(kMirror);
  if (named == nullptr || *named == '\0') return official.addresses();
  std::string rest = named;
  std::vector<std::string> addresses;
  while (!rest.empty()) {
    std::size_t end = rest.size();
    for (const char* next : {" https://", " http://", " file://"}) end = std::min(end, rest.find(next));
    if (end != 0) addresses.push_back(address_at(rest.substr(0, end), official));
    rest.erase(0, end + 1);
  }
  return addresses;
}

// Size and checksum as published, or the checksum that was given.
void check(const fs::path& file, const OfficialWeights& official, const FetchRequest& request) {
  std::error_code failure;
  const std::uintmax_t bytes = fs::file_size(file, failure);
  std::string what;
  if (request.sha256.empty() && official.exact && bytes != official.bytes) {
    what = "has " + std::to_string(bytes) + " bytes, and the published file " + std::to_string(official.bytes);
  } else {
    const std::string wanted = request.sha256.empty() ? official.checksum : request.sha256;
    const bool md5 = wanted.size() == kMd5Digits;
    const std::string found = md5 ? md5_of(file) : sha256_of(file);
    if (found == wanted) return;
    what = std::string("has the ") + (md5 ? "MD5 " : "SHA-256 ") + found + ", wanted " + wanted;
  }
  fs::remove(file, failure);
  throw Error(ErrorCode::input, "the download " + what +
                                    ": it is damaged or another file, and was removed; run the same again, or try "
                                    "another mirror");
}

// Throws when the disk of `folder` cannot hold what is to come.
void check_space(const fs::path& folder, std::uint64_t bytes) {
  std::error_code failure;
  const fs::space_info space = fs::space(folder, failure);
  if (!failure && space.available < bytes) {
    throw Error(ErrorCode::io, quoted(folder) + " has " + memory_text(space.available) +
                                   " free, and the weights need " + memory_text(bytes) + " for a while: make room");
  }
}

// Weights that are there already: 0, or a sentence when they are not what was asked for.
int report_present(const fs::path& target, const FetchRequest& request) {
  WeightsSummary summary;
  try {
    summary = inspect_weights(target);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + "; --force fetches it again");
  }
  const bool other = !request.source.empty() && summary.source != official_weights(request.source).source;
  if (other || !summary.problems.empty()) {
    throw Error(ErrorCode::input,
                quoted(target) + " is there, but " +
                    (other ? "holds the weights of " + to_string(summary.source) + ", not of " + request.source
                           : "is not good: " + summary.problems.front()) +
                    "; --force replaces it");
  }
  if (request.quiet) return kExitDone;
  std::printf("%s is there already (%s, %d convolutions); --force fetches it again\n",
              printable(target.string()).c_str(), to_string(summary.source).c_str(), summary.convolutions);
  return kExitDone;
}

// Weights that stylise would find before these.
std::string shadow_of(const fs::path& target, const fs::path& program) {
  if (const std::string named = weights_variable(); !named.empty()) {
    return "the environment variable IMPASTO_WEIGHTS names " + named;
  }
  const fs::path first = usual_weights_file(program);
  std::error_code failure;
  return fs::equivalent(first, target, failure) ? "" : quoted(first) + " is found";
}

// Beside the target, by the mirror's name unless that is the target's own.
fs::path download_file(const std::string& address, const fs::path& target) {
  const std::string name = address.substr(address.rfind('/') + 1);
  return target.parent_path() / (name == target.filename() ? "download-" + name : name);
}

// What to import a mirror's own file as: it may tell what it holds, and then has to be what was asked for.
WeightsSource source_of(const fs::path& file, const OfficialWeights& official) {
  const WeightsSource told = inspect_weights(file).source;
  if (told == WeightsSource::automatic) return official.source;
  if ((told == WeightsSource::torchvision) != (official.source == WeightsSource::torchvision))
    throw Error(ErrorCode::input, "the mirror's file holds the weights of " + to_string(told) + ", not of " +
                                      official.name + "; name the source that it is");
  return WeightsSource::automatic;
}

// From one address, checked; gives the file.
fs::path download_from(const std::string& address, const fs::path& target, const OfficialWeights& official,
                       const FetchRequest& request) {
  Download download{address, download_file(address, target), request.sha256.empty() ? official.bytes : 0,
                    request.quiet};
  check_space(target.parent_path(), download.bytes + kImportedBytes);
  if (!request.quiet) {
    const std::string size = download.bytes > 0 ? " (" + memory_text(download.bytes) + ")" : "";
    std::fprintf(stderr, "fetching %s%s\n", address.c_str(), size.c_str());
  }
  fetch(download);
  check(download.file, official, request);
  return download.file;
}

// From the first address that gives it.
fs::path download_first(const fs::path& target, const OfficialWeights& official, const FetchRequest& request) {
  const std::vector<std::string> addresses = addresses_of(official);
  for (std::size_t i = 0; i + 1 < addresses.size(); ++i) {
    try {
      return download_from(addresses[i], target, official, request);
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", printable(error.what()).c_str());
    }
  }
  return download_from(addresses.back(), target, official, request);
}

void fetch_to(const fs::path& target, const OfficialWeights& official, const FetchRequest& request) {
  if (!checksums_available()) throw Error(ErrorCode::io, "this build has no OpenSSL, so it can check no download");
  make_folder(target.parent_path());
  const fs::path file = download_first(target, official, request);
  const WeightsSource source = request.sha256.empty() ? official.source : source_of(file, official);
  import_weights(file, target, {.source = source});
  std::error_code failure;
  if (!request.keep) fs::remove(file, failure);
}

}  // namespace

void add_fetch_options(CLI::App& command, FetchRequest& request) {
  command
      .add_option_function<std::string>(
          "SOURCE", [&request](const std::string& text) { request.source = official_weights(text).name; },
          "keras (80 MB), torchvision (575 MB), keras-vgg16 (59 MB), torchvision-vgg16 (553 MB)")
      ->type_name("SOURCE")
      ->default_str(official_weights().front().name);
  constexpr const char* kGroup = "Fetching";
  command.add_flag("--keep", request.keep, "keep the downloaded file beside the weights")->group(kGroup);
  command.add_flag("--force", request.force, "replace weights that are there")->group(kGroup);
  add_word(command, kGroup, "--sha256", "SUM", "of a mirror's own file, instead of the published one",
           [&request](const std::string& text) { request.sha256 = parse_sha256(text); });
  command.add_flag("-q,--quiet", request.quiet, "print errors only")->group(kGroup);
}

int fetch_command(const FetchRequest& request, const fs::path& program) {
  const OfficialWeights& official =
      request.source.empty() ? official_weights().front() : official_weights(request.source);
  const fs::path target = users_weights(official.network);
  if (target.empty())
    throw Error(ErrorCode::io, "neither HOME nor XDG_DATA_HOME names a folder for weights; set one of them");
  std::error_code failure;
  if (!request.force && fs::exists(target, failure)) return report_present(target, request);
  try {
    fetch_to(target, official, request);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::usage) throw;
    throw Error(error.code(), std::string(error.what()) + "; " + by_hand(official, target.string()));
  }
  if (request.quiet) return kExitDone;
  std::printf("stylise now paints with %s\n", Weights::load(target).description().c_str());
  if (const std::string shadow = shadow_of(target, program); !shadow.empty()) {
    std::fprintf(stderr, "but %s first; remove it, or name the new ones with --weights\n", shadow.c_str());
  }
  return kExitDone;
}

}  // namespace impasto::cli
