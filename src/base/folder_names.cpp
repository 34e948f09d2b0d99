#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "impasto/text_file.h"

#if defined(__unix__) || defined(__APPLE__)
#include <dirent.h>
#endif

namespace impasto::IMPASTO_ABI {

#if defined(__unix__) || defined(__APPLE__)
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

std::vector<std::string> names_in_folder(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> open(opendir(folder.empty() ? "." : folder.c_str()));
  if (!open) return names;
  while (const dirent* entry = readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}
#else
std::vector<std::string> names_in_folder(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure))
    names.push_back(at->path().filename().string());
  return names;
}
#endif

}  // namespace impasto::IMPASTO_ABI
