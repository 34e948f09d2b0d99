#include "cli/stylise_options.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr const char* kFiles = "Files";
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

void add_file(CLI::App& command, const char* name, const char* label, const std::string& help,
              std::optional<std::filesystem::path>& file, const std::string& shown) {
  const std::string option = std::string(name).substr(std::string(name).find("--"));
  add_word(command, kFiles, name, label, help, [&file, option](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, option + " is empty, wanted a name");
    file = text;
  })->default_str(shown);
}

void add_weights(CLI::App& command, const char* group, StyliseRequest& request) {
  add_word(command, group, "--weights", "FILE", "file of VGG weights, builtin or formula",
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
           [&request](const std::string& t) { request.convolution = parse<Convolution>(t, "--conv"); })
      ->default_str(to_string(request.convolution));
}

void add_memory(CLI::App& command, StyliseRequest& request) {
  add_word(command, kRun, "--memory", "KIND", "auto, fast, or small: some maps computed twice",
           [&request](const std::string& t) { request.memory = parse<Memory>(t, "--memory"); })
      ->default_str(to_string(request.memory));
}

double parse_minutes(const std::string& text) {
  if (text == "epoch") return 0;
  try {
    return parse_share("--checkpoint-every", text);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + " of minutes, or epoch");
  }
}

void add_checkpoint(CLI::App& command, StyliseRequest& request) {
  add_file(command, "--checkpoint", "FILE", "what impasto resume needs", request.checkpoint, "of long runs");
  add_word(command, kFiles, "--checkpoint-every", "MIN", "minutes between two, or epoch",
           [&request](const std::string& text) { request.checkpoint_minutes = parse_minutes(text); })
      ->default_str("5");
}

void add_max_memory(CLI::App& command, StyliseRequest& request) {
  add_word(command, kRun, "--max-memory", "SIZE", "for all of the run: 800M, 2G", [&request](const std::string& text) {
    request.max_memory = parse_bytes("--max-memory", text);
  })->default_str("what is free");
}

// "starry.jpg:2" is a file and its share, unless a file is called just so.
StyleFile parse_style(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  std::error_code failure;
  if (colon == std::string::npos || std::filesystem::exists(word, failure)) return {word, 1};
  const std::string share = word.substr(colon + 1);
  if (share.find_first_not_of("0123456789.") != std::string::npos) return {word, 1};
  return {word.substr(0, colon),
          parse_share("the share of " + quoted(std::filesystem::path(word.substr(0, colon))), share)};
}

void add_masks(CLI::App& command, StyliseRequest& request) {
  constexpr const char* kMasks = "Where";
  const auto add = [&](const char* name, const char* help, std::optional<std::filesystem::path>& file) {
    add_word(command, kMasks, name, "FILE", help, [&file, name](const std::string& text) {
      if (text.empty()) throw Error(ErrorCode::usage, std::string(name) + " is empty, wanted a name");
      file = text;
    });
  };
  add("--content-mask", "regions of the content: white and black, or colours", request.content_mask);
  command
      .add_option_function<std::vector<std::string>>(
          "--style-mask",
          [&request](const std::vector<std::string>& names) { request.style_masks.assign(names.begin(), names.end()); },
          "where they take their style; one each style, in order")
      ->group(kMasks)
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add("--protect", "white stays as the content", request.protect);
  add("--smooth-mask", "grey: share of --tv-weight there", request.smooth);
}

}  // namespace

CLI::Option* add_word(CLI::App& command, const char* group, const char* name, const char* label,
                      const std::string& help, const std::function<void(const std::string&)>& read) {
  return command.add_option_function<std::string>(name, read, help)
      ->group(group)
      ->type_name(label)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_pictures(CLI::App& command, StyliseRequest& request) {
  command.add_option("CONTENT", request.content, "the scene")->type_name("FILE");
  command
      .add_option_function<std::vector<std::string>>(
          "STYLE",
          [&request](const std::vector<std::string>& words) {
            for (const std::string& word : words) request.styles.push_back(parse_style(word));
          },
          "the painting whose style it takes; several with their shares: a.jpg:2 b.jpg:1")
      ->type_name("FILE");
}

void add_stylise_options(CLI::App& command, StyliseRequest& request) {
  add_pictures(command, request);
  // What `impasto resume` adds to the words of a run.
  add_word(command, "", "--resume", "FILE", "", [&request](const std::string& text) { request.resume = text; });
  command.add_flag("--force", request.force)->group("");
  add_run_files_and_settings(command, request);
}

void add_run_files_and_settings(CLI::App& command, StyliseRequest& request) {
  add_file(command, "-o,--output", "FILE", "a picture, or .npy: the values", request.output, "output/painting.jpg");
  add_file(command, "--preview", "FILE", "the picture so far, every epoch anew", request.preview, "");
  add_file(command, "--snapshots", "DIR", "each epoch: DIR/1.jpg, or FILE.webp", request.snapshots, "tutorial: output");
  add_file(command, "--log", "FILE.csv", "losses and time of every step", request.log, "");
  add_file(command, "--report", "FILE.html", "a page that shows and tells all of the run", request.report, "");
  add_checkpoint(command, request);
  add_weights(command, kFiles, request);
  add_word(command, kFiles, "--preset", "NAME", "settings: see impasto presets, or FILE.json",
           [&request](const std::string& text) { request.preset = text; })
      ->default_str(request.preset);
  add_file(command, "--save-preset", "FILE.json", "all settings, for --preset", request.preset_copy, "");
  add_file(command, "--style-cache", "FILE", "statistics of styles, for other contents", request.style_cache, "");
  add_masks(command, request);
  add_settings(command, request, {});
  add_context_options(command, request);
  add_word(command, kRun, "--progress", "KIND", "auto, bar, plain (a line per epoch) or none",
           [&request](const std::string& text) { request.progress = parse_progress(text); })
      ->default_str("auto");
  command.add_flag("-q,--quiet", request.quiet, "print errors only")->group(kRun);
}

void add_context_options(CLI::App& command, StyliseRequest& request) {
  add_threads(command, request);
  add_conv(command, request);
  add_memory(command, request);
  add_max_memory(command, request);
  command.add_flag("--check-numbers", request.checks_numbers, "look for NaN after every op, and name it")->group(kRun);
}

void add_run_options(CLI::App& command, StyliseRequest& request) {
  add_weights(command, kRun, request);
  add_threads(command, request);
}

Context run_context(const StyliseRequest& request) {
  return Context(request.threads)
      .with_convolution(request.convolution)
      .with_memory(request.memory)
      .with_number_checks(request.checks_numbers);
}

}  // namespace impasto::cli
