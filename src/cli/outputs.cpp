#include "cli/outputs.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/folder.h"
#include "cli/log.h"
#include "cli/snapshots.h"
#include "cli/streamed_picture.h"
#include "cli/text.h"
#include "impasto/checkpoint.h"
#include "impasto/error.h"
#include "impasto/npy.h"
#include "impasto/option_fields.h"
#include "impasto/text_file.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "output";
constexpr const char* kPainting = "painting.jpg";

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code failure;
  if (fs::equivalent(a, b, failure)) return true;
  // Neither need exist yet.
  const auto plain = [](const fs::path& file) {
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(follow_links(file), ignored), ignored);
  };
  const fs::path plain_a = plain(a);
  return !plain_a.empty() && plain_a == plain(b);
}

void check_painting(const fs::path& file, const EncodeOptions& encode) {
  if (has_ending(file, ".npy")) return check_npy_output(file);
  if (is_standard_stream(file)) return check_streamed_output(file, encode);
  try {
    check_image_output(file, encode);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    throw Error(error.code(), std::string(error.what()) + ", or in .npy for the exact values");
  }
}

// `file` in a folder that is there, or can be made in one that is.
void check_below_made_folder(const fs::path& file, const EncodeOptions& encode) {
  std::error_code failure;
  const bool exists = fs::exists(fs::status(folder_of(file), failure));
  try {
    check_image_output(file, encode);
  } catch (const Error& error) {
    if (exists || error.code() == ErrorCode::usage) throw;
    check_text_output(folder_of(file));
  }
}

// A log is opened where it lies: what is there need only be writable, whatever its folder takes.
void check_log(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_regular_file(fs::status(file, failure))) return check_text_output(file);
  if (!std::ofstream(file, std::ios::binary | std::ios::app)) {
    throw Error(ErrorCode::io, "the log " + quoted(file) +
                                   " exists and cannot be overwritten; make it writable or choose another name");
  }
}

void check_report(const fs::path& file) {
  if (!has_ending(file, ".html") && !has_ending(file, ".htm")) {
    throw Error(ErrorCode::usage, "the report " + quoted(file) + " does not end in .html; choose such a name");
  }
  encode_image(Image(1, 1), "report.jpg");  // its pictures: a build without JPEG says so now
  check_text_output(file);
}

// Where a painting goes when its own place refuses: folders that are likely to be there, and to take it.
std::vector<fs::path> other_folders(const fs::path& content) {
  std::vector<fs::path> folders = {folder_of(content)};
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') folders.emplace_back(home);
  std::error_code failure;
  const fs::path temporary = fs::temp_directory_path(failure);
  if (!failure) folders.push_back(temporary);
  return folders;
}

// `file`'s name in `folder`, with a number if there is such a file: nothing is replaced that was not named.
fs::path free_name(const fs::path& folder, const fs::path& file) {
  std::error_code failure;
  fs::path name = folder / file.filename();
  for (int number = 2; fs::exists(fs::symlink_status(name, failure)); ++number) {
    name = folder / file.stem();
    name += "-" + std::to_string(number);
    name += file.extension();
  }
  return name;
}

// --save-preset: the settings of the run, with the first step.
class PresetCopy : public RunObserver {
 public:
  explicit PresetCopy(const fs::path& file) : file_(file) {}
  void step(const Stylizer& stylizer, const Step& step) override {
    if (step.step == 1) save_preset(stylizer.options(), file_);
  }

 private:
  fs::path file_;
};

}  // namespace

Outputs::Outputs(const StyliseRequest& request, const fs::path& weights)
    : inputs_{{request.content, "the content picture"}},
      painting_(request.output.value_or(fs::path(kFolder) / kPainting)),
      make_painting_folder_(!request.output),
      preview_(request.preview),
      snapshots_(request.snapshots),
      log_(request.log),
      report_(request.report),
      preset_(request.preset_copy),
      checkpoint_(request.checkpoint) {
  const char* style = request.styles.size() == 1 ? "the style picture" : "a style picture";
  for (const StyleFile& one : request.styles) inputs_.push_back({one.file, style});
  for (const fs::path& mask : request.style_masks) inputs_.push_back({mask, "a mask"});
  for (const auto& mask : {request.content_mask, request.protect, request.smooth}) {
    if (mask) inputs_.push_back({*mask, "a mask"});
  }
  if (request.start_file) inputs_.push_back({*request.start_file, "the start of --init"});
  if (!weights.empty()) inputs_.push_back({weights, "the weights"});
  if (has_ending(request.preset, ".json")) inputs_.push_back({request.preset, "the preset"});
  if (!snapshots_ && request.preset == "tutorial") snapshots_ = kFolder;
  if (snapshots_ && has_ending(*snapshots_, ".webp")) animation_.swap(snapshots_);
}

