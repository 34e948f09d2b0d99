#include "cli/log.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <system_error>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

// Enough to read back the same float.
constexpr int kDigits = 9;

}  // namespace

// A run that goes on keeps the rows of the steps before; what was written of later ones is painted again.
void LossLog::open_at(int step) {
  if (step > 1) {
    std::ifstream old(file_, std::ios::binary);
    for (std::string row; std::getline(old, row) && !old.eof() && std::atoi(row.c_str()) < step;)
      whole_ += row.size() + 1;  // the head counts as step 0
  }
  if (whole_ == 0) return out_.open(file_, std::ios::binary | std::ios::trunc);
  std::error_code ignored;  // what cannot be cut cannot be written to either
  std::filesystem::resize_file(file_, whole_, ignored);
  out_.open(file_, std::ios::binary | std::ios::app);
}

void LossLog::step(const Stylizer& stylizer, const Step& step) {
  if (!out_.is_open()) open_at(step.step);
  std::string head = "step,epoch,loss,content,style,tv,seconds,scale,width,height,evaluations";
  std::string line = std::to_string(step.step);
  line += ',';
  line += std::to_string(step.epoch);
  for (const double value : {step.losses.total, step.losses.content, step.losses.style, step.losses.tv, step.seconds}) {
    line += ',';
    line += number_text(value, kDigits);
  }
  for (const int value : {step.scale, step.width, step.height, step.evaluations}) {
    line += ',';
    line += std::to_string(value);
  }
  for (const LayerLoss& layer : stylizer.layer_losses()) {
    head += (layer.is_style ? ",style:" : ",content:") + layer.layer;
    line += ',';
    line += number_text(layer.loss, kDigits);
  }
  write((whole_ == 0 ? head + "\n" : "") + line + "\n");
}

void LossLog::write(const std::string& line) {
  out_ << line << std::flush;
  if (out_) {
    whole_ += line.size();
    return;
  }
  out_.close();  // else what it still holds would follow later
  std::error_code ignored;
  std::filesystem::resize_file(file_, whole_, ignored);
  throw Error(ErrorCode::io, "the log " + quoted(file_) + " could not be written; is the disk full?");
}

}  // namespace impasto::cli
