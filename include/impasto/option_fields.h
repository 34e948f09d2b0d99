// Every setting by name and as text, with all there is to know about its values: what command lines, preset files,
// other languages and forms are made of.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "impasto/export.h"
#include "impasto/options.h"

namespace impasto::IMPASTO_ABI {

/// What a setting's text is. `number`: 0.5 or 1e-7. `whole`: a whole number. `choice`: one of OptionField::choices.
/// `wholes`: whole numbers between commas. `layers`: what parse_layers() reads. `scales`: auto, a whole number up to
/// kMaxScales, or `wholes`.
enum class FieldKind { number, whole, choice, wholes, layers, scales };

/// Numbers from `least` to `most`, with the ends or without.
struct NumberRange {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool without_least = false;
  bool without_most = false;

  /// Never of a number that is not finite.
  IMPASTO_API bool holds(double value) const;
  /// "0 to below 1", "a positive number", "a number of 0 or more".
  IMPASTO_API std::string text() const;
};

/// One setting of Options.
struct OptionField {
  std::string name;   ///< "style-weight"
  std::string title;  ///< "style weight": what messages about values call it
  std::string group;  ///< heading of a help: "Look", "Size", "Steps", "Start", "Network", "Files"
  std::string help;   ///< a few words
  FieldKind kind = FieldKind::number;
  std::vector<std::string> choices = {};  ///< of FieldKind::choice
  NumberRange range = {};                 ///< of each of numbers()
  std::string unit = {};                  ///< of the same: "pixels"; empty: none
  /// The setting counts only while the one of this name has one of these texts; empty: always.
  std::string needs = {};
  std::vector<std::string> needed = {};
  bool rare = false;  ///< for preset files; a command line need not offer it

  /// Reads `text` into the options. Throws Error(usage) whose message begins with `called`, the name the user knows the
  /// setting by.
  std::function<void(Options& options, const std::string& called, const std::string& text)> set = {};
  /// Text that `set` reads back as the same; empty when nothing is set.
  std::function<std::string(const Options& options)> get = {};
  /// Of a number, a whole number or a list of them: the values; none when nothing is set, and of other kinds.
  std::function<std::vector<double>(const Options& options)> numbers = {};

  /// Whether the setting changes anything beside the others (`needs`).
  IMPASTO_API bool applies(const Options& options) const;
};

/// In the order of a help. Setting "size" unsets "width" and "height", and the other way round. Every member of Options
/// but start_values is here.
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

}  // namespace impasto::IMPASTO_ABI
