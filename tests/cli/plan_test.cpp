// `impasto plan`: what a painting will take, told without painting it.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "impasto/stylise.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

std::vector<std::string> plan_of(const std::vector<std::string>& more) {
  std::vector<std::string> words = {"plan", "content.png", "style.png", "--weights", "builtin", "--threads", "1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("cli: plan tells sizes, steps, memory and time, and paints nothing") {
  const Studio studio;
  const auto files = studio.size();
  const Run run = run_program(plan_of({"--size", "48", "--scales", "24,48", "--iterations", "5,3"}), studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  for (const char* part :
       {"painting  24 x 16 (5 steps), then 48 x 32 (3 steps)", "memory    about ", " are free",
        "10 of 10 pairs of L-BFGS", "runs on   1 thread, ", "weights   built-in", "time      about "})
    CHECK_MESSAGE(contains(run.out, part), run.out);
  CHECK(studio.size() == files);
}

TEST_CASE("cli: the plan as JSON holds what estimate_memory says") {
  const Studio studio;
  REQUIRE(run_program(plan_of({"--size", "48", "--json", "plan.json"}), studio.path()).code == 0);
  const auto json = nlohmann::json::parse(read_text(studio / "plan.json"));
  Pictures pictures;
  pictures.content = load_image(studio / "content.png");
  pictures.styles.push_back({.image = load_image(studio / "style.png"), .weight = 1, .mask = {}});
  Options options = preset("default", Weights::builtin());
  options.size = 48;
  const MemoryEstimate memory = estimate_memory(pictures, Weights::builtin(), options, Context(1));
  CHECK(json["painting_bytes"] == memory.painting);
  CHECK(json["targets_bytes"] == memory.targets);
  CHECK(json["arena_bytes"] == memory.arena);
  CHECK(json["pairs_bytes"] == memory.pairs);
  CHECK(json["history"] == options.lbfgs.history);
  CHECK(json["width"] == 48);
  CHECK(json["height"] == 32);
  CHECK(json["fits"] == true);
  CHECK(json["seconds"].get<double>() > 0);
  CHECK(json["steps"].size() == json["scales"].size());
}

TEST_CASE("cli: a plan that does not fit says so at once, with exit code 1") {
  const Studio studio;
  std::vector<std::string> words = {"-c", "ulimit -v 400000; exec \"$0\" \"$@\"", IMPASTO_PROGRAM};
  const std::vector<std::string> plan = plan_of({"--size", "2000"});
  words.insert(words.end(), plan.begin(), plan.end());
  const Run run = Program("/bin/sh", words, studio.path()).wait();
  INFO(run.out);
  CHECK(run.code == 1);
  CHECK(contains(run.out, "it does not fit"));
  CHECK_FALSE(contains(run.out, "time "));
}

TEST_CASE("cli: plan refuses what stylise would") {
  const Studio studio;
  expect_failure(run_program({"plan", "content.png"}, studio.path()), 2, {"plan needs two pictures"});
  expect_failure(run_program(plan_of({"--style-weight", "-1"}), studio.path()), 2, {"--style-weight"});
  expect_failure(run_program(plan_of({"--json", "no/plan.json"}), studio.path()), 1, {"'no"});
}

TEST_CASE(
    "cli: --max-memory shortens L-BFGS's history with a word, and refuses what cannot fit with a size that does") {
  const Studio studio;
  const auto paint = [&](const std::string& most, const std::vector<std::string>& more) {
    std::vector<std::string> words =
        Studio::arguments({"--max-memory", most, "--lbfgs-precision", "single", "--lbfgs-history", "20", "--weights",
                           "formula", "-o", "a.png"});
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, studio.path());
  };
  const Run fits = paint("1G", {"--size", "300"});
  CHECK(fits.code == 0);
  CHECK_FALSE(contains(fits.err, " instead of 20"));
  const Run shorter = paint("70M", {"--size", "300"});
  INFO(shorter.err);
  CHECK(shorter.code == 0);
  CHECK(contains(shorter.err, " instead of 20: the memory that the context allows holds no more"));
  expect_failure(paint("70M", {"--size", "1000"}), 1, {"1000 x 667 needs about", "of --max-memory are left; --size "});
  expect_failure(paint("2M", {}), 1, {"--max-memory 2.1 MB is less than the "});
  for (const char* bad : {"", "2", "1000", "-1G", "2X", "0.1M", "G"})
    expect_failure(paint(bad, {}), 2, {"--max-memory is '" + std::string(bad) + "'"});
}

TEST_CASE("cli: within --max-memory a painting is cut into regions, stays below it, and can be made again without it") {
  const Studio studio;
  const auto paint = [&](std::vector<std::string> more, const std::string& output) {
    std::vector<std::string> words = {"--weights", "formula", "--size", "900", "--scales", "1", "-o", output};
    words.insert(words.end(), more.begin(), more.end());
    const Run run = run_program(Studio::arguments(words), studio.path());
    INFO(run.err);
    REQUIRE(run.code == 0);
    return run.err;
  };
  const std::string said = paint({"--max-memory", "260M", "--report", "report.html"}, "a.png");
  INFO(said);
  const std::size_t at = said.find(" regions of at most ");
  REQUIRE(at != std::string::npos);
  const std::string side = std::to_string(std::stoi(said.substr(at + 20)));
  const std::string page = read_text(studio / "report.html"), key = "\"resident\":";
  CHECK(std::stoull(page.substr(page.find(key) + key.size())) < std::uint64_t{260} << 20);
  const std::size_t pairs = said.find("L-BFGS keeps ");
  const std::string history = pairs == std::string::npos ? "10" : std::to_string(std::stoi(said.substr(pairs + 13)));
  paint({"--region-size", side, "--lbfgs-history", history}, "b.png");
  CHECK(read_text(studio / "a.png") == read_text(studio / "b.png"));
}
