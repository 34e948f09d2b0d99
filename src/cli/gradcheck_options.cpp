#include "cli/gradcheck_options.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr const char* kCheck = "Check";
constexpr const char* kRun = "Run";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

void read_shape(const std::string& text, EngineGradcheckOptions& options) {
  const std::vector<std::string> sides = split(text, 'x');
  if (sides.size() != 3) throw Error(ErrorCode::usage, "--shape is '" + text + "', wanted HxWxC, such as 6x7x3");
  std::size_t* const to[] = {&options.height, &options.width, &options.channels};
  for (std::size_t i = 0; i < 3; ++i) *to[i] = static_cast<std::size_t>(parse_integer("--shape", sides[i], 1, 64));
}

void read_dtype(const std::string& text, EngineGradcheckOptions& options) {
  if (text != "double" && text != "float")
    throw Error(ErrorCode::usage, "--dtype is '" + text + "', wanted double or float");
  options.in_float = text == "float";
}

std::string epsilon_list(const std::vector<double>& epsilons) {
  std::string list;
  for (const double epsilon : epsilons) list += (list.empty() ? "" : ",") + number_text(epsilon);
  return list;
}

}  // namespace

void add_gradcheck_options(CLI::App& command, GradcheckRequest& request) {
  EngineGradcheckOptions& options = request.options;
  command.add_option("SUBJECT", request.subject, "op (all ops), an op by name, vgg19, loss or all")
      ->type_name("NAME")
      ->default_str(request.subject);
  add_word(command, kCheck, "--shape", "HxWxC", "of the map, sides up to 64", [&options](const std::string& text) {
    read_shape(text, options);
  })->default_str("6x7x3; 16x16x3");
  add_word(command, kCheck, "--seed", "N", "of the point", [&options](const std::string& text) {
    options.seed =
        static_cast<std::uint64_t>(parse_integer("--seed", text, 0, std::numeric_limits<std::int64_t>::max()));
  })->default_str("0");
  add_word(command, kCheck, "--dtype", "KIND", "of the analytic gradient: double, float",
           [&options](const std::string& text) { read_dtype(text, options); })
      ->default_str("double");
  add_word(command, kCheck, "--epsilon", "LIST", "steps of the differences", [&options](const std::string& text) {
    options.epsilons.clear();
    for (const std::string& word : split(text, ',')) options.epsilons.push_back(parse_share("--epsilon", word));
  })->default_str(epsilon_list(options.epsilons));
  add_word(command, kRun, "--json", "FILE", "the figures for programs", [&request](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, "--json is empty, wanted a name");
    request.json = text;
  });
  add_run_options(command, request.run);
}

}  // namespace impasto::cli
