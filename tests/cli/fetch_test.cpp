// `impasto weights fetch` against mirrors on this machine: files and a web server.
#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "impasto/weights_tools.h"
#include "support/error_of.h"
#include "support/http_server.h"
#include "support/run_program.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

namespace fs = std::filesystem;

const fs::path kNarrow = fs::path(IMPASTO_GOLDEN_DIR) / "golden_vgg19_torchvision.safetensors";
constexpr const char* kKerasAddress =
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5";
constexpr const char* kKerasMirror =
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.1/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5";
constexpr const char* kTorchvisionAddress = "https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors";

// A home to fetch to.
struct Home : TempFolder {
  fs::path weights() const { return path() / ".local/share/impasto/weights"; }
  fs::path target() const { return weights() / "vgg19.safetensors"; }

  // Fetches from `mirror`, IMPASTO_WEIGHTS_URL.
  Run fetch(const std::string& mirror, std::vector<std::string> more = {},
            Program::Environment environment = {}) const {
    std::vector<std::string> words = {"weights", "fetch"};
    words.insert(words.end(), more.begin(), more.end());
    environment.emplace("IMPASTO_WEIGHTS_URL", mirror);
    // A proxy of the machine is for other machines.
    environment.emplace("NO_PROXY", "*");
    return run_program(words, path(), environment);
  }
  // The narrow network, accepted by its own checksum.
  Run fetch_narrow(const std::string& mirror, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"torchvision", "--sha256", sha256_of(kNarrow)});
    return fetch(mirror, more);
  }
};

std::string narrow_bytes() { return read_text(kNarrow); }
std::string file_address(const fs::path& file) { return "file://" + file.string(); }

// One sentence, failed, with what to do by hand.
void check_failure(const Run& run, const std::string& part) {
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(run.out.empty());
  const std::size_t sentence = run.err.find("impasto: ");
  REQUIRE(sentence != std::string::npos);
  CHECK(contains(run.err.substr(sentence), part));
  for (const char* wanted : {"by hand, on any machine with a network: save ", "impasto weights import FILE -o "}) {
    CHECK(contains(run.err.substr(sentence), wanted));
  }
  const std::string by_hand = run.err.substr(sentence);
  CHECK((contains(by_hand, kTorchvisionAddress) ||
         (contains(by_hand, kKerasAddress) && contains(by_hand, kKerasMirror)) || contains(by_hand, "vgg16")));
  CHECK(run.err.find('\n', sentence) == run.err.size() - 1);
}

}  // namespace

// Nothing is fetched by a build that cannot take checksums.
#define FETCH_CASE(name) TEST_CASE(name* doctest::skip(!checksums_available()))

FETCH_CASE("cli: fetched weights are imported to where stylise finds them, and the download is removed") {
  const Home home;
  const Run run = home.fetch_narrow(file_address(kNarrow));
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.out, "stylise now paints with " + home.target().string()));
  CHECK(fs::exists(home.target()));
  CHECK(std::distance(fs::directory_iterator(home.weights()), {}) == 1);
  CHECK(contains(run_program({"info"}, home.path()).out, home.target().string()));
}

FETCH_CASE("cli: weights that are there are not fetched again, unless --force says so") {
  const Home home;
  REQUIRE(home.fetch_narrow(file_address(kNarrow), {"-q"}).code == 0);
  const Run again = home.fetch("http://127.0.0.1:1/");
  CHECK(again.code == 0);
  CHECK(contains(again.out, "is there already (torchvision, 16 convolutions)"));
  const Run other = home.fetch("http://127.0.0.1:1/", {"keras"});
  CHECK(other.code == 1);
  CHECK(contains(other.err, "holds the weights of torchvision, not of keras; --force replaces it"));
  check_failure(home.fetch("http://127.0.0.1:1/", {"--force"}), "is there a network?");
  CHECK(fs::exists(home.target()));
  const Run forced = home.fetch_narrow(file_address(kNarrow), {"--force", "--keep", "--quiet"});
  CHECK(forced.code == 0);
  CHECK(forced.out.empty());
  CHECK(forced.err.empty());
  CHECK(read_text(home.weights() / kNarrow.filename()) == narrow_bytes());
}

FETCH_CASE("cli: weights that would not be found first are announced as such") {
  const Home home;
  const Run run = home.fetch("file://" + kNarrow.string(), {"torchvision", "--sha256", sha256_of(kNarrow)},
                             {{"IMPASTO_WEIGHTS", "builtin"}});
  CHECK(run.code == 0);
  CHECK(contains(run.err, "but the environment variable IMPASTO_WEIGHTS names builtin first"));
}

