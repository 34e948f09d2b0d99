#include "base/cgroup.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/temp_folder.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

/// A system as /proc and /sys/fs/cgroup show it.
class System {
 public:
  explicit System(const std::string& memberships) { write("proc/self/cgroup", memberships); }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root() / file).parent_path());
    std::ofstream(root() / file) << text;
  }
  fs::path root() const { return folder_.path(); }

 private:
  testing::TempFolder folder_;
};

TEST_CASE("base: a container's share of the cores, control groups of version 2") {
  const System system("0::/\n");
  system.write("sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK_FALSE(cgroup_cores(system.root()));
  system.write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  CHECK(cgroup_cores(system.root()) == 1.5);
}

TEST_CASE("base: the tightest of the groups around a process holds") {
  const System system("0::/user.slice/job.scope\n");
  system.write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "800000 100000\n");
  CHECK(cgroup_cores(system.root()) == 8);
  system.write("sys/fs/cgroup/user.slice/cpu.max", "100000 50000\n");
  CHECK(cgroup_cores(system.root()) == 2);
}

TEST_CASE("base: control groups of version 1, whose controllers lie apart or together") {
  for (const std::string controllers : {"cpu", "cpu,cpuacct"}) {
    CAPTURE(controllers);
    const System system("4:memory:/other\n1:" + controllers + ":/job\n0::/\n");
    const std::string group = "sys/fs/cgroup/" + controllers + "/job/";
    system.write(group + "cpu.cfs_period_us", "100000\n");
    system.write(group + "cpu.cfs_quota_us", "-1\n");
    CHECK_FALSE(cgroup_cores(system.root()));
    system.write(group + "cpu.cfs_quota_us", "50000\n");
    CHECK(cgroup_cores(system.root()) == 0.5);
  }
}

TEST_CASE("base: a container that sees its own group at the top, under a name from outside") {
  const System system("1:cpu:/docker/0123abcd\n");
  system.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  system.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(cgroup_cores(system.root()) == 2);
}

TEST_CASE("base: version 2 beside version 1 lies in a folder of its own") {
  const System system("1:cpu:/\n0::/job\n");
  system.write("sys/fs/cgroup/cpu/cpu.shares", "1024\n");
  system.write("sys/fs/cgroup/unified/job/cpu.max", "400000 100000\n");
  CHECK(cgroup_cores(system.root()) == 4);
}

TEST_CASE("base: memory that a group leaves, what the system drops on demand counted as free") {
  const System second("0::/job\n");
  second.write("sys/fs/cgroup/job/memory.max", "max\n");
  second.write("sys/fs/cgroup/job/memory.current", "1000\n");
  CHECK_FALSE(cgroup_memory(second.root()));
  second.write("sys/fs/cgroup/job/memory.max", "5000\n");
  CHECK(cgroup_memory(second.root()) == 4000);
  second.write("sys/fs/cgroup/job/memory.stat", "anon 700\ninactive_file 300\nactive_file 9\n");
  CHECK(cgroup_memory(second.root()) == 4300);
  // The group around it is full.
  second.write("sys/fs/cgroup/memory.max", "2000\n");
  second.write("sys/fs/cgroup/memory.current", "2500\n");
  CHECK(cgroup_memory(second.root()) == 0);

  const System first("9:memory:/docker/0123abcd\n");
  first.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  first.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
  CHECK_FALSE(cgroup_memory(first.root()));
  first.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "6000\n");
  first.write("sys/fs/cgroup/memory/memory.stat", "inactive_file 11\ntotal_inactive_file 200\n");
  CHECK(cgroup_memory(first.root()) == 5200);
}

TEST_CASE("base: no control groups, or files that say nothing, limit nothing") {
  const testing::TempFolder nothing;
  CHECK(cgroup_folders("cpu", nothing.path()).empty());
  CHECK_FALSE(cgroup_cores(nothing.path()));
  const System damaged("no colons\n0:only one\n0::/\n");
  for (const char* text : {"", "garbage", "0 100000", "100000 0", "-5 100000", "100000"}) {
    damaged.write("sys/fs/cgroup/cpu.max", text);
    CHECK_FALSE(cgroup_cores(damaged.root()));
  }
}

}  // namespace
}  // namespace impasto
