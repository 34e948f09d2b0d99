#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/bench_command.h"
#include "cli/fetch_command.h"
#include "cli/gradcheck_command.h"
#include "cli/info_command.h"
#include "cli/inspect_command.h"
#include "cli/normalise_command.h"
#include "cli/plan_command.h"
#include "cli/presets_command.h"
#include "cli/resume_command.h"
#include "cli/stylise_command.h"
#include "cli/text.h"
#include "cli/weights_command.h"
#include "cli/weights_options.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

// In the rows below a command's options fill a request that its check and its run share.

Command stylise() {
  const auto request = std::make_shared<StyliseRequest>();
  return {
      .name = "stylise",
      .summary = "Paints CONTENT in the style of STYLE (or: stylize).",
      .footer =
          "[ ] default (with the built-in weights); another preset's: --preset NAME --help\n"
          "LIST: a,b,... or, of layers, name=weight,...\n"
          "Exit codes: 0 done, 1 failed, 2 usage, 130 Ctrl-C, saved.",
      .takes = "stylise takes pictures, CONTENT and STYLE, but got",
      .alias = "stylize",
      .add_options = [=](CLI::App& app) { add_stylise_options(app, *request); },
      .check =
          [=] {
            if (!request->styles.empty()) return;
            throw Error(ErrorCode::usage,
                        "stylise needs two pictures, CONTENT and STYLE, but got " +
                            std::string(request->content.empty() ? "none" : "only " + quoted(request->content)) +
                            "; see impasto stylise --help");
          },
      .preset = [=] { return request->preset; },
      .run =
          [=](const Launch& launch) {
            request->command = launch.words();
            request->words.assign(launch.arguments.begin() + 1, launch.arguments.end());
            return stylise_command(*request, launch.program);
          },
  };
}

Command resume() {
  const auto request = std::make_shared<StyliseRequest>();
  const auto checkpoint = std::make_shared<std::filesystem::path>();
  return {
      .name = "resume",
      .summary = "Goes on with a painting from its checkpoint.",
      .footer =
          "Example: impasto resume painting.jpg.checkpoint --iterations +200\n"
          "With no option the bits are those of a run that never stopped. Other --iterations go on\n"
          "with the same optimiser, other settings begin it anew from the picture.\n"
          "Exit codes: 0 done, 1 failed, 2 usage, 130 Ctrl-C, saved.",
      .takes = "resume takes one checkpoint, but got",
      .add_options =
          [=](CLI::App& app) {
            app.add_option("CHECKPOINT", *checkpoint, "what --checkpoint wrote")->type_name("FILE");
            add_run_files_and_settings(app, *request);
            app.add_flag("--force", request->force, "take other weights, pictures or SIMD than before")->group("Run");
          },
      .check =
          [=] {
            if (checkpoint->empty())
              throw Error(ErrorCode::usage, "resume needs a checkpoint; see impasto resume --help");
          },
      .run = [=](const Launch& launch) { return resume_command(*checkpoint, launch); },
  };
}

Command plan() {
  const auto request = std::make_shared<PlanRequest>();
  return {
      .name = "plan",
      .summary = "Tells size, memory and time of a painting beforehand.",
      .footer =
          "Example: impasto plan photo.jpg painting.jpg --size 2000\n"
          "Takes the options of stylise.\n"
          "Exit codes: 0 it fits, 1 it does not, or failed, 2 wrong options.",
      .takes = "plan takes pictures, CONTENT and STYLE, but got",
      .add_options = [=](CLI::App& app) { add_plan_options(app, *request); },
      .check =
          [=] {
            if (request->painting.styles.empty())
              throw Error(ErrorCode::usage, "plan needs two pictures, CONTENT and STYLE; see impasto plan --help");
          },
      .preset = [=] { return request->painting.preset; },
      .run = [=](const Launch& launch) { return plan_command(*request, launch.program); },
  };
}

Command bench() {
  const auto request = std::make_shared<BenchRequest>();
  return {
      .name = "bench",
      .summary = "Measures steps on pictures of noise: time, memory, every op.",
      .footer =
          "[ ] default; random: VGG19 in full width, the work of trained weights\n"
          "LIST is name=weight,name=weight,...\n"
          "Exit codes: 0 done, 1 failed, 2 wrong options.",
      .takes = "bench makes its pictures itself, but got",
      .add_options = [=](CLI::App& app) { add_bench_options(app, *request); },
      .preset = [=] { return request->painting.preset; },
      .run = [=](const Launch& launch) { return bench_command(*request, launch.program, launch.start); },
  };
}