FETCH_CASE("cli: a mirror's file of another size or checksum is refused and removed") {
  const Home home;
  fs::create_directory(home / "mirror");
  const std::string keras = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5";
  home.write("mirror/" + keras, std::string("not it"));
  check_failure(home.fetch(file_address(home / "mirror")), "has 6 bytes, and the published file 80134624");
  fs::resize_file(home / ("mirror/" + keras), 80'134'624);
  check_failure(home.fetch(file_address(home / "mirror") + "/"), "wanted 253f8cb515780f3b799900260a226db6");
  fs::copy_file(kNarrow, home / "mirror/model.safetensors");
  check_failure(home.fetch(file_address(home / "mirror"), {"torchvision"}),
                "wanted 11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669");
  check_failure(home.fetch(file_address(kNarrow), {"torchvision", "--sha256", std::string(64, '0')}),
                "has the SHA-256 " + sha256_of(kNarrow));
  CHECK(fs::is_empty(home.weights()));
}

FETCH_CASE("cli: VGG16 is fetched to a place of its own, and checked against what is published of it") {
  const Home home;
  const fs::path narrow = fs::path(IMPASTO_GOLDEN_DIR) / "golden_vgg16_torchvision.safetensors";
  const Run run = home.fetch(file_address(narrow), {"torchvision-vgg16", "--sha256", sha256_of(narrow)});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(fs::exists(home.weights() / "vgg16.safetensors"));
  CHECK_FALSE(fs::exists(home.target()));
  CHECK(contains(run.out, "vgg16.safetensors (torchvision, VGG16, 13 convolutions"));
  fs::create_directory(home / "mirror");
  const std::string keras = "mirror/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5";
  home.write(keras, std::string("not it"));
  const std::vector<std::string> words = {"keras-vgg16", "--force"};
  check_failure(home.fetch(file_address(home / "mirror"), words), "the published file 58889256");
  home.write(keras, std::string("not it"));
  fs::resize_file(home / keras, 58'889'256);
  check_failure(home.fetch(file_address(home / "mirror"), words), "wanted 6d6bbae143d832006294945121d1f1fc");
  fs::copy_file(narrow, home / "mirror/model.safetensors");
  check_failure(home.fetch(file_address(home / "mirror"), {"torchvision-vgg16", "--force"}),
                "wanted 57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8");
}

FETCH_CASE("cli: of several mirrors the first that has the file gives it, and why others did not is said") {
  const Home home;
  fs::create_directory(home / "my [2] a");
  fs::copy_file(kNarrow, home / "my [2] a/model.safetensors");
  home.write("damaged.safetensors", std::string("not it"));
  const Run run = home.fetch_narrow("http://127.0.0.1:1 " + file_address(home / "damaged.safetensors") + " " +
                                    file_address(home / "my [2] a"));
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.err, "nothing came from http://127.0.0.1:1/model.safetensors"));
  CHECK(contains(run.err, "it is damaged or another file, and was removed"));
  CHECK(fs::exists(home.target()));
  check_failure(home.fetch_narrow("http://127.0.0.1:1 http://127.0.0.1:2", {"--force"}), "127.0.0.1:2");
}

FETCH_CASE("cli: a download that broke off is gone on with") {
  const std::string bytes = narrow_bytes();
  const HttpServer server({"/mirror/model.safetensors", bytes, 5000});
  const Home home;
  check_failure(home.fetch_narrow(server.address() + "/mirror"), "broke off after");
  CHECK(fs::file_size(home.weights() / "model.safetensors.part") == 5000);
  CHECK(!fs::exists(home.target()));
  const Run run = home.fetch_narrow(server.address() + "/mirror");
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.err, "going on after"));
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1] == "GET /mirror/model.safetensors HTTP/1.1 bytes=5000-");
  CHECK(fs::exists(home.target()));
}

FETCH_CASE("cli: a server that cannot go on sends the file from the start") {
  const std::string bytes = narrow_bytes();
  const HttpServer server({"/model.safetensors", bytes, 5000, false});
  const Home home;
  check_failure(home.fetch_narrow(server.address()), "run the same again to go on from there");
  CHECK(home.fetch_narrow(server.address()).code == 0);
  CHECK(server.requests().size() == 3);
}

FETCH_CASE("cli: a part from a local mirror is gone on with, and one that is too long is thrown away") {
  const Home home;
  fs::create_directories(home.weights());
  const std::string part = ".local/share/impasto/weights/" + kNarrow.filename().string() + ".part";
  home.write(part, narrow_bytes().substr(0, 777));
  CHECK(home.fetch_narrow(file_address(kNarrow)).code == 0);
  fs::remove(home.target());
  home.write(part, narrow_bytes() + "and more");
  CHECK(home.fetch_narrow(file_address(kNarrow)).code == 0);
}

