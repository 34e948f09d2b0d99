#include "cli/find_weights.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "impasto/error.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "IMPASTO_WEIGHTS";
constexpr const char* kBuiltin = "builtin";
constexpr const char* kFormula = "formula";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// By the XDG Base Directory Specification a relative XDG_DATA_HOME is to be ignored.
fs::path data_folder() {
  const fs::path named = variable("XDG_DATA_HOME");
  if (named.is_absolute()) return named / "impasto";
  const std::string home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".local/share/impasto";
}

constexpr const char* kNetworks[] = {"VGG19", "VGG16"};

std::string file_of(const std::string& network) {
  return network == kNetworks[1] ? "vgg16.safetensors" : "vgg19.safetensors";
}

std::vector<fs::path> usual_files(const fs::path& program) {
  std::vector<fs::path> files;
  if (!program.empty()) {
    // Beside a copied program, above a build folder, and beside an installed bin/.
    for (const char* folder : {".", "..", "../share/impasto"}) {
      for (const char* network : kNetworks)
        files.push_back((program / folder / "weights" / file_of(network)).lexically_normal());
    }
  }
  for (const char* network : kNetworks) {
    if (const fs::path own = users_weights(network); !own.empty()) files.push_back(own);
  }
  return files;
}

FoundWeights load(const fs::path& name) {
  if (name == kBuiltin) return {Weights::builtin()};
  if (name == kFormula) return {Weights::formula()};
  return {Weights::load(name), name};
}

}  // namespace

fs::path users_weights(const std::string& network) {
  const fs::path data = data_folder();
  return data.empty() ? data : data / "weights" / file_of(network);
}

fs::path program_folder(const char* argv0) {
  std::error_code failure;
  fs::path program = fs::read_symlink("/proc/self/exe", failure);
  if (failure && argv0 != nullptr && fs::path(argv0).has_parent_path()) program = fs::absolute(argv0, failure);
  return program.parent_path();
}

fs::path usual_weights_file(const fs::path& program) {
  for (const fs::path& file : usual_files(program)) {
    std::error_code failure;
    if (fs::exists(file, failure)) return file;
  }
  return {};
}

std::string weights_variable() { return variable(kVariable); }

FoundWeights find_weights(const std::string& named, const fs::path& program) {
  if (!named.empty()) return load(named);
  if (const std::string from_variable = weights_variable(); !from_variable.empty()) {
    try {
      return load(from_variable);
    } catch (const Error& error) {
      throw Error(error.code(), std::string(error.what()) + " (the environment variable " + kVariable + " names it)");
    }
  }
  if (const fs::path file = usual_weights_file(program); !file.empty()) return load(file);
  return {Weights::builtin(), {}, true};
}

std::string weights_advice() {
  return "no weights of VGG found, so the built-in network paints; impasto weights fetch brings the real ones (80 MB) "
         "to " +
         users_weights().string() + ", and impasto weights import FILE what is here already";
}

}  // namespace impasto::cli
