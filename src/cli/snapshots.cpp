#include "cli/snapshots.h"

#include <charconv>
#include <filesystem>
#include <string>

#include "cli/folder.h"

namespace impasto::cli {
namespace {

// Quick enough to be seen as one movement; the end stays to be looked at.
constexpr int kFrameMilliseconds = 250, kLastFrameMilliseconds = 2000;

std::string name_of(int epoch) { return std::to_string(epoch) + ".jpg"; }

}  // namespace

EncodeOptions passing(EncodeOptions encode) {
  encode.bits = 8;
  return encode;
}

void Preview::epoch(EpochPictures& pictures, const Step&) {
  save_image(pictures.as_painted(), file_, passing(pictures.options().encode));
}

std::filesystem::path Snapshots::file(const std::filesystem::path& folder, int epoch) {
  return folder / name_of(epoch);
}

bool Snapshots::is_name(const std::string& name, int epochs) {
  int epoch = 0;
  std::from_chars(name.data(), name.data() + name.size(), epoch);
  return epoch >= 1 && epoch <= epochs && name == name_of(epoch);
}

void Snapshots::step(const Stylizer&, const Step& step) {
  if (step.step == 1) make_folder(folder_);
}

void Snapshots::epoch(EpochPictures& pictures, const Step& step) {
  save_image(pictures.as_painted(), file(folder_, step.epoch), passing(pictures.options().encode));
}

void Animation::epoch(EpochPictures& pictures, const Step&) {
  if (!writer_) writer_.emplace(file_);
  writer_->add(pictures.full_size(), kFrameMilliseconds);
}

void Animation::end(const RunEnd& end) {
  if (!writer_) return;
  writer_->add(end.result.image, kLastFrameMilliseconds);
  writer_->finish();
}

}  // namespace impasto::cli
