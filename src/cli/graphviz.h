// The system's Graphviz, run without a shell.
#pragma once

#include <filesystem>

namespace impasto::cli {

/// Draws a .dot as an .svg; false when there is no `dot` on the PATH, or it refuses.
bool draw_graph(const std::filesystem::path& dot, const std::filesystem::path& svg);

}  // namespace impasto::cli
