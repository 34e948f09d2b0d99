// `impasto weights normalise`.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "impasto/weights_tools.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

// A studio with the golden network, imported as narrow.safetensors.
struct WithWeights : Studio {
  WithWeights() {
    import_weights(std::filesystem::path(IMPASTO_GOLDEN_DIR) / "golden_vgg19_torchvision.safetensors",
                   path() / "narrow.safetensors", {.source = WeightsSource::torchvision});
  }
  Run normalise(std::vector<std::string> words) const {
    words.insert(words.begin(), {"weights", "normalise"});
    return run_program(words, path());
  }
};

}  // namespace

TEST_CASE("cli: weights normalise writes what stylise paints with, and names the filters that never fire") {
  const WithWeights studio;
  const Run run =
      studio.normalise({"narrow.safetensors", "content.png", "style.png", "-o", "equal.safetensors", "--size", "40"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.out,
                 "equal.safetensors: VGG19, torchvision, 16 convolutions, mean activations are 1 over 2 pictures"));
  CHECK(contains(run.out, " filters never fire on them and were left alone: block"));
  const Run painted = run_program({"stylise", "content.png", "style.png", "-o", "p.png", "--weights",
                                   "equal.safetensors", "--size", "32", "--iterations", "1"},
                                  studio.path());
  INFO(painted.err);
  CHECK(painted.code == 0);
}

TEST_CASE("cli: weights normalise without file, pictures or output is refused, and so are sizes that are none") {
  const WithWeights studio;
  const auto refused = [&](const std::vector<std::string>& words, const std::string& part) {
    const Run run = studio.normalise(words);
    CHECK(run.code == 2);
    CHECK(contains(run.err, part));
  };
  refused({}, "needs a file and at least one picture");
  refused({"narrow.safetensors", "-o", "x.safetensors"}, "needs a file and at least one picture");
  refused({"narrow.safetensors", "content.png"}, "needs -o, the new file");
  refused({"narrow.safetensors", "content.png", "-o", "x.h5"}, "wanted a name that ends in .safetensors");
  refused({"narrow.safetensors", "content.png", "-o", "narrow.safetensors"}, "would replace");
  refused({"narrow.safetensors", "content.png", "-o", "x.safetensors", "--size", "0"}, "--size");
  refused({"narrow.safetensors", "content.png", "-o", "x.safetensors", "--wrong"}, "unknown option '--wrong'");
  CHECK(!std::filesystem::exists(studio / "x.safetensors"));
}
