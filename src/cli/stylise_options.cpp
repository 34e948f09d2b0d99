#include "cli/stylise_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr const char* kFiles = "Files";
constexpr const char* kPainting = "Painting";
constexpr const char* kRun = "Run";
constexpr int kMaxThreads = 1024;

ProgressKind parse_progress(const std::string& text) {
  if (text == "auto") return ProgressKind::automatic;
  if (text == "bar") return ProgressKind::bar;
  if (text == "plain") return ProgressKind::plain;
  if (text == "none") return ProgressKind::none;
  throw Error(ErrorCode::usage, "--progress is '" + text + "', wanted auto, bar, plain or none");
}

int parse_threads(const std::string& text) {
  if (text == "auto" || text == "0") return 0;
  try {
    return static_cast<int>(parse_integer("--threads", text, 1, kMaxThreads));
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + ", or auto");
  }
}

Convolution parse_convolution(const std::string& text) {
  for (const Convolution kind : {Convolution::automatic, Convolution::winograd, Convolution::im2col}) {
    if (text == to_string(kind)) return kind;
  }
  throw Error(ErrorCode::usage, "--conv is '" + text + "', wanted auto, winograd or im2col");
}

Memory parse_memory(const std::string& text) {
  for (const Memory kind : {Memory::automatic, Memory::small, Memory::fast}) {
    if (text == to_string(kind)) return kind;
  }
  throw Error(ErrorCode::usage, "--memory is '" + text + "', wanted auto, small or fast");
}

void add_file(CLI::App& command, const char* name, const char* label, const std::string& help,
              std::optional<std::filesystem::path>& file, const std::string& shown) {
  const std::string option = std::string(name).substr(std::string(name).find("--"));
  add_word(command, kFiles, name, label, help, [&file, option](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, option + " is empty, wanted a name");
    file = text;
  })->default_str(shown);
}

void add_weights(CLI::App& command, const char* group, StyliseRequest& request) {
  add_word(command, group, "--weights", "FILE", "VGG19 weights (.safetensors) or builtin",
           [&request](const std::string& text) { request.weights = text; })
      ->default_str("searched");
}

void add_threads(CLI::App& command, StyliseRequest& request) {
  add_word(command, kRun, "--threads", "N", "threads, or auto: all cores", [&request](const std::string& text) {
    request.threads = parse_threads(text);
  })->default_str("auto");
}

void add_conv(CLI::App& command, StyliseRequest& request) {
  add_word(command, kRun, "--conv", "KIND", "convolutions by auto, winograd or im2col",
           [&request](const std::string& t) { request.convolution = parse_convolution(t); })
      ->default_str(to_string(request.convolution));
}

void add_memory(CLI::App& command, StyliseRequest& request) {
  add_word(command, kRun, "--memory", "KIND", "auto, fast, or small: some maps computed twice",
           [&request](const std::string& t) { request.memory = parse_memory(t); })
      ->default_str(to_string(request.memory));
}

std::string preset_help() {
  std::string help = "the settings not given:";
  for (const PresetInfo& info : presets()) help += (help.back() == ':' ? " " : " or ") + info.name;
  return help;
}

void add_setting(CLI::App& command, StyliseRequest& request, const Setting& setting) {
  add_word(command, setting.group, setting.name, setting.label, setting.help,
           [&](const std::string& text) { setting.read(request, setting.name, text); });
}

}  // namespace

CLI::Option* add_word(CLI::App& command, const char* group, const char* name, const char* label,
                      const std::string& help, const std::function<void(const std::string&)>& read) {
  return command.add_option_function<std::string>(name, read, help)
      ->group(group)
      ->type_name(label)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_stylise_options(CLI::App& command, StyliseRequest& request) {
  command.add_option("CONTENT", request.content, "the scene: JPEG or PNG")->type_name("FILE");
  command.add_option("STYLE", request.style, "the painting whose style it takes: JPEG or PNG")->type_name("FILE");
  add_file(command, "-o,--output", "FILE", ".jpg, .png or .npy (the values)", request.output, "output/painting.jpg");
  add_file(command, "--snapshots", "DIR", "DIR/1.jpg, ... after every epoch", request.snapshots, "tutorial: output");
  add_file(command, "--log", "FILE.csv", "losses and time of every step", request.log, "");
  add_weights(command, kFiles, request);
  add_word(command, kPainting, "--preset", "NAME", preset_help(), [&request](const std::string& text) {
    request.preset = text;
  })->default_str(request.preset);
  for (const Setting& setting : settings()) add_setting(command, request, setting);
  add_context_options(command, request);
  add_word(command, kRun, "--progress", "KIND", "auto, bar, plain (a line per epoch) or none",
           [&request](const std::string& text) { request.progress = parse_progress(text); })
      ->default_str("auto");
  command.add_flag("-q,--quiet", request.quiet, "print errors only")->group(kRun);
}

void add_settings(CLI::App& command, StyliseRequest& request, const std::vector<std::string>& names) {
  for (const Setting& setting : settings()) {
    if (std::find(names.begin(), names.end(), setting.name) != names.end()) add_setting(command, request, setting);
  }
}

void add_context_options(CLI::App& command, StyliseRequest& request) {
  add_threads(command, request);
  add_conv(command, request);
  add_memory(command, request);
}

void add_run_options(CLI::App& command, StyliseRequest& request) {
  add_weights(command, kRun, request);
  add_threads(command, request);
}

void show_defaults(CLI::App& command, const std::string& otherwise) {
  const auto& named = command.get_option("--preset")->results();
  const Options options = preset(named.empty() ? otherwise : named.back(), Weights::builtin());
  command.get_option("--preset")->default_str(options.preset);
  for (const Setting& setting : settings()) {
    CLI::Option* option = command.get_option_no_throw(setting.name);
    if (option != nullptr) option->default_str(setting.shown(options));
  }
}

Context run_context(const StyliseRequest& request) {
  return Context(request.threads).with_convolution(request.convolution).with_memory(request.memory);
}

Options painting_options(const StyliseRequest& request, const Weights& weights) {
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
  Options options = preset(request.preset, weights);
  if (request.size) {
    options.size = *request.size;
    options.width = options.height = 0;
  }
  if (request.width) {
    options.width = *request.width;
    options.height = *request.height;
  }
  for (const Change& change : request.changes) change(options);
  return options;
}

}  // namespace impasto::cli
