#include "cli/folder.h"

#include <filesystem>
#include <system_error>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw Error(ErrorCode::io, "folder " + quoted(folder) + " cannot be made: " + failure.message());
}

}  // namespace impasto::cli
