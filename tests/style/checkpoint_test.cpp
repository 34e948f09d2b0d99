// A painting saved and taken up again: the same bits as one that never stopped.
#include "impasto/checkpoint.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "impasto/version.h"
#include "style/checkpoint.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

Image stripes(int width, int height, int period) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        image.at(x, y, c) = 0.1F * static_cast<float>((x * (c + 1) + y * y / 3 + 7 * period) % period);
    }
  }
  return image;
}

struct Job {
  Pictures pictures;
  Weights weights;
  Options options = preset("default", weights);

  explicit Job(const Weights& given = Weights::formula()) : weights(given) {
    pictures.content = stripes(40, 30, 7);
    pictures.styles.push_back({.image = stripes(36, 44, 9), .weight = 1, .mask = {}});
    options.size = 32;
    options.scale_count = 2;
    options.iterations = {5, 6};
    options.lbfgs.history = 3;  // forgotten pairs count, too
  }
  void use_adam() {
    options.optimiser = OptimiserKind::adam;
    options.average = 0.9;
    options.stop_when_flat = 1e-9;
  }
  Stylizer begin(const Context& context = Context(2)) const { return {pictures, weights, options, context}; }
  Stylizer resume(const std::filesystem::path& file, const ResumeOptions& how = {},
                  const Context& context = Context(2)) const {
    return Stylizer::resume(file, pictures, weights, how, context);
  }
};

void take_steps(Stylizer& stylizer, int steps) {
  for (int i = 0; i < steps; ++i) stylizer.step();
}

std::vector<Step> finish(Stylizer& stylizer) {
  std::vector<Step> steps;
  while (!stylizer.finished()) steps.push_back(stylizer.step());
  return steps;
}

// After every number of steps: saved, resumed on another number of threads, finished.
void check_every_step(const Job& job) {
  const TempFolder folder;
  Stylizer whole = job.begin();
  const std::vector<Step> steps = finish(whole);
  const std::vector<float> values = whole.values();
  Stylizer stopped = job.begin(Context(1));
  for (std::size_t k = 0; k < steps.size(); ++k) {
    CAPTURE(k);
    const std::filesystem::path file = folder / "a.checkpoint";
    stopped.save(file);
    Stylizer resumed = job.resume(file, {}, Context(3));
    CHECK(resumed.start_losses().total == (k == 0 ? 0 : whole.start_losses().total));
    CHECK(resumed.values() == stopped.values());
    const std::vector<Step> rest = finish(resumed);
    REQUIRE(rest.size() == steps.size() - k);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const Step &a = rest[i], &b = steps[k + i];
      CHECK(a.step == b.step);
      CHECK(a.steps == b.steps);
      CHECK(a.scale == b.scale);
      CHECK(a.epoch == b.epoch);
      CHECK(a.evaluations == b.evaluations);
      CHECK(a.losses.total == b.losses.total);
      CHECK(a.gradient_norm == b.gradient_norm);
      CHECK(a.change_norm == b.change_norm);
    }
    CHECK(resumed.values() == values);
    stopped.step();
  }
}

// A checkpoint after 7 steps with its metadata or arrays changed.
std::string refusal(const Job& job, const std::function<void(CheckpointFacts&)>& change) {
  const TempFolder folder;
  const std::filesystem::path file = folder / "a.checkpoint";
  Stylizer stylizer = job.begin();
  take_steps(stylizer, 7);
  stylizer.save(file);
  CheckpointFacts facts = CheckpointLoader(file).facts();
  change(facts);
  CheckpointSaver().save(facts, file);
  return error_of(ErrorCode::input, [&] { job.resume(file); });
}

TEST_CASE("checkpoint: L-BFGS goes on after any step, over scales, with the bits of a run that never stopped") {
  check_every_step(Job());
}

TEST_CASE("checkpoint: so it does with a history of floats, of the pixels themselves") {
  Job job;
  job.options.lbfgs.precision = HistoryPrecision::single;
  job.options.lbfgs.variables = LbfgsVariables::pixels;
  check_every_step(job);
}

TEST_CASE("checkpoint: so it does with the built-in network") {
  Job job(Weights::builtin());
  job.options.size = 64;  // of less than 16 pixels its deepest layer sees nothing
  check_every_step(job);
}

TEST_CASE("checkpoint: so does a painting in regions") {
  Job job;
  job.options.region_size = 16;
  check_every_step(job);
}

