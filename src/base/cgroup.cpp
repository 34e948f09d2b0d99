#include "base/cgroup.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace impasto::IMPASTO_ABI {
namespace {

namespace fs = std::filesystem;

// One line of /proc/self/cgroup is "number:controllers:group"; version 2 names no controllers.
struct Membership {
  std::string controllers;
  std::string group;
};

std::vector<Membership> memberships(const fs::path& root) {
  std::vector<Membership> all;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    all.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return all;
}

bool names(const std::string& controllers, const std::string& wanted) {
  std::istringstream words(controllers);
  for (std::string word; std::getline(words, word, ',');) {
    if (word == wanted) return true;
  }
  return false;
}

// The numbers of a file of one line; a word that is none, such as "max" for no limit, ends them.
std::vector<double> numbers_of(const fs::path& file) {
  std::vector<double> numbers;
  std::ifstream in(file);
  for (double number = 0; in >> number;) numbers.push_back(number);
  return numbers;
}

// Of the line that begins with `name`; 0 without one.
double number_of(const fs::path& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first;
    double number = 0;
    if (words >> first >> number && first == name) return number;
  }
  return 0;
}

}  // namespace

std::vector<fs::path> cgroup_folders(const std::string& controller, const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const Membership& in : memberships(root)) {
    if (!in.controllers.empty() && !names(in.controllers, controller)) continue;
    // Version 2 lies there by itself, or beside version 1 in a folder of its own.
    std::vector<fs::path> tops = {mounts, mounts / "unified"};
    if (!in.controllers.empty()) tops = {mounts / in.controllers, mounts / controller};
    // A container may see its own group at the top, under a name that only the world outside knows.
    for (fs::path group = fs::path(in.group).relative_path();; group = group.parent_path()) {
      for (const fs::path& top : tops) {
        if (fs::is_directory(top / group, ignored)) folders.push_back(top / group);
      }
      if (group.empty()) break;
    }
  }
  return folders;
}

std::optional<double> cgroup_cores(const fs::path& root) {
  std::optional<double> cores;
  for (const fs::path& folder : cgroup_folders("cpu", root)) {
    std::vector<double> limit = numbers_of(folder / "cpu.max");  // quota and period in microseconds
    if (limit.size() != 2) {
      limit = numbers_of(folder / "cpu.cfs_quota_us");  // -1: none
      for (const double period : numbers_of(folder / "cpu.cfs_period_us")) limit.push_back(period);
    }
    if (limit.size() != 2 || limit[0] <= 0 || limit[1] <= 0) continue;
    cores = std::min(cores.value_or(limit[0] / limit[1]), limit[0] / limit[1]);
  }
  return cores;
}

std::optional<std::uint64_t> cgroup_memory(const fs::path& root) {
  // By version: limit, usage, and the line of memory.stat with what can be dropped, of the group and those in it.
  struct Names {
    const char *limit, *usage, *dropped;
  };
  constexpr Names kNames[] = {{"memory.max", "memory.current", "inactive_file"},
                              {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}};
  std::optional<std::uint64_t> free;
  for (const fs::path& folder : cgroup_folders("memory", root)) {
    for (const Names& names : kNames) {
      const std::vector<double> limit = numbers_of(folder / names.limit), usage = numbers_of(folder / names.usage);
      // Version 1 says "no limit" by a number beyond all memory.
      if (limit.size() != 1 || usage.size() != 1 || limit[0] < 0 || limit[0] >= 0x1p60) continue;
      const double left = limit[0] - usage[0] + number_of(folder / "memory.stat", names.dropped);
      const auto bytes = static_cast<std::uint64_t>(std::max(0.0, left));
      free = std::min(free.value_or(bytes), bytes);
    }
  }
  return free;
}

}  // namespace impasto::IMPASTO_ABI
