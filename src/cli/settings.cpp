// The settings of a painting as options: what option_fields() says, and what only a command line has.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/stylise_options.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

// "max|avg|l2" -> "max, avg, l2"
std::string spaced(std::string words) {
  for (std::size_t at = 0; (at = words.find('|', at)) != std::string::npos; at += 2) words.replace(at, 1, ", ");
  return words;
}

void set_field(StyliseRequest& request, const OptionField& field, const std::string& text) {
  const std::string called = "--" + field.name;
  Options trial;
  field.set(trial, called, text);  // a bad value is refused before a preset is known
  request.changes.emplace_back([&field, called, text](Options& options) { field.set(options, called, text); });
}

// A size is kept apart until it is known which ones were given.
std::optional<int>* size_of(StyliseRequest& request, const std::string& name) {
  return name == "size"     ? &request.size
         : name == "width"  ? &request.width
         : name == "height" ? &request.height
                            : nullptr;
}

void read_init(StyliseRequest& request, const OptionField& field, const std::string& text) {
  request.start_file.reset();
  const std::filesystem::path file = text;
  std::error_code failure;
  const bool is_file = file.has_extension() || file.has_parent_path() || std::filesystem::exists(file, failure);
  if (is_file) {
    request.start_file = file;
    return;
  }
  try {
    set_field(request, field, text);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + ", or a file that exists (.npy or a picture)");
  }
}

void read_setting(StyliseRequest& request, const OptionField& field, const std::string& text) {
  request.given.push_back(field.name);
  if (std::optional<int>* size = size_of(request, field.name)) {
    Options trial;
    field.set(trial, "--" + field.name, text);
    *size = std::stoi(text);
  } else if (field.name == "init") {
    read_init(request, field, text);
  } else {
    set_field(request, field, text);
  }
}

void add_field(CLI::App& command, StyliseRequest& request, const OptionField& field) {
  const bool words = field.label.find('|') != std::string::npos;
  const char* also = field.name == "init" ? ", or a file" : "";
  const std::string help = words ? field.help + ": " + spaced(field.label) + also : field.help;
  add_word(command, field.group.c_str(), ("--" + field.name).c_str(), words ? "KIND" : field.label.c_str(), help,
           [&request, &field](const std::string& text) { read_setting(request, field, text); });
}

void add_epochs(CLI::App& command, StyliseRequest& request) {
  add_word(command, "Steps", "--epochs", "N", "at each scale, instead of --iterations",
           [&request](const std::string& text) {
             request.epochs = static_cast<int>(parse_integer("--epochs", text, 1, 1'000'000));
           });
}

void set_size(const StyliseRequest& request, Options& options) {
  if (request.width.has_value() != request.height.has_value()) {
    throw Error(ErrorCode::usage, std::string(request.width ? "--width" : "--height") + " is given without " +
                                      (request.width ? "--height" : "--width") +
                                      "; give both, or --size alone to keep the aspect");
  }
  if (request.size && request.width) {
    throw Error(ErrorCode::usage, "--size " + std::to_string(*request.size) + " and --width " +
                                      std::to_string(*request.width) + " --height " + std::to_string(*request.height) +
                                      " exclude each other; give --size, or --width and --height");
  }
  if (request.size) {
    options.size = *request.size;
    options.width = options.height = 0;
  }
  if (request.width) {
    options.width = *request.width;
    options.height = *request.height;
  }
}

bool is_given(const StyliseRequest& request, const std::string& name) {
  return std::find(request.given.begin(), request.given.end(), name) != request.given.end();
}

// What would change nothing is a misunderstanding.
void refuse_idle(const StyliseRequest& request, const Options& options) {
  const bool adam = options.optimiser == OptimiserKind::adam;
  const auto refuse = [](const std::string& sentence) { throw Error(ErrorCode::usage, sentence); };
  for (const char* name : {"learning-rate", "learning-rate-decay", "adam-beta1", "adam-beta2", "adam-epsilon"}) {
    if (!adam && is_given(request, name)) {
      refuse("--" + std::string(name) +
             " is Adam's, but the optimiser is lbfgs; give --optimiser adam too, or leave it out");
    }
  }
  if (adam && is_given(request, "lbfgs-history")) {
    refuse("--lbfgs-history is L-BFGS's, but the optimiser is adam; give --optimiser lbfgs too, or leave it out");
  }
  if (request.smooth && options.tv_weight == 0) {
    refuse("--smooth-mask shares out a --tv-weight that is 0; give one above 0, or leave the mask out");
  }
  if (is_given(request, "colour-amount") && options.colour == ColourMode::style) {
    refuse("--colour-amount is given, but --colour style leaves nothing to dose; choose another --colour");
  }
}

}  // namespace

void add_settings(CLI::App& command, StyliseRequest& request, const std::vector<std::string>& names) {
  for (const OptionField& field : option_fields()) {
    const bool wanted = names.empty() ? !field.rare : std::find(names.begin(), names.end(), field.name) != names.end();
    if (!wanted) continue;
    add_field(command, request, field);
    if (field.name == "iterations") add_epochs(command, request);
  }
}

void show_defaults(CLI::App& command, const std::string& otherwise) {
  const auto& named = command.get_option("--preset")->results();
  const Options options = load_preset(named.empty() ? otherwise : named.back(), Weights::builtin());
  command.get_option("--preset")->default_str(named.empty() ? otherwise : named.back());
  for (const OptionField& field : option_fields()) {
    CLI::Option* option = command.get_option_no_throw("--" + field.name);
    if (option != nullptr) option->default_str(field.get(options));
  }
}

Options painting_options(const StyliseRequest& request, const Weights& weights) {
  if (request.epochs && is_given(request, "iterations")) {
    throw Error(ErrorCode::usage, "--epochs " + std::to_string(*request.epochs) +
                                      " and --iterations exclude each other; give one of them");
  }
  Options options = load_preset(request.preset, weights);
  set_size(request, options);
  for (const Change& change : request.changes) change(options);
  refuse_idle(request, options);
  if (request.epochs) {
    const std::int64_t steps = std::int64_t{*request.epochs} * options.steps_per_epoch;
    options.iterations = {static_cast<int>(std::min<std::int64_t>(steps, std::numeric_limits<int>::max()))};
  }
  return options;
}

}  // namespace impasto::cli
