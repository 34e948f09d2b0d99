#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/help_format.h"
#include "cli/stylise_options.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/version.h"

namespace impasto::cli {
namespace {

constexpr const char* kDescription = "Paints one picture in the style of another (neural style transfer), on a CPU.";
constexpr const char* kFooter =
    "Example: impasto stylise photo.jpg painting.jpg -o result.jpg --size 768\n"
    "'impasto COMMAND --help' lists a command's options.";

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::usage, sentence); }

// The help flag is made last, so that the help shows it last.
void add_command(CLI::App& parent, const Command& command) {
  CLI::App* app = parent.add_subcommand(command.name, command.summary);
  if (!command.alias.empty()) app->alias(command.alias);
  app->allow_extras()->footer(command.footer)->set_help_flag();
  if (command.add_options) command.add_options(*app);
  for (const Command& action : command.actions) add_command(*app, action);
  app->set_help_flag("-h,--help", "print this help")->group("Run");
}

std::unique_ptr<CLI::App> make_app(const std::vector<Command>& table) {
  auto app = std::make_unique<CLI::App>(kDescription, "impasto");
  app->formatter(std::make_shared<HelpFormat>());
  app->set_version_flag("--version", "impasto " IMPASTO_VERSION, "print the version");
  app->set_help_flag("-h,--help", "print this help");
  app->footer(kFooter)->allow_extras();
  app->get_formatter()->label("OPTIONS", "Options");
  for (const Command& command : table) add_command(*app, command);
  return app;
}

// A command that was given, as CLI11 and the table know it; `command` is null for the program alone.
struct Given {
  CLI::App* app;
  const Command* command;
  const std::vector<Command>* table;  // of the words that may follow
};

// From the program to the last command or action on the line.
std::vector<Given> given_commands(CLI::App& app, const std::vector<Command>& table) {
  std::vector<Given> given = {{&app, nullptr, &table}};
  while (true) {
    const auto parsed = given.back().app->get_subcommands();
    if (parsed.empty()) return given;
    const auto& rows = *given.back().table;
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const Command& c) { return c.name == parsed.front()->get_name(); });
    given.push_back({parsed.front(), &*row, &row->actions});
  }
}

// "impasto weights info --help"
std::string help_of(const std::vector<Given>& given) {
  std::string words;
  for (const Given& one : given) words += one.app->get_name() + " ";
  return words + "--help";
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const std::vector<Command>& table) {
  std::vector<std::string> names;
  for (const Command& command : table) {
    names.push_back(command.name);
    if (!command.alias.empty()) names.push_back(command.alias);
  }
  return names;
}

// The first word nobody claimed, with the likeliest intention.
void refuse_extras(const Given& given, const std::string& help) {
  std::vector<std::string> extras = given.app->remaining();
  std::erase(extras, "--");  // CLI11 leaves there what names follow, with or without dashes
  if (extras.empty()) return;
  const std::string word = extras.front().substr(0, extras.front().find('='));
  const bool is_option = !word.empty() && word.front() == '-';
  const std::string near = nearest_word(word, is_option ? option_names(*given.app) : command_names(*given.table));
  const std::string what = is_option                  ? "unknown option '" + word + "'"
                           : given.command == nullptr ? "unknown command '" + word + "'"
                                                      : given.command->takes + " '" + word + "'";
  refuse(what + "; " + (near.empty() ? "" : "did you mean " + near + "? ") + "see " + help);
}

// "stylise, bench or info"
std::string listed(const std::vector<Command>& table) {
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const Command& command : table) names.push_back(command.name);
  return joined(names, ", ", " or ");
}

void check(std::vector<Given> given) {
  const Given last = given.back();
  const std::string help = help_of(given);
  for (; !given.empty(); given.pop_back()) refuse_extras(given.back(), help_of(given));
  if (last.command == nullptr) refuse("no command given, wanted " + listed(*last.table) + "; see " + help);
  if (!last.table->empty())
    refuse(last.command->name + " needs an action, wanted " + listed(*last.table) + "; see " + help);
  if (last.command->check) last.command->check();
}

}  // namespace

std::string Launch::words() const {
  std::string words;
  for (const std::string& argument : arguments) words += (words.empty() ? "" : " ") + shell_word(argument);
  return words;
}

CommandLine parse_command_line(int argc, const char* const* argv) {
  const std::vector<Command> table = commands();
  const std::unique_ptr<CLI::App> app = make_app(table);
  try {
    app->parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    return {"impasto " IMPASTO_VERSION "\n"};
  } catch (const CLI::CallForHelp&) {
    const Given last = given_commands(*app, table).back();
    if (last.command != nullptr && last.command->preset) show_defaults(*last.app, last.command->preset());
    return {last.app->help()};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string sentence = error.what();
    refuse(sentence.substr(0, sentence.find(':')) + " needs a value; see " + help_of(given_commands(*app, table)));
  } catch (const CLI::ParseError& error) {
    std::string sentence = error.what();
    sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
    refuse(sentence + "; see " + help_of(given_commands(*app, table)));
  }
  const std::vector<Given> given = given_commands(*app, table);
  check(given);
  return {"", given.back().command->run};
}

}  // namespace impasto::cli
