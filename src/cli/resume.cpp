#include "cli/resume.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/option_fields.h"

namespace impasto::cli {
namespace {

// Settings that shape the loss or the steps, not only the start or how long it goes on.
bool counts_for_steps(const OptionField& field) {
  static const std::set<std::string> kOthers = {"init", "init-noise", "noise", "seed", "iterations", "steps-per-epoch"};
  return field.group != "Files" && kOthers.count(field.name) == 0;
}

std::vector<std::string> differences(const Options& a, const Options& b) {
  std::vector<std::string> names;
  for (const OptionField& field : option_fields()) {
    if (counts_for_steps(field) && field.get(a) != field.get(b)) names.push_back("--" + field.name);
  }
  return names;
}

std::vector<int> with_more(const CheckpointInfo& info, int more) {
  std::vector<int> iterations;
  iterations.reserve(static_cast<std::size_t>(info.scales));
  for (int scale = 0; scale < info.scales; ++scale) iterations.push_back(iterations_at(info.options, scale));
  iterations.back() += more;
  return iterations;
}

// The picture alone, at the painting's full size.
void start_from_picture(const std::filesystem::path& checkpoint, const Image& content, int iterations,
                        Options& options) {
  const NpyArray picture = checkpoint_picture(checkpoint);
  const std::vector<float> values(picture.values.begin(), picture.values.end());
  const PaintingSize size = painting_size(content, options);
  const Image image = denormalise(values, static_cast<int>(picture.shape[1]), static_cast<int>(picture.shape[0]));
  const bool fits = image.width() == size.width && image.height() == size.height;
  options.start = Start::values;
  options.start_values = fits ? values : normalise(resize(image, size.width, size.height, options.resize));
  options.noise_amplitude = 0;
  options.scale_sizes.clear();
  options.scale_count = 1;
  options.iterations = {iterations};
}

}  // namespace

std::optional<Resumed> take_up(const StyliseRequest& request, const Image& content, Options& options) {
  if (!request.resume) return std::nullopt;
  const CheckpointInfo info = read_checkpoint(*request.resume);
  Resumed resumed{
      .checkpoint = *request.resume, .is_exact = false, .steps_done = info.steps_done, .how = {}, .note = {}};
  resumed.how.force = request.force;
  const std::string from = "going on from " + quoted(*request.resume) + ", step " + std::to_string(info.steps_done);
  const std::vector<std::string> different = differences(info.options, options);
  resumed.is_exact = different.empty();
  if (!resumed.is_exact) {
    const int last = iterations_at(options, static_cast<int>(painting_sizes(content, options).size()) - 1);
    start_from_picture(*request.resume, content, request.more_iterations.value_or(last), options);
    resumed.note = from + ": its picture alone, for " + joined(different, ", ", " and ") +
                   (different.size() == 1 ? " is" : " are") + " not what it was";
    return resumed;
  }
  if (request.more_iterations) options.iterations = with_more(info, *request.more_iterations);
  if (options.iterations != info.options.iterations) resumed.how.iterations = options.iterations;
  const bool has_more = iterations_at(options, info.scales - 1) > iterations_at(info.options, info.scales - 1);
  resumed.note = info.finished && !has_more
                     ? "the painting in " + quoted(*request.resume) + " is finished after " +
                           std::to_string(info.steps_done) + " steps and saved again; --iterations +N goes on with it"
                     : from + " of " + std::to_string(info.steps);
  return resumed;
}

std::vector<std::string> settings_taken_up(const Options& asked_for, const Options& taken_up) {
  std::vector<std::string> words;
  for (const OptionField& field : option_fields()) {
    const std::string text = field.get(taken_up);
    if (!text.empty() && field.name != "init" && text != field.get(asked_for))
      words.push_back("--" + field.name + "=" + text);
  }
  return words;
}

Stylizer make_stylizer(const std::optional<Resumed>& resumed, const Pictures& pictures, const Weights& weights,
                       const Options& options, const Context& context) {
  if (resumed && resumed->is_exact)
    return Stylizer::resume(resumed->checkpoint, pictures, weights, resumed->how, context);
  return {pictures, weights, options, context};
}

}  // namespace impasto::cli
