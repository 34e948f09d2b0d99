// Every setting by name and as text: what command lines and preset files are made of.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "impasto/export.h"
#include "impasto/options.h"

namespace impasto::inline v0_1 {

/// One setting of Options.
struct OptionField {
  std::string name;   ///< "style-weight"
  std::string group;  ///< heading of a help: "Look", "Size", "Steps", "Start", "Network", "Files"
  std::string label;  ///< of its value: "X" a number, "N" a whole one, "LIST", or words: "max|avg|l2"
  std::string help;   ///< a few words
  bool rare = false;  ///< for preset files; a command line need not offer it
  /// Reads `text` into the options. Throws Error(usage) whose message begins with `called`, the name the user knows the
  /// setting by.
  std::function<void(Options& options, const std::string& called, const std::string& text)> set;
  /// Text that `set` reads back as the same; empty when nothing is set.
  std::function<std::string(const Options& options)> get;
};

/// In the order of a help. Setting "size" unsets "width" and "height", and the other way round.
IMPASTO_API const std::vector<OptionField>& option_fields();

/// The preset `name`, or the one in a file when the name ends in .json: an object of settings by name, values being
/// numbers, strings, true or false, with "preset" naming the one whose settings it does not mention.
/// Throws Error(usage) for an unknown name or setting, Error(input) for a file that cannot be read.
IMPASTO_API Options load_preset(const std::string& name, const Weights& weights);

/// All settings but the start's values, as the JSON that load_preset reads.
IMPASTO_API std::string preset_text(const Options& options);
/// Writes preset_text, atomically. Throws Error(usage) unless the name ends in .json,
/// Error(io) when the disk refuses.
IMPASTO_API void save_preset(const Options& options, const std::filesystem::path& file);

/// Throws what save_preset would about the name and the folder, found out before hours of work. Leaves nothing behind.
IMPASTO_API void check_preset_output(const std::filesystem::path& file);

}  // namespace impasto::inline v0_1
