#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cctype>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/help_format.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/version.h"

namespace impasto::cli {
namespace {

constexpr const char* kDescription = "Paints one picture in the style of another (neural style transfer), on a CPU.";
constexpr const char* kFooter =
    "Example: impasto stylise photo.jpg painting.jpg -o result.jpg --size 768\n"
    "'impasto COMMAND --help' lists a command's options.";
constexpr const char* kBenchFooter =
    "[ ] default; random: VGG19 in full width, the work of trained weights\n"
    "LIST is name=weight,name=weight,...\n"
    "Exit codes: 0 done, 1 failed, 2 wrong options.";
constexpr const char* kGradcheckFooter =
    "Example: impasto gradcheck conv2d --shape 5x5x2\n"
    "Exit codes: 0 all gradients right, 1 one is wrong, 2 wrong options.";
constexpr const char* kInspectFooter =
    "Example: impasto inspect photo.jpg painting.jpg -o step --size 256\n"
    "[ ] default; LIST is name,name,...\n"
    "Exit codes: 0 done, 1 failed, 2 wrong options.";
constexpr const char* kWeightsFooter = "'impasto weights ACTION --help' lists an action's options.";
constexpr const char* kStyliseFooter =
    "[ ] default (with the built-in weights); another preset's: --preset NAME --help\n"
    "LIST: a,b,... or, of layers, name=weight,...\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 130 Ctrl-C, saved.";

// The help flag is made last, so that the help shows it last.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& footer,
                      const std::function<void(CLI::App&)>& add_options) {
  CLI::App* command = parent.add_subcommand(name, summary);
  command->allow_extras()->footer(footer)->set_help_flag();
  add_options(*command);
  command->set_help_flag("-h,--help", "print this help")->group("Run");
  return command;
}

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::usage, sentence); }

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// The first word nobody claimed, with the likeliest intention.
void refuse_extras(const CLI::App& app, const std::string& what, const std::vector<std::string>& known,
                   const std::string& help) {
  std::vector<std::string> extras = app.remaining();
  std::erase(extras, "--");  // CLI11 leaves there what names follow, with or without dashes
  if (extras.empty()) return;
  const std::string word = extras.front().substr(0, extras.front().find('='));
  if (!word.empty() && word.front() == '-') {
    const std::string near = nearest_word(word, option_names(app));
    refuse("unknown option '" + word + "'; " + (near.empty() ? "" : "did you mean " + near + "? ") + "see " + help);
  }
  const std::string near = nearest_word(word, known);
  refuse(what + " '" + word + "'; " + (near.empty() ? "" : "did you mean " + near + "? ") + "see " + help);
}

void check_stylise(const CLI::App& command, const StyliseRequest& request) {
  refuse_extras(command, "stylise takes pictures, CONTENT and STYLE, but got", {}, "impasto stylise --help");
  if (request.styles.empty()) {
    refuse("stylise needs two pictures, CONTENT and STYLE, but got " +
           std::string(request.content.empty() ? "none" : "only " + quoted(request.content)) +
           "; see impasto stylise --help");
  }
}

// The command that was given, or the action of a command.
const CLI::App& deepest(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : deepest(*parsed.front());
}

std::string help_sentence(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command = &deepest(app); command != nullptr; command = command->get_parent())
    words = " " + command->get_name() + words;
  return "see" + words + " --help";
}

