// `impasto gradcheck`, `impasto inspect` and --check-numbers, as a user meets them.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/pictures.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

using Json = nlohmann::json;

std::vector<std::string> inspecting(std::vector<std::string> words, const std::vector<std::string>& more) {
  words[0] = "inspect";
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Column `name` of the last line.
std::string last_of(const std::string& csv, const std::string& name) {
  std::istringstream lines(csv);
  std::string head, line, last;
  std::getline(lines, head);
  while (std::getline(lines, line)) last = line;
  std::istringstream names(head), values(last);
  std::string one, value;
  while (std::getline(names, one, ',') && std::getline(values, value, ',')) {
    if (one == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("cli: gradcheck prints worst element and V, writes them as JSON, and says by its code that all is right") {
  const TempFolder folder;
  const Run run = run_program({"gradcheck", "relu", "--shape", "4x5x2", "--seed", "3", "--dtype", "float", "--epsilon",
                               "1e-2,1e-4,1e-6", "--json", "check.json", "--threads", "1"},
                              folder.path());
  INFO(run.err);
  CHECK(run.code == 0);
  for (const char* part : {"relu", "4 x 5 x 2", "right", "error at step", "1e-04", "1 of 1"})
    CHECK(contains(run.out, part));
  const Json json = Json::parse(read_text(folder.path() / "check.json"));
  CHECK(json["passed"] == true);
  CHECK(json["checks"][0]["curve"].size() == 3);
}

TEST_CASE("cli: a gradient that no step can confirm fails by code 1") {
  const TempFolder folder;
  const Run run = run_program({"gradcheck", "relu", "--epsilon", "3", "--threads", "1"}, folder.path());
  CHECK(run.code == 1);
  CHECK(contains(run.out, "WRONG"));
}

TEST_CASE("cli: gradcheck refuses what it does not understand") {
  const TempFolder folder;
  expect_failure(run_program({"gradcheck", "conv3d"}, folder.path()), 2, {"'conv3d'", "conv2d"});
  expect_failure(run_program({"gradcheck", "--shape", "4x5"}, folder.path()), 2, {"--shape", "HxWxC"});
  expect_failure(run_program({"gradcheck", "--dtype", "half"}, folder.path()), 2, {"--dtype", "'half'"});
  expect_failure(run_program({"gradcheck", "--epsilon", "1e-3,0"}, folder.path()), 2, {"--epsilon"});
}

TEST_CASE("cli: inspect prints the nodes and leaves tables, graph and layers in its folder") {
  const Studio studio;
  const Run run = run_program({"inspect", "content.png", "style.png", "--size", "40", "--weights", "builtin",
                               "--layers", "conv1_1,conv3_1", "-o", "step", "--threads", "1"},
                              studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  for (const char* part : {"picture", "forw. ms", "receptive field", "block3_conv1", "loss "})
    CHECK(contains(run.out, part));
  for (const char* file : {"nodes.txt", "nodes.csv", "inspection.json", "graph.dot", "graph.json",
                           "block1_conv1-features.npy", "block1_conv1-features.png", "block1_conv1-gradient.npy",
                           "block1_conv1-gradient.png", "block3_conv1-gram.npy", "block3_conv1-gram.png"})
    CHECK_MESSAGE(std::filesystem::exists(studio.path() / "step" / file), file);
  CHECK(Json::parse(read_text(studio.path() / "step/inspection.json"))["layers"].size() == 2);
  CHECK(
      contains(run.err, std::filesystem::exists(studio.path() / "step/graph.svg") ? "graph and 2 layers" : "Graphviz"));
}

TEST_CASE("cli: a step is replayed from a dump, with the losses of the run's log to the last digit") {
  const Studio studio;
  const std::vector<std::string> settings = {"stylise",   "content.png", "style.png",   "--size",    "40",
                                             "--weights", "builtin",     "--optimiser", "adam",      "--average",
                                             "0",         "--scales",    "1",           "--threads", "1"};
  std::vector<std::string> long_run = settings, short_run = settings;
  long_run.insert(long_run.end(), {"--iterations", "4", "--log", "log.csv", "-o", "a.png"});
  short_run.insert(short_run.end(), {"--iterations", "3", "-o", "start.npy"});
  REQUIRE(run_program(long_run, studio.path()).code == 0);
  REQUIRE(run_program(short_run, studio.path()).code == 0);
  const Run run = run_program(inspecting(settings, {"--from", "start.npy"}), studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  const std::string csv = read_text(studio.path() / "log.csv");
  CHECK(contains(run.out, "loss " + last_of(csv, "loss") + ", content " + last_of(csv, "content") + ", style " +
                              last_of(csv, "style")));
}

TEST_CASE("cli: --check-numbers lets a healthy run through with the same picture") {
  const Studio studio;
  CHECK(studio.paint({"-o", "a.npy"}).code == 0);
  CHECK(studio.paint({"-o", "b.npy", "--check-numbers"}).code == 0);
  CHECK(read_text(studio.path() / "a.npy") == read_text(studio.path() / "b.npy"));
}

TEST_CASE("cli: inspect refuses what it does not understand") {
  const Studio studio;
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"inspect"});
    return run_program(words, studio.path());
  };
  expect_failure(run({}), 2, {"CONTENT"});
  expect_failure(run({"content.png", "--weights", "builtin", "--layers", "conv9_9"}), 2, {"conv9_9"});
  expect_failure(run({"content.png", "--weights", "builtin", "--from", "missing.npy"}), 1, {"missing.npy"});
  expect_failure(run({"content.png", "--weights", "builtin", "-o", "style.png"}), 1, {"style.png", "not a folder"});
}
