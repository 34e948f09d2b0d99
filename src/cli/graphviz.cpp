#include "cli/graphviz.h"

#include "cli/child_process.h"

namespace impasto::cli {

bool draw_graph(const std::filesystem::path& dot, const std::filesystem::path& svg) {
  pid_t id = -1;
  if (start_process({"dot", "-Tsvg", "-o", svg.string(), dot.string()}, -1, id) != 0) return false;
  return wait_for_process(id) == 0;
}

}  // namespace impasto::cli