void Outputs::guard(const char* option, const fs::path& output, const std::vector<Kept>& kept) const {
  if (is_standard_stream(output)) return;
  for (const Kept& one : kept) {
    if (!same_file(output, one.file)) continue;
    throw Error(ErrorCode::usage, std::string(option) + " would write over " + quoted(output) + ", " + one.what +
                                      "; choose another name");
  }
}

void Outputs::guard_snapshots(int epochs, std::vector<Kept> kept) const {
  // The painting may be one of them: it is written last.
  std::erase_if(kept, [&](const Kept& one) { return one.file == painting_; });
  for (const Kept& one : kept) {
    const bool named_so = Snapshots::is_name(one.file.filename().string(), epochs);
    if (named_so && same_file(folder_of(one.file), *snapshots_)) guard("--snapshots", one.file, {one});
  }
  // By links a file may have more names than the one that was given.
  for (const std::string& name : names_in_folder(*snapshots_)) {
    if (Snapshots::is_name(name, epochs)) guard("--snapshots", *snapshots_ / name, kept);
  }
}

void Outputs::check(int epochs, const EncodeOptions& encode) const {
  guard("--output", painting_, inputs_);
  std::vector<Kept> kept = inputs_;
  kept.push_back({painting_, "the painting"});
  const auto guard_new = [&](const char* option, const std::optional<fs::path>& file) {
    if (!file) return;
    guard(option, *file, kept);
    kept.push_back({*file, std::string("the file of ") + option});
  };
  guard_new("--log", log_);
  guard_new("--report", report_);
  guard_new("--preview", preview_);
  guard_new("--snapshots", animation_);
  guard_new("--save-preset", preset_);
  guard_new("--checkpoint", checkpoint_);
  if (snapshots_) guard_snapshots(epochs, kept);

  if (make_painting_folder_) {
    check_below_made_folder(painting_, encode);
  } else {
    check_painting(painting_, encode);
  }
  if (snapshots_) check_below_made_folder(Snapshots::file(*snapshots_, 1), passing(encode));
  if (animation_) check_image_output(*animation_);
  if (preview_) check_image_output(*preview_, passing(encode));
  if (log_) check_log(*log_);
  if (report_) check_report(*report_);
  if (preset_) check_preset_output(*preset_);
  if (checkpoint_) check_checkpoint_output(*checkpoint_);
}

void Outputs::check_size(int width, int height) const {
  check_image_fits(painting_, width, height);
  if (preview_) check_image_fits(*preview_, width, height);
  if (snapshots_) check_image_fits(Snapshots::file(*snapshots_, 1), width, height);
  if (animation_) check_image_fits(*animation_, width, height);
}

void Outputs::add_to(RunObservers& observers) const {
  if (preset_) observers.add<PresetCopy>("--save-preset", *preset_);
  if (log_) observers.add<LossLog>("--log", *log_);
  if (preview_) observers.add<Preview>("--preview", *preview_);
  if (snapshots_) observers.add<Snapshots>("--snapshots", *snapshots_);
  if (animation_) observers.add<Animation>("--snapshots", *animation_);
}

std::vector<std::string> Outputs::save_as(const fs::path& file, const Result& result,
                                          const EncodeOptions& encode) const {
  std::vector<std::string> warnings;
  if (has_ending(file, ".npy")) {
    const std::array<std::size_t, 3> shape = {static_cast<std::size_t>(result.image.height()),
                                              static_cast<std::size_t>(result.image.width()), 3};
    save_npy(result.values, shape, file);
  } else if (is_standard_stream(file)) {
    stream_picture(result.image, file, encode, &warnings);
  } else {
    save_image(result.image, file, encode, &warnings);
  }
  return warnings;
}

std::vector<std::string> Outputs::save_painting(const Result& result, const EncodeOptions& encode, Failures& failures) {
  try {
    if (make_painting_folder_) make_folder(kFolder);
    return save_as(painting_, result, encode);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) throw;
    for (const fs::path& folder : other_folders(inputs_.front().file)) {
      try {
        const fs::path file = free_name(folder, is_standard_stream(painting_) ? fs::path(kPainting) : painting_);
        std::vector<std::string> warnings = save_as(file, result, encode);
        painting_ = file;
        failures.add(std::string(error.what()) + "; the painting is in " + quoted(file) + " instead");
        return warnings;
      } catch (const Error&) {
      }
    }
    throw;
  }
}

}  // namespace impasto::cli
