#include "cli/help_format.h"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>

namespace impasto::cli {
namespace {

constexpr std::size_t kLineColumns = 80;
constexpr std::size_t kTextColumn = 26;

// `left` at the margin, the words of `right` beside it; commas are as good as blanks for breaking a long list.
std::string entry(const std::string& left, const std::string& right) {
  std::string lines = "  " + left;
  std::size_t column = lines.size();
  const auto pad = [&] {
    lines += std::string(kTextColumn > column ? kTextColumn - column : 2, ' ');
    column = std::max(kTextColumn, column + 2);
  };
  pad();
  std::string word;
  bool first = true;
  const auto place = [&](bool blank_after) {
    if (column + word.size() > kLineColumns && !first) {
      while (lines.back() == ' ') lines.pop_back();
      lines += '\n';
      column = 0;
      pad();
    }
    lines += word;
    column += word.size();
    if (blank_after) lines += ' ', ++column;
    word.clear();
    first = false;
  };
  for (const char c : right) {
    if (c == ' ') {
      place(true);
    } else {
      word += c;
      if (c == ',') place(false);
    }
  }
  place(false);
  return lines + "\n";
}

std::string option_entry(const CLI::Option* option) {
  std::string left = option->get_name(false, true);
  // CLI11 joins -o and --output by a comma alone.
  if (const std::size_t comma = left.find(','); comma != std::string::npos) left.insert(comma + 1, " ");
  if (option->get_expected_max() > 0 && !option->get_type_name().empty()) left += " " + option->get_type_name();
  std::string right = option->get_description();
  if (!option->get_default_str().empty()) right += " [" + option->get_default_str() + "]";
  return entry(left, right);
}

std::string usage(const CLI::App* app, const std::string& name) {
  std::string line = "Usage: " + name;
  const auto positionals = app->get_options([](const CLI::Option* option) { return option->get_positional(); });
  for (const CLI::Option* option : positionals) line += " " + option->get_name(true);
  if (!app->get_subcommands({}).empty()) line += " COMMAND";
  return line + " [options]\n";
}

// The program's name, the command's, and the name of what the command does.
std::string words_before(const CLI::App* app) {
  return app->get_parent() == nullptr ? "" : words_before(app->get_parent()) + app->get_parent()->get_name() + " ";
}

}  // namespace

std::string HelpFormat::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
  const std::string full_name = app->get_parent() != nullptr ? words_before(app) + app->get_name() : name;
  std::string help = usage(app, full_name.empty() ? app->get_name() : full_name) + app->get_description() + "\n";
  const auto commands = app->get_subcommands({});
  if (!commands.empty()) help += "\nCommands:\n";
  for (const CLI::App* command : commands) help += entry(command->get_name(), command->get_description());
  for (const std::string& group : app->get_groups()) {
    const auto options = app->get_options(
        [&](const CLI::Option* option) { return option->get_group() == group && option->nonpositional(); });
    if (group.empty() || options.empty()) continue;
    help += "\n" + group + ":\n";
    for (const CLI::Option* option : options) help += option_entry(option);
  }
  if (!app->get_footer().empty()) help += "\n" + app->get_footer() + "\n";
  return help;
}

}  // namespace impasto::cli
