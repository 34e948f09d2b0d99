// Linux's control groups: what a container or a service manager allows this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The folders that hold `controller` ("cpu", "memory") for this process: its group's, then those of the groups around
/// it, in version 2 and 1 of control groups. Limits of all of them hold. `root` is "/", but in tests.
std::vector<std::filesystem::path> cgroup_folders(const std::string& controller,
                                                  const std::filesystem::path& root = "/");

/// Cores' worth of time that the tightest of its groups gives this process; nothing where none limits it.
std::optional<double> cgroup_cores(const std::filesystem::path& root = "/");

/// Bytes that the tightest of its groups would still give this process, what the system drops on demand counted as
/// free; nothing where none limits it.
std::optional<std::uint64_t> cgroup_memory(const std::filesystem::path& root = "/");

}  // namespace impasto::IMPASTO_ABI
