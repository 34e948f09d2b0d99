// The page that --report writes: what it holds, when it is written, what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "cli/pictures.h"
#include "impasto/option_fields.h"
#include "impasto/weights_tools.h"
#include "support/safetensors.h"

using namespace impasto;
using namespace impasto::testing;
using Json = nlohmann::json;

namespace {

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

Json data_of(const std::string& page) {
  return Json::parse(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"));
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t i = 0; (i = text.find(part, i)) != std::string::npos; i += part.size()) ++count;
  return count;
}

Image decoded(const Json& picture) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::uint8_t> bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : picture["jpeg"].get<std::string>()) {
    if (c == '=') break;
    REQUIRE(digits.find(c) != std::string::npos);
    group = group << 6 | static_cast<std::uint32_t>(digits.find(c));
    bits += 6;
    if (bits >= 8) bytes.push_back(static_cast<std::uint8_t>(group >> (bits -= 8)));
  }
  return decode_image(bytes, "a picture of the page");
}

std::string fact(const Json& data, const std::string& name) {
  for (const Json& one : data["facts"]) {
    if (one[0] == name) return one[1];
  }
  return "";
}

}  // namespace

TEST_CASE("cli: a report holds the whole run") {
  const Studio studio;
  const Run run = studio.paint({"--report", "r.html", "-o", "end.png", "--seed", "7", "--scales", "24,48",
                                "--tv-weight", "0.1", "--save-preset", "preset.json"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  const std::string page = read_text(studio / "r.html");
  CHECK(contains(page, "<title>content.png in the style of style.png</title>"));
  CHECK(page.size() < 300'000);
  // Nothing is fetched: the one address names SVG.
  CHECK(count_of(page, "http") == count_of(page, "http://www.w3.org/2000/svg"));
  CHECK(count_of(page, "src=\"") == 0);

  const Json data = data_of(page);
  CHECK(data["notice"] == "");
  CHECK(data["steps"] == 8);
  const Image painting = decoded(data["painting"]);
  CHECK(painting.width() == 48);
  CHECK(painting.height() == 32);
  CHECK(decoded(data["content"]).width() == 48);
  CHECK(decoded(data["styles"][0]).width() == 40);
  REQUIRE(data["film"].size() == 5);  // the start and four epochs
  CHECK(data["film"][0]["step"] == 0);
  CHECK(data["film"][4]["step"] == 8);
  CHECK(decoded(data["film"][1]).width() == 24);

  CHECK(data["curves"]["steps"].size() == 8);
  std::vector<std::string> kinds;
  for (const Json& series : data["curves"]["series"]) {
    REQUIRE(series["values"].size() == 8);
    for (const Json& value : series["values"]) CHECK(value.get<double>() > 0);
    kinds.push_back(series["kind"]);
  }
  CHECK(std::count(kinds.begin(), kinds.end(), "term") == 4);
  CHECK(std::count(kinds.begin(), kinds.end(), "content") == 1);
  CHECK(std::count(kinds.begin(), kinds.end(), "style") == 7);
  CHECK(std::count(kinds.begin(), kinds.end(), "gradient") == 1);
  CHECK(std::count(kinds.begin(), kinds.end(), "change") == 1);

  REQUIRE(data["scales"].size() == 2);
  CHECK(data["scales"][1]["first"] == 5);
  CHECK(data["scales"][1]["width"] == 48);
  CHECK(data["scales"][1]["seconds"] > 0);
  CHECK(data["ops"][0]["seconds"] > 0);
  for (const char* kind : {"arena", "pictures", "optimiser"}) CHECK(data["memory"][kind] > 0);

  CHECK(contains(data["command"], "impasto stylise content.png style.png --weights builtin"));
  CHECK(fact(data, "Seed") == "7");
  CHECK(fact(data, "Threads") == "1");
  CHECK(contains(fact(data, "Weights"), "built-in"));
  CHECK(contains(fact(data, "Version"), "Impasto "));
  CHECK(data["preset"] == read_text(studio / "preset.json"));
}

TEST_CASE("cli: the preset of a report repeats the run") {
  const Studio studio;
  REQUIRE(studio.paint({"--report", "r.html", "-o", "a.npy", "--seed", "3", "--style-weight", "20"}).code == 0);
  studio.write("again.json", data_of(read_text(studio / "r.html"))["preset"].get<std::string>());
  const Run run = run_program({"stylise", "content.png", "style.png", "--weights", "builtin", "--preset", "again.json",
                               "--threads", "1", "-o", "b.npy"},
                              studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(read_text(studio / "a.npy") == read_text(studio / "b.npy"));
}

TEST_CASE("cli: no name breaks out of a report") {
  const Studio studio;
  std::filesystem::create_directory(studio / "a<");
  const std::string content = "a</script><img src=x onerror=alert(1)>&amp;'\".png", style = "\xff\xc3(\xe2\x82\xac.png";
  std::filesystem::copy_file(studio / "content.png", studio / content);
  std::filesystem::copy_file(studio / "style.png", studio / style);
  std::vector<std::string> words = Studio::arguments({"--report", "r.html"});
  words[1] = content;
  words[2] = style;
  const Run run = run_program(words, studio.path());
  INFO(run.err);
  REQUIRE(run.code == 0);
  const std::string page = read_text(studio / "r.html");
  CHECK(count_of(page, "</script>") == 2);
  CHECK(count_of(page, "<img") == 0);
  CHECK(contains(page, "<title>script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;'&quot;.png in the style of"));
  const Json data = data_of(page);
  CHECK(data["content"]["name"] == content);
  CHECK(data["styles"][0]["name"] == "\xef\xbf\xbd\xef\xbf\xbd(\xe2\x82\xac.png");
  CHECK(contains(data["command"], "'a</script><img src=x onerror=alert(1)>&amp;'\\''\".png'"));
}

TEST_CASE("cli: a report names the file of the weights and its checksum") {
  const Studio studio;
  studio.write("w.safetensors", safetensors(first_convolutions(), torchvision_input()));
  std::vector<std::string> words = Studio::arguments(
      {"--report", "r.html", "--content-layers", "block1_conv1", "--style-layers", "block1_conv1,block1_conv2"});
  words[4] = "w.safetensors";
  const Run run = run_program(words, studio.path());
  INFO(run.err);
  REQUIRE(run.code == 0);
  const Json data = data_of(read_text(studio / "r.html"));
  CHECK(fact(data, "Weights file") == "w.safetensors");
  CHECK(fact(data, "SHA-256") == sha256_of(studio / "w.safetensors"));
}

TEST_CASE("cli: a run that is stopped, fails or diverges leaves a report that says so") {
  const Studio studio;
  Program program(IMPASTO_PROGRAM, Studio::arguments({"--epochs", "100000", "--log", "log.csv", "--report", "r.html"}),
                  studio.path());
  while (!std::filesystem::exists(studio / "log.csv") || std::filesystem::file_size(studio / "log.csv") < 20000) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  program.send(SIGINT);
  CHECK(program.wait().code == 130);
  const Json stopped = data_of(read_text(studio / "r.html"));
  CHECK(
      contains(stopped["notice"], "Stopped after step " + std::to_string(stopped["steps"].get<int>()) + " of 200000"));
  CHECK(stopped["film"].size() <= 24);
  CHECK(stopped["film"].back()["step"] == stopped["steps"]);

  CHECK(studio.paint({"--optimiser", "adam", "--learning-rate", "1e30", "--report", "d.html"}).code == 1);
  const Json diverged = data_of(read_text(studio / "d.html"));
  CHECK(contains(diverged["notice"], "Diverged after step "));
  CHECK(decoded(diverged["painting"]).width() == 48);

  std::filesystem::create_directories(studio / "snaps/2.jpg");
  CHECK(studio.paint({"--snapshots", "snaps", "--report", "f.html"}).code == 1);
  CHECK(contains(data_of(read_text(studio / "f.html"))["notice"], "'snaps/2.jpg' is a folder"));
}

TEST_CASE("cli: a report that cannot be written is refused before the work") {
  const Studio studio;
  std::filesystem::create_directory(studio / "folder.html");
  const auto files = studio.size();
  expect_failure(studio.paint({"--report", "r.jpg"}), 2, {"'r.jpg'", ".html"});
  expect_failure(studio.paint({"--report", ""}), 2, {"--report", "empty"});
  expect_failure(studio.paint({"--report", "none/r.html"}), 1, {"'none'", "does not exist"});
  expect_failure(studio.paint({"--report", "folder.html"}), 1, {"'folder.html'", "folder"});
  expect_failure(studio.paint({"--report", "r.html", "--log", "r.html"}), 2, {"--report", "'r.html'", "--log"});
  std::filesystem::create_symlink("content.png", studio / "link.html");
  expect_failure(studio.paint({"--report", "link.html"}), 2, {"'link.html'", "content picture"});
  CHECK(studio.size() == files + 1);
}
