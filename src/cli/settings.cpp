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

// What stands for the value in a help.
const char* label_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::number:
      return "X";
    case FieldKind::whole:
      return "N";
    case FieldKind::choice:
    case FieldKind::scales:
      return "KIND";
    case FieldKind::wholes:
    case FieldKind::layers:
      break;
  }
  return "LIST";
}

std::string help_of(const OptionField& field) {
  const std::string also = field.name == "init" ? ", or a file" : "";
  if (field.kind == FieldKind::choice) return field.help + ": " + joined(field.choices, ", ", ", ") + also;
  return field.help + (field.kind == FieldKind::scales ? ": auto, N, LIST" : "");
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
  if (field.name == "iterations" && text.starts_with('+')) {
    request.more_iterations = static_cast<int>(parse_integer("--iterations", text.substr(1), 1, 1'000'000));
    return;
  }
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
  add_word(command, field.group.c_str(), ("--" + field.name).c_str(), label_of(field.kind), help_of(field),
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

const OptionField& field_named(const std::string& name) {
  const auto& fields = option_fields();
  return *std::find_if(fields.begin(), fields.end(), [&](const OptionField& field) { return field.name == name; });
}

[[noreturn]] void refuse_idle_setting(const OptionField& field, const std::string& other) {
  throw Error(ErrorCode::usage, "--" + field.name + " changes nothing with --" + field.needs + " " + other +
                                    "; give --" + field.needs + " " + joined(field.needed, " or ", " or ") +
                                    ", or leave --" + field.name + " out");
}

// What would change nothing is a misunderstanding.
void refuse_idle(const StyliseRequest& request, const Options& options) {
  for (const std::string& name : request.given) {
    const OptionField& field = field_named(name);
    if (field.applies(options)) continue;
    refuse_idle_setting(field, field_named(field.needs).get(options));
  }
  if (request.smooth && options.tv_weight == 0) {
    throw Error(ErrorCode::usage,
                "--smooth-mask shares out a --tv-weight that is 0; give one above 0, or leave the mask out");
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
  CLI::Option* preset = command.get_option_no_throw("--preset");
  const std::string name = preset == nullptr || preset->results().empty() ? otherwise : preset->results().back();
  const Options options = load_preset(name, Weights::builtin());
  if (preset != nullptr) preset->default_str(name);
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
  if (request.more_iterations && !request.resume) {
    throw Error(ErrorCode::usage,
                "--iterations +" + std::to_string(*request.more_iterations) +
                    " adds to those of a checkpoint, which is for impasto resume; give a number without +");
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