TEST_CASE("checkpoint: so do Adam, the average of iterates and the stop when flat") {
  Job job;
  job.use_adam();
  check_every_step(job);
}

TEST_CASE("checkpoint: one that is written beside the next steps holds where the painting stood before them") {
  const Job job;
  const TempFolder folder;
  Stylizer whole = job.begin(), saved = job.begin();
  const std::size_t steps = finish(whole).size();
  for (std::size_t k = 0; k < steps; ++k) {
    CAPTURE(k);
    saved.save_beside(folder / "a.checkpoint");
    saved.step();
    saved.finish_save();
    CHECK(read_checkpoint(folder / "a.checkpoint").steps_done == static_cast<int>(k));
    Stylizer resumed = job.resume(folder / "a.checkpoint");
    finish(resumed);
    CHECK(resumed.values() == whole.values());
  }
}

TEST_CASE("checkpoint: beside steps, what the disk refuses is told later; without memory for a copy, at once") {
  const Job job;
  const TempFolder folder;
  const std::filesystem::path nowhere = folder / "missing" / "a.checkpoint", file = folder / "a.checkpoint";
  Stylizer free = job.begin();
  free.save_beside(nowhere);
  free.step();
  CHECK(error_of(ErrorCode::io, [&] { free.finish_save(); }).find("missing") != std::string::npos);
  free.finish_save();

  const PlannedMemory planned = free.planned_memory();
  const std::size_t all = planned.arena + planned.pictures + planned.optimiser;
  std::size_t limit = all / 2;
  const auto fits = [&] {
    try {
      job.begin(Context(2).with_memory_limit(limit));
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  while (!fits()) limit += all / 64;
  limit -= all / 64;
  while (!fits()) limit += all / 4096;  // less than a copy takes
  const Context context = Context(2).with_memory_limit(limit);
  Stylizer tight = job.begin(context);
  CHECK(error_of(ErrorCode::io, [&] { tight.save_beside(nowhere); }).find("missing") != std::string::npos);
  for (int steps = 0; !tight.finished();) {
    tight.save_beside(file);
    CHECK(read_checkpoint(file).steps_done == steps++);
    tight.step();
  }
}

TEST_CASE("checkpoint: masks, protected places and several styles are what they were") {
  Job job;
  job.pictures.styles.push_back({.image = stripes(30, 30, 5), .weight = 2, .mask = {}});
  job.pictures.protect = stripes(20, 15, 11);
  job.options.iterations = {3};
  check_every_step(job);
}

TEST_CASE("checkpoint: a finished painting takes more iterations, as if it had been asked for them at first") {
  const TempFolder folder;
  Job job;
  Stylizer stylizer = job.begin();
  finish(stylizer);
  stylizer.save(folder / "a");
  CHECK(job.resume(folder / "a").finished());
  CHECK(job.resume(folder / "a").values() == stylizer.values());
  Stylizer more = job.resume(folder / "a", {.iterations = {5, 9}, .force = false});
  CHECK(more.steps() == 14);
  CHECK(finish(more).size() == 3);
  job.options.iterations = {5, 9};
  Stylizer at_first = job.begin();
  finish(at_first);
  CHECK(more.values() == at_first.values());
}

TEST_CASE("checkpoint: it says what it holds, and gives its notes and picture back") {
  const TempFolder folder;
  const Job job;
  Stylizer stylizer = job.begin();
  take_steps(stylizer, 2);
  stylizer.save(folder / "a", {{"words", "x \\ \"y\""}});
  const CheckpointInfo info = read_checkpoint(folder / "a");
  CHECK(info.program == "impasto " IMPASTO_VERSION);
  CHECK(info.options == job.options);
  CHECK(info.steps_done == 2);
  CHECK(info.steps == 11);
  CHECK(info.scale == 1);
  CHECK(info.scales == 2);
  CHECK_FALSE(info.finished);
  CHECK(info.seconds > 0);
  CHECK(info.history == 3);
  CHECK(info.target == to_string(Context().target()));
  CHECK(info.weights == job.weights.description());
  CHECK(info.notes == std::map<std::string, std::string>{{"words", "x \\ \"y\""}});
  const NpyArray picture = checkpoint_picture(folder / "a");
  CHECK(picture.shape == std::vector<std::size_t>{12, 16, 3});  // of the coarser scale
  CHECK(picture.values.size() == 12 * 16 * 3);
}

TEST_CASE("checkpoint: every preset's settings come back as they were") {
  const TempFolder folder;
  for (const PresetInfo& info : presets()) {
    CAPTURE(info.name);
    CheckpointFacts facts;
    facts.options = preset(info.name, Weights::formula());
    facts.width = facts.height = 1;
    CheckpointSaver().save(facts, folder / "a");
    CHECK(read_checkpoint(folder / "a").options == facts.options);
  }
}

TEST_CASE("checkpoint: what it did not begin with is refused by name, unless it is forced") {
  const TempFolder folder;
  const Job job;
  Stylizer stylizer = job.begin();
  take_steps(stylizer, 7);
  const std::filesystem::path file = folder / "a";
  stylizer.save(file);
  Job other = job;
  other.pictures.styles.front().image.at(3, 4, 1) += 0.3F;
  CHECK(contains(error_of(ErrorCode::input, [&] { other.resume(file); }), "with other pictures"));
  CHECK(other.resume(file, {.iterations = {}, .force = true}).steps() == 11);
  for (const Weights& weights : {Weights::random(1), Weights::builtin()}) {
    other = job;
    other.weights = weights;
    CHECK(contains(error_of(ErrorCode::input, [&] { other.resume(file); }), "with other weights (weights by formula"));
  }
  const Context im2col = Context(2).with_convolution(Convolution::im2col);
  CHECK(
      contains(error_of(ErrorCode::input, [&] { job.resume(file, {}, im2col); }), "convolutions by auto, not im2col"));
  const SimdTarget last = available_targets().back();
  if (last != Context().target())
    CHECK(contains(error_of(ErrorCode::input, [&] { job.resume(file, {}, Context(2, last)); }), "SIMD target"));
  other = job;
  other.pictures.content = stripes(30, 40, 7);
  CHECK(contains(error_of(ErrorCode::input, [&] { other.resume(file); }), "'size' does not fit the painting"));
}

TEST_CASE("checkpoint: a newer form, another file, and one that lies are refused") {
  const Job job;
  CHECK(contains(refusal(job, [](CheckpointFacts&) {}), "lacks 'steps_done'"));
  CHECK(
      contains(refusal(job, [](CheckpointFacts& f) { f.scale = 3; }), "'scale' is 3, wanted a whole number of 1 to 2"));
  CHECK(contains(refusal(job, [](CheckpointFacts& f) { f.width = 33; }), "'size' does not fit"));
  CHECK(contains(refusal(job, [](CheckpointFacts& f) { f.scales = f.scale = 1; }), "'size' does not fit"));
  const TempFolder folder;
  save_safetensors(folder / "weights", {});
  CHECK(contains(error_of(ErrorCode::input, [&] { read_checkpoint(folder / "weights"); }),
                 "is no checkpoint of Impasto"));
  save_safetensors(folder / "newer", {}, {{"impasto_checkpoint", "4"}, {"program", "impasto 9"}});
  CHECK(contains(error_of(ErrorCode::input, [&] { read_checkpoint(folder / "newer"); }),
                 "is of form 4, which this version of Impasto does not know (it reads 3); use the one that saved it, "
                 "impasto 9"));
}

TEST_CASE("checkpoint: cut anywhere, or with a byte changed, it ends in a sentence or in numbers, never in harm") {
  const TempFolder folder;
  Job job;
  job.options.size = 16;
  job.options.scale_count = 1;
  Stylizer stylizer = job.begin();
  take_steps(stylizer, 2);
  const std::filesystem::path file = folder / "a", damaged = folder / "b";
  stylizer.save(file);
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const std::size_t header = bytes.find("}}") + 2;
  const auto attempt = [&](const std::string& text) {
    std::ofstream(damaged, std::ios::binary | std::ios::trunc) << text;
    try {
      Stylizer resumed = job.resume(damaged);
      resumed.step();
    } catch (const Error& error) {
      CHECK((error.code() == ErrorCode::input || error.code() == ErrorCode::usage ||
             error.code() == ErrorCode::diverged));
    }
  };
  for (std::size_t length = 0; length < bytes.size(); length += bytes.size() / 97 + 1) attempt(bytes.substr(0, length));
  for (std::size_t at = 0; at < header; at += header / 251 + 1) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 5);
    attempt(changed);
  }
}

}  // namespace
}  // namespace impasto::testing