void find_weights_action(const CLI::App& weights, CommandLine& line) {
  std::vector<std::string> names;
  for (const WeightsAction& action : weights_actions()) {
    names.push_back(action.name);
    const CLI::App* command = weights.get_subcommand(action.name);
    if (!command->parsed()) continue;
    const std::string words = std::string("weights ") + action.name;
    refuse_extras(*command, words + " takes " + action.takes + ", but got", {}, "impasto " + words + " --help");
    line.weights_action = &action;
  }
  refuse_extras(weights, "unknown action", names, "impasto weights --help");
  if (line.weights_action == nullptr)
    refuse("weights needs an action, such as fetch, import or info; see impasto weights --help");
  line.command = CommandLine::Command::weights;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kDescription, "impasto");
  app.formatter(std::make_shared<HelpFormat>());
  app.set_version_flag("--version", "impasto " IMPASTO_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print this help");
  app.footer(kFooter)->allow_extras();
  app.get_formatter()->label("OPTIONS", "Options");

  CLI::App* stylise = add_command(app, "stylise", "Paints CONTENT in the style of STYLE (or: stylize).", kStyliseFooter,
                                  [&](CLI::App& command) { add_stylise_options(command, line.request); });
  stylise->alias("stylize");
  CLI::App* bench = add_command(app, "bench", "Measures steps on pictures of noise: time, memory, every op.",
                                kBenchFooter, [&](CLI::App& command) { add_bench_options(command, line.bench); });
  CLI::App* gradcheck =
      add_command(app, "gradcheck", "Checks the engine's gradients against differences.", kGradcheckFooter,
                  [&](CLI::App& command) { add_gradcheck_options(command, line.gradcheck); });
  CLI::App* inspect = add_command(app, "inspect", "Shows one step of a painting, node by node.", kInspectFooter,
                                  [&](CLI::App& command) { add_inspect_options(command, line.inspect); });
  CLI::App* info = add_command(app, "info", "Prints version, build, SIMD, threads, weights and presets.", "",
                               [&](CLI::App& command) { add_run_options(command, line.request); });
  CLI::App* presets = add_command(
      app, "presets", "Lists the presets, or all that one of them sets.", "Example: impasto presets bold",
      [&](CLI::App& command) {
        command.add_option("NAME", line.request.preset, "a preset or FILE.json")->type_name("NAME")->default_str("");
        add_run_options(command, line.request);
      });
  CLI::App* weights =
      add_command(app, "weights", "Fetches, imports, shows and normalises weights of VGG19.", kWeightsFooter,
                  [&](CLI::App& command) {
                    for (const WeightsAction& action : weights_actions()) {
                      add_command(command, action.name, action.summary, action.footer,
                                  [&](CLI::App& its_own) { action.add_options(its_own, line.weights); });
                    }
                  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    line.text = "impasto " IMPASTO_VERSION "\n";
    return line;
  } catch (const CLI::CallForHelp&) {
    if (stylise->parsed()) show_defaults(*stylise, line.request.preset);
    if (inspect->parsed()) show_defaults(*inspect, line.inspect.painting.preset);
    if (bench->parsed()) show_defaults(*bench, line.bench.painting.preset);
    line.text = deepest(app).help();
    return line;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string sentence = error.what();
    refuse(sentence.substr(0, sentence.find(':')) + " needs a value; " + help_sentence(app));
  } catch (const CLI::ParseError& error) {
    std::string sentence = error.what();
    sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
    refuse(sentence + "; " + help_sentence(app));
  }

  refuse_extras(app, "unknown command",
                {"stylise", "stylize", "bench", "gradcheck", "inspect", "info", "presets", "weights"},
                "impasto --help");
  if (stylise->parsed()) {
    check_stylise(*stylise, line.request);
    for (int i = 0; i < argc; ++i) line.request.command += (i == 0 ? "" : " ") + shell_word(argv[i]);
    line.command = CommandLine::Command::stylise;
  } else if (bench->parsed()) {
    refuse_extras(*bench, "bench makes its pictures itself, but got", {}, "impasto bench --help");
    line.command = CommandLine::Command::bench;
  } else if (gradcheck->parsed()) {
    refuse_extras(*gradcheck, "gradcheck takes one subject, but got also", {}, "impasto gradcheck --help");
    line.command = CommandLine::Command::gradcheck;
  } else if (inspect->parsed()) {
    refuse_extras(*inspect, "inspect takes pictures, CONTENT and STYLE, but got", {}, "impasto inspect --help");
    if (line.inspect.painting.content.empty())
      refuse("inspect needs a picture, CONTENT, and takes STYLE; see impasto inspect --help");
    line.command = CommandLine::Command::inspect;
  } else if (info->parsed()) {
    refuse_extras(*info, "info takes no file, but got", {}, "impasto info --help");
    line.command = CommandLine::Command::info;
  } else if (presets->parsed()) {
    refuse_extras(*presets, "presets takes one name, but got", {}, "impasto presets --help");
    line.command = CommandLine::Command::presets;
    if (presets->get_option("NAME")->empty()) line.request.preset.clear();
  } else if (weights->parsed()) {
    find_weights_action(*weights, line);
  } else {
    refuse("no command given, wanted stylise, bench, gradcheck, inspect, presets, weights or info; see impasto --help");
  }
  return line;
}

}  // namespace impasto::cli