FETCH_CASE("cli: a complete download from before is imported without another") {
  const Home home;
  fs::create_directories(home.weights());
  fs::copy_file(kNarrow, home.weights() / "model.safetensors");
  CHECK(home.fetch_narrow("http://127.0.0.1:1").code == 0);
}

FETCH_CASE("cli: no network, no such file, no curl, no room: each has its sentence") {
  const Home home;
  check_failure(home.fetch_narrow("http://127.0.0.1:1"), "nothing came from http://127.0.0.1:1/model.safetensors");
  const HttpServer server({"/elsewhere", "x"});
  check_failure(home.fetch_narrow(server.address()), "404");
  check_failure(home.fetch_narrow(file_address(home / "missing.safetensors")), "missing.safetensors");
  check_failure(home.fetch("file:///", {}, {{"PATH", home.path().string()}}),
                "curl, which downloads, is not on the PATH");
  home.write(".local/share/file", std::string("in the way"));
  check_failure(home.fetch("file:///", {}, {{"XDG_DATA_HOME", (home / ".local/share/file").string()}}),
                "cannot be made");
  const Run nowhere = home.fetch("file:///", {}, {{"HOME", ""}});
  CHECK(nowhere.code == 1);
  CHECK(contains(nowhere.err, "neither HOME nor XDG_DATA_HOME"));
}

FETCH_CASE("cli: a disk that takes no more is told as such") {
  const Home home;
  const HttpServer server({"/model.safetensors", narrow_bytes()});
  fs::create_directories(home.weights() / "model.safetensors.part");  // a folder takes no bytes either
  check_failure(home.fetch_narrow(server.address()), "the disk refused");
}

FETCH_CASE("cli: a mirror's file with the name of the weights themselves does not get in their way") {
  const Home home;
  fs::create_directory(home / "mirror");
  fs::copy_file(kNarrow, home / "mirror/vgg19.safetensors");
  const std::string mirror = file_address(home / "mirror/vgg19.safetensors");
  REQUIRE(home.fetch_narrow(mirror).code == 0);
  CHECK(inspect_weights(home.target()).source == WeightsSource::torchvision);
  CHECK(std::distance(fs::directory_iterator(home.weights()), {}) == 1);
  const std::string before = read_text(home.target());
  check_failure(home.fetch(mirror, {"torchvision", "--force", "--sha256", std::string(64, '0')}), "was removed");
  CHECK(read_text(home.target()) == before);
  CHECK(home.fetch_narrow(mirror, {"--force"}).code == 0);
}

FETCH_CASE("cli: a mirror's file that says what it is is not taken for another") {
  const Home home;
  const fs::path mine = home / "mine.safetensors";
  import_weights(kNarrow, mine, {.source = WeightsSource::torchvision});
  const std::vector<std::string> sum = {"--sha256", sha256_of(mine)};
  check_failure(home.fetch(file_address(mine), sum), "holds the weights of torchvision, not of keras");
  CHECK(!fs::exists(home.target()));
  CHECK(home.fetch(file_address(mine), {"torchvision", sum[0], sum[1]}).code == 0);
  import_weights(kNarrow, mine, {.source = WeightsSource::keras, .fold = true});
  CHECK(home.fetch(file_address(mine), {"--force", "--sha256", sha256_of(mine)}).code == 0);
  CHECK(inspect_weights(home.target()).folded);
}

FETCH_CASE("cli: a mirror's address may hold brackets and blanks, and --quiet says nothing of weights that are there") {
  const Home home;
  fs::create_directory(home / "my [1] {a}");
  fs::copy_file(kNarrow, home / "my [1] {a}/model.safetensors");
  const Run run = home.fetch_narrow(file_address(home / "my [1] {a}"), {"--quiet"});
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const Run again = home.fetch("http://127.0.0.1:1/", {"--quiet"});
  CHECK(again.code == 0);
  CHECK(again.out.empty());
}

TEST_CASE("cli: words that fetch does not understand are refused") {
  const Home home;
  const auto refused = [&](const std::string& mirror, const std::vector<std::string>& words, const std::string& part) {
    const Run run = home.fetch(mirror, words);
    CHECK(run.code == 2);
    CHECK(contains(run.err, part));
  };
  refused("file:///", {"caffe"},
          "there are no official weights 'caffe', wanted one of keras, torchvision, keras-vgg16, torchvision-vgg16");
  refused("ftp://example.org/", {}, "wanted an address that begins with https://, http:// or file://");
  refused("file:///", {"--sha256", "abc"}, "--sha256 is 'abc', wanted 64 hexadecimal digits");
  refused("file:///", {"keras", "torchvision"}, "torchvision");
}
