// A painting saved and taken up again.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/say.h"
#include "base/sizes.h"
#include "image/utf8.h"
#include "impasto/stylise.h"
#include "impasto/version.h"
#include "style/checkpoint.h"
#include "style/digest.h"
#include "style/scales.h"
#include "style/stylizer_state.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Clock = std::chrono::steady_clock;

Options with_iterations(Options options, const ResumeOptions& how) {
  if (!how.iterations.empty()) options.iterations = how.iterations;
  return options;
}

void visit_losses(StateVisitor<float>& visitor, const std::string& name, Losses& losses) {
  visitor.number(name + ".total", losses.total);
  visitor.number(name + ".content", losses.content);
  visitor.number(name + ".style", losses.style);
  visitor.number(name + ".tv", losses.tv);
}

}  // namespace

Stylizer::State::State(const Pictures& pictures, const Weights& given, const ResumeOptions& how, const Context& where,
                       CheckpointLoader& saved)
    : options(with_iterations(saved.facts().options, how)),
      context(where),
      weights(given),
      network(given.network()),
      size(painting_size(pictures.content, options)) {
  const CheckpointFacts& facts = saved.facts();
  history = std::clamp(facts.history, 1, options.lbfgs.history);
  plan_again(pictures);
  make_scales(pictures);
  scale = static_cast<std::size_t>(facts.scale) - 1;
  saved.check(facts.scales == static_cast<int>(scales.size()) && facts.width == scales[scale].size().width &&
                  facts.height == scales[scale].size().height,
              "size");
  if (!how.force) check_same(saved);
  Tensor<float> full = std::move(start);
  prepare();
  if (scale + 1 < scales.size()) start = std::move(full);
  visit_state(saved);
  begun -=
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::clamp(facts.seconds, 0.0, 1e9)));
  if (!how.iterations.empty()) plan_steps();
}

void Stylizer::State::check_same(const CheckpointLoader& saved) const {
  const CheckpointFacts& facts = saved.facts();
  const auto check = [&](bool same, const auto&... difference) {
    require(same, ErrorCode::input, saved.label(), " was saved ", difference...,
            ", so the painting would not go on with the same bits; give what it began with, or force it");
  };
  const auto same_digest = [](const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; };
  check(same_digest(facts.pictures_digest, pictures_digest), "with other pictures");
  check(same_digest(facts.weights_digest, weights_digest()), "with other weights (", facts.weights, ")");
  check(facts.target == to_string(context.target()), "on the SIMD target ", facts.target, ", not ",
        to_string(context.target()));
  check(facts.convolution == context.convolution(), "with convolutions by ", to_string(facts.convolution), ", not ",
        to_string(context.convolution()));
}

void Stylizer::State::plan_steps() {
  const bool was_finished = scale_done && scale + 1 == scales.size();
  const int left = iterations_at(options, static_cast<int>(scale)) - steps_at_scale;
  if (was_finished && left > 0) scale_done = finished = false;
  steps_planned = steps_done + (scale_done ? 0 : std::max(left, 0));
  for (std::size_t k = scale + 1; k < scales.size(); ++k) steps_planned += iterations_at(options, static_cast<int>(k));
}

const std::string& Stylizer::State::weights_digest() const {
  if (!known_weights_digest) known_weights_digest = digest_of(*weights.network(), context);
  return *known_weights_digest;
}

CheckpointFacts Stylizer::State::facts(const std::map<std::string, std::string>& notes) const {
  CheckpointFacts facts;
  facts.program = "impasto " IMPASTO_VERSION;
  facts.options = options;
  facts.options.start_values.clear();
  facts.steps_done = steps_done;
  facts.steps = steps_planned;
  facts.scale = static_cast<int>(scale) + 1;
  facts.scales = static_cast<int>(scales.size());
  facts.finished = finished;
  facts.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  facts.history = history;
  facts.target = to_string(context.target());
  facts.convolution = context.convolution();
  facts.weights = to_utf8(weights.description());  // which may name a file, whose name holds any bytes
  facts.notes = notes;
  facts.width = scales[scale].size().width;
  facts.height = scales[scale].size().height;
  facts.weights_digest = weights_digest();
  facts.pictures_digest = pictures_digest;
  return facts;
}

void Stylizer::State::visit_state(StateVisitor<float>& visitor) {
  constexpr int kMost = std::numeric_limits<int>::max();
  visitor.count("steps_done", steps_done, 0, kMost);
  visitor.count("steps_at_scale", steps_at_scale, 0, kMost);
  visitor.count("steps_planned", steps_planned, 0, kMost);
  visitor.flag("scale_done", scale_done);
  visitor.flag("finished", finished);
  visitor.check(steps_at_scale <= steps_done && (!finished || (scale_done && scale + 1 == scales.size())), "finished");
  visit_losses(visitor, "first", first);
  visit_losses(visitor, "last", last.losses);
  visitor.number("last.gradient_norm", last.gradient_norm);
  visitor.number("change_norm", change_norm);
  visitor.number("best_loss", best_loss);
  flat.visit_state(visitor);
  visitor.values("picture", objective().picture());
  if (!best.empty()) visitor.values("best", best.values());
  if (scale + 1 < scales.size()) visitor.values("start", start.values());
  if (average) average->visit_state(visitor);
  optimiser->visit_state(visitor);
}

bool Stylizer::State::holds_copy(std::uint64_t bytes) const {
  const std::uint64_t wanted = std::max(plan.targets, plan.painting + plan.pairs), held = context.memory_held();
  const std::uint64_t to_come = wanted - std::min<std::uint64_t>(wanted, held - std::min(held, held_before));
  const std::uint64_t budget = memory_budget(context);
  return bytes <= budget && to_come <= budget - bytes;
}

void Stylizer::State::save(const std::filesystem::path& file, const std::map<std::string, std::string>& notes,
                           bool beside) {
  require(optimiser != nullptr, ErrorCode::usage,
          "the painting cannot be saved: memory did not suffice for its next size");
  writing.wait();
  CheckpointSaver borrowed;
  visit_state(borrowed);
  if (!beside || !holds_copy(borrowed.bytes())) return borrowed.save(facts(notes), file);
  const auto copied = std::make_shared<CheckpointSaver>(context.memory_pool());
  visit_state(*copied);
  writing.start([copied, facts = facts(notes), file] { copied->save(facts, file); });
}

void Stylizer::save(const std::filesystem::path& file, const std::map<std::string, std::string>& notes) const {
  with_memory_error("saving the painting", [&] { state_->save(file, notes, false); });
}

void Stylizer::save_beside(const std::filesystem::path& file, const std::map<std::string, std::string>& notes) const {
  with_memory_error("saving the painting", [&] { state_->save(file, notes, true); });
}

void Stylizer::finish_save() const { state_->writing.wait(); }

Stylizer Stylizer::resume(const std::filesystem::path& checkpoint, const Pictures& pictures, const Weights& weights,
                          const ResumeOptions& how, const Context& context) {
  return with_memory_error("going on with the painting", [&] {
    check_pictures(pictures);
    CheckpointLoader saved(checkpoint);
    validate(with_iterations(saved.facts().options, how), weights);
    return Stylizer(std::make_unique<State>(pictures, weights, how, context, saved));
  });
}

}  // namespace impasto::IMPASTO_ABI
