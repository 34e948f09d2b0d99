#include "cli/graphviz.h"

#include <filesystem>
#include <string>

#include "cli/child_process.h"

namespace impasto::cli {

namespace {

// No option, whatever it begins with.
std::string argument(const std::filesystem::path& file) {
  return file.is_absolute() ? file.string() : (std::filesystem::path(".") / file).string();
}

}  // namespace

bool draw_graph(const std::filesystem::path& dot, const std::filesystem::path& svg) {
  pid_t id = -1;
  if (start_process({"dot", "-Tsvg", "-o", argument(svg), argument(dot)}, -1, id) != 0) return false;
  return wait_for_process(id) == 0;
}

}  // namespace impasto::cli
