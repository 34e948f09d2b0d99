#include "cli/gradcheck_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/json_text.h"
#include "cli/text.h"
#include "impasto/text_file.h"

namespace impasto::cli {
namespace {

constexpr int kDigits = 10;

std::string row(const EngineGradcheck& check) {
  const GradcheckElement& worst = check.result.worst;
  return format("%-21s %-12s %-16s %15.8g %15.8g %8.1e  %s\n", check.subject.c_str(), check.shape.c_str(),
                (std::to_string(check.variable) + " " + check.element).c_str(), worst.analytic, worst.numeric,
                worst.error, check.result.passed ? "right" : "WRONG");
}

// The V: a line a check, a column a step.
std::string curve_table(const std::vector<EngineGradcheck>& checks) {
  std::string lines = format("\n%-21s", "error at step");
  for (const EpsilonError& point : checks.front().result.curve) lines += format(" %7.0e", point.epsilon);
  for (const EngineGradcheck& check : checks) {
    lines += format("\n%-21s", check.subject.c_str());
    for (const EpsilonError& point : check.result.curve) lines += format(" %7.0e", point.error);
  }
  return lines + "\n";
}

std::string real(double value) { return json_number(value, kDigits); }

std::string json_check(const EngineGradcheck& check) {
  const GradcheckElement& worst = check.result.worst;
  return "{\"subject\": " + json_string(check.subject) + ", \"passed\": " + (check.result.passed ? "true" : "false") +
         ", \"shape\": " + json_string(check.shape) + ", \"variable\": " + std::to_string(check.variable) +
         ", \"element\": " + json_string(check.element) + ", \"analytic\": " + real(worst.analytic) +
         ", \"numeric\": " + real(worst.numeric) + ", \"epsilon\": " + real(worst.epsilon) +
         ", \"error_over_tolerance\": " + real(worst.error) + ", \"tried\": " + std::to_string(check.result.tried) +
         ", \"curve\": " +
         json_list(check.result.curve, " ",
                   [](const EpsilonError& point) {
                     return "{\"epsilon\": " + real(point.epsilon) + ", \"error\": " + real(point.error) + "}";
                   }) +
         "}";
}

std::string json_text(const std::vector<EngineGradcheck>& checks, bool passed) {
  JsonObject json;
  json.add("passed", passed ? "true" : "false");
  json.add("checks", json_list(checks, "\n    ", json_check));
  return json.text();
}

}  // namespace

int gradcheck_command(const GradcheckRequest& request, const std::filesystem::path& program) {
  if (request.json) check_text_output(*request.json);
  const std::vector<EngineGradcheck> checks = gradcheck_engine(
      request.subject, find_weights(request.run.weights, program).weights, request.options, run_context(request.run));
  const auto wrong = std::count_if(checks.begin(), checks.end(), [](const auto& c) { return !c.result.passed; });
  std::printf("%-21s %-12s %-16s %15s %15s %8s\n", "worst element of", "variable", "place", "analytic", "numeric",
              "error");
  for (const EngineGradcheck& check : checks) std::fputs(row(check).c_str(), stdout);
  std::fputs(curve_table(checks).c_str(), stdout);
  std::printf(
      "\nError above is |analytic - numeric| over the tolerance, wanted at most 1; below, the largest beside "
      "the largest\ngradient. %zu of %zu gradients are right.\n",
      checks.size() - static_cast<std::size_t>(wrong), checks.size());
  std::fflush(stdout);
  if (request.json) save_text(json_text(checks, wrong == 0), *request.json);
  return wrong == 0 ? kExitDone : kExitFailed;
}

}  // namespace impasto::cli