Command gradcheck() {
  const auto request = std::make_shared<GradcheckRequest>();
  return {
      .name = "gradcheck",
      .summary = "Checks the engine's gradients against differences.",
      .footer =
          "Example: impasto gradcheck conv2d --shape 5x5x2\n"
          "Exit codes: 0 all gradients right, 1 one is wrong, 2 wrong options.",
      .takes = "gradcheck takes one subject, but got also",
      .add_options = [=](CLI::App& app) { add_gradcheck_options(app, *request); },
      .run = [=](const Launch& launch) { return gradcheck_command(*request, launch.program); },
  };
}

Command inspect() {
  const auto request = std::make_shared<InspectRequest>();
  return {
      .name = "inspect",
      .summary = "Shows one step of a painting, node by node.",
      .footer =
          "Example: impasto inspect photo.jpg painting.jpg -o step --size 256\n"
          "[ ] default; LIST is name,name,...\n"
          "Exit codes: 0 done, 1 failed, 2 wrong options.",
      .takes = "inspect takes pictures, CONTENT and STYLE, but got",
      .add_options = [=](CLI::App& app) { add_inspect_options(app, *request); },
      .check =
          [=] {
            if (request->painting.content.empty())
              throw Error(ErrorCode::usage,
                          "inspect needs a picture, CONTENT, and takes STYLE; see impasto inspect --help");
          },
      .preset = [=] { return request->painting.preset; },
      .run = [=](const Launch& launch) { return inspect_command(*request, launch.program); },
  };
}

Command info() {
  const auto request = std::make_shared<StyliseRequest>();
  return {
      .name = "info",
      .summary = "Prints version, build, SIMD, threads, weights and presets.",
      .footer = "",
      .takes = "info takes no file, but got",
      .add_options = [=](CLI::App& app) { add_run_options(app, *request); },
      .run = [=](const Launch& launch) { return info_command(*request, launch.program); },
  };
}

Command presets() {
  const auto request = std::make_shared<StyliseRequest>();
  request->preset.clear();
  return {
      .name = "presets",
      .summary = "Lists the presets, or all that one of them sets.",
      .footer = "Example: impasto presets bold",
      .takes = "presets takes one name, but got",
      .add_options =
          [=](CLI::App& app) {
            app.add_option("NAME", request->preset, "a preset or FILE.json")->type_name("NAME")->default_str("");
            add_run_options(app, *request);
          },
      .run = [=](const Launch& launch) { return presets_command(*request, launch.program); },
  };
}

Command weights_fetch() {
  const auto request = std::make_shared<FetchRequest>();
  return {
      .name = "fetch",
      .summary = "Downloads official weights to where stylise finds them.",
      .footer = "SOURCE: keras (80 MB, the default) or torchvision (575 MB)",
      .takes = "weights fetch takes one source, but got",
      .add_options = [=](CLI::App& app) { add_fetch_options(app, *request); },
      .run = [=](const Launch& launch) { return fetch_command(*request, launch.program); },
  };
}

Command weights_action(const char* name, const char* summary, const char* example, const char* takes,
                       void (*add_options)(CLI::App&, WeightsRequest&),
                       int (*run)(const WeightsRequest&, const std::filesystem::path&)) {
  const auto request = std::make_shared<WeightsRequest>();
  return {
      .name = name,
      .summary = summary,
      .footer = std::string("Example: impasto weights ") + name + " " + example,
      .takes = std::string("weights ") + name + " takes " + takes + ", but got",
      .add_options = [=](CLI::App& app) { add_options(app, *request); },
      .run = [=](const Launch& launch) { return run(*request, launch.program); },
  };
}

Command weights() {
  return {.name = "weights",
          .summary = "Fetches, imports, shows and normalises weights of VGG19 and VGG16.",
          .footer = "'impasto weights ACTION --help' lists an action's options.",
          .takes = "unknown action",
          .actions = {
              weights_fetch(),
              weights_action("import", "Makes the file that stylise takes from what a framework saved.",
                             "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", "one file", add_import_options,
                             import_command),
              weights_action("info", "Tells what a file of weights holds.", "vgg19.safetensors", "one file",
                             add_weights_info_options, weights_info_command),
              weights_action("normalise", "Makes every filter's mean activation over pictures 1.",
                             "vgg19.safetensors photos/*.jpg -o equal.safetensors", "a file and pictures",
                             add_normalise_options, normalise_command),
          }};
}

}  // namespace

std::vector<Command> commands() {
  return {stylise(), resume(), plan(), bench(), gradcheck(), inspect(), info(), presets(), weights()};
}

}  // namespace impasto::cli
