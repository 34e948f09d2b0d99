#include "cli/outputs.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/npy.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "output";
constexpr const char* kPainting = "painting.jpg";
// A name no picture of the user's has.
constexpr const char* kProbe = ".impasto-check.png";

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

bool has_ending(const fs::path& file, std::initializer_list<const char*> endings) {
  std::string ending = file.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* known : endings) {
    if (ending == known) return true;
  }
  return false;
}

void check_folder(const fs::path& folder) { check_image_output(folder / kProbe); }

void check_file(const fs::path& file) {
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  if (fs::is_directory(status)) {
    throw Error(ErrorCode::io, quoted(file) + " is a folder; add a file name or choose another name");
  }
  if (!fs::exists(status)) {
    check_folder(folder_of(file));
  } else if (access(file.c_str(), W_OK) != 0) {
    throw Error(ErrorCode::io, quoted(file) + " exists and cannot be overwritten (" +
                                   std::generic_category().message(errno) + "); choose another name");
  }
}

// A folder that is there or can be made in one that is.
void check_makeable(const fs::path& folder) {
  std::error_code failure;
  const fs::file_status status = fs::status(folder, failure);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw Error(ErrorCode::io, quoted(folder) + " is a file, but a folder is wanted; choose another name");
  }
  // "a/b/" has the parent "a/b", which is itself.
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  check_folder(fs::exists(status) ? folder : folder_of(plain));
}

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directory(folder, failure);
  if (failure) throw Error(ErrorCode::io, "folder " + quoted(folder) + " cannot be made: " + failure.message());
}

void check_not_input(const fs::path& painting, const fs::path& input, const char* what) {
  std::error_code failure;
  if (fs::equivalent(painting, input, failure)) {
    throw Error(ErrorCode::usage, "--output " + quoted(painting) + " is the " + what +
                                      " picture, which would be lost; choose another name");
  }
}

}  // namespace

Outputs::Outputs(const StyliseRequest& request)
    : content_(request.content),
      style_(request.style),
      painting_(request.output.value_or(fs::path(kFolder) / kPainting)),
      make_painting_folder_(!request.output),
      snapshots_(request.snapshots),
      log_(request.log) {
  if (!snapshots_ && request.preset == "tutorial") snapshots_ = kFolder;
}

void Outputs::check() const {
  if (!has_ending(painting_, {".jpg", ".jpeg", ".png", ".npy"})) {
    throw Error(ErrorCode::usage,
                "--output " + quoted(painting_) +
                    (painting_.has_extension() ? " has the unknown ending '" + painting_.extension().string() + "'"
                                               : std::string(" has no ending")) +
                    ", wanted .jpg, .jpeg, .png or .npy");
  }
  check_not_input(painting_, content_, "content");
  check_not_input(painting_, style_, "style");
  if (make_painting_folder_) check_makeable(kFolder);
  if (!make_painting_folder_ || fs::exists(folder_of(painting_))) check_file(painting_);
  if (snapshots_) check_makeable(*snapshots_);
  if (log_) check_file(*log_);
}

void Outputs::make_folders() const {
  if (make_painting_folder_) make_folder(kFolder);
  if (snapshots_) make_folder(*snapshots_);
}

void Outputs::save_painting(const Result& result, const EncodeOptions& encode) const {
  if (!has_ending(painting_, {".npy"})) return save_image(result.image, painting_, encode);
  const std::array<std::size_t, 3> shape = {static_cast<std::size_t>(result.image.height()),
                                            static_cast<std::size_t>(result.image.width()), 3};
  save_npy(result.values, shape, painting_);
}

void Outputs::save_snapshot(const Image& image, int epoch, const EncodeOptions& encode) const {
  if (snapshots_) save_image(image, *snapshots_ / (std::to_string(epoch) + ".jpg"), encode);
}

}  // namespace impasto::cli
