// What `impasto stylise` was asked to do, and the table of its options.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/progress.h"
#include "impasto/context.h"
#include "impasto/option_fields.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace impasto::cli {

/// What one option does to the settings a preset made.
using Change = std::function<void(Options&)>;

/// A picture to take the style of, and its share.
struct StyleFile {
  std::filesystem::path file;
  double weight = 1;
};

struct StyliseRequest {
  std::filesystem::path content;
  std::vector<StyleFile> styles;
  std::optional<std::filesystem::path> content_mask;
  std::vector<std::filesystem::path> style_masks;  ///< as many as styles, or none
  std::optional<std::filesystem::path> protect;
  std::optional<std::filesystem::path> smooth;
  std::optional<std::filesystem::path> output;
  std::optional<std::filesystem::path> preview;
  std::optional<std::filesystem::path> snapshots;    ///< a folder, or an animation when it ends in .webp
  std::optional<std::filesystem::path> preset_copy;  ///< --save-preset
  std::optional<std::filesystem::path> style_cache;
  std::optional<std::filesystem::path> log;
  std::optional<std::filesystem::path> report;
  std::optional<std::filesystem::path> checkpoint;  ///< unset: one beside the painting, of long runs
  double checkpoint_minutes = 5;                    ///< between checkpoints; 0: one every epoch
  std::optional<std::filesystem::path> resume;      ///< the checkpoint to go on from
  bool force = false;                               ///< ResumeOptions::force
  std::string command;                              ///< all words of the command line, for a shell
  std::vector<std::string> words;                   ///< the same but the program's name
  std::string weights;                              ///< a file, "builtin", "formula", or empty: search
  std::string preset = "default";                   ///< a name or a file
  std::vector<Change> changes;                      ///< in no order: no two touch the same setting
  std::optional<int> epochs;                        ///< kept apart from iterations, for they exclude each other
  std::optional<int> more_iterations;               ///< --iterations +N: than the checkpoint has, at the last scale
  std::vector<std::string> given;                   ///< names of all settings on the command line
  std::optional<int> size;                          ///< kept apart, for they exclude each other
  std::optional<int> width;
  std::optional<int> height;
  std::optional<std::filesystem::path> start_file;  ///< --init FILE
  std::string start_option = "--init";              ///< what messages call it
  int threads = 0;
  Convolution convolution = Convolution::automatic;
  Memory memory = Memory::automatic;
  std::uint64_t max_memory = 0;  ///< bytes that the process may hold; 0: what is free
  bool checks_numbers = false;
  ProgressKind progress = ProgressKind::automatic;
  bool quiet = false;
};

/// `request` is filled while `command` parses; a bad value throws Error(usage) out of the parser.
void add_stylise_options(CLI::App& command, StyliseRequest& request);
/// The same without the pictures.
void add_run_files_and_settings(CLI::App& command, StyliseRequest& request);
/// The words CONTENT and STYLE[:SHARE] ...
void add_pictures(CLI::App& command, StyliseRequest& request);
/// The fields of option_fields() with these names, as options, in that order.
void add_settings(CLI::App& command, StyliseRequest& request, const std::vector<std::string>& names);
/// --threads, --conv, --memory, --max-memory and --check-numbers, in the group "Run".
void add_context_options(CLI::App& command, StyliseRequest& request);
/// One word that `read` takes; the last one counts when it is given twice.
CLI::Option* add_word(CLI::App& command, const char* group, const char* name, const char* label,
                      const std::string& help, const std::function<void(const std::string&)>& read);
/// --weights and --threads alone, for commands that paint nothing.
void add_run_options(CLI::App& command, StyliseRequest& request);
/// Puts the settings of the preset that was named, or of `otherwise`, into the help as defaults.
void show_defaults(CLI::App& command, const std::string& otherwise);

/// Threads, convolution and memory as asked for. Throws Error(usage) when IMPASTO_SIMD names no target of this machine,
/// or one that has no Winograd kernels when these are asked for.
Context run_context(const StyliseRequest& request);

/// The preset with all changes. Throws Error(usage).
Options painting_options(const StyliseRequest& request, const Weights& weights);

}  // namespace impasto::cli
