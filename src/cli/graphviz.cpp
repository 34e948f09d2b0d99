#include "cli/graphviz.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

extern char** environ;

namespace impasto::cli {

bool draw_graph(const std::filesystem::path& dot, const std::filesystem::path& svg) {
  std::array<std::string, 5> words = {"dot", "-Tsvg", "-o", svg.string(), dot.string()};
  std::array<char*, 6> argv = {};
  for (std::size_t i = 0; i < words.size(); ++i) argv[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  int failure = 0;
  for (const int end : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (failure == 0) failure = posix_spawn_file_actions_addopen(&actions, end, "/dev/null", O_RDWR, 0);
  }
  pid_t id = -1;
  if (failure == 0) failure = posix_spawnp(&id, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return false;
  int status = 0;
  while (waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace impasto::cli
