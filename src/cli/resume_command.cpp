#include "cli/resume_command.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/saved_words.h"
#include "cli/text.h"
#include "impasto/checkpoint.h"
#include "impasto/error.h"

namespace impasto::cli {

int resume_command(const std::filesystem::path& checkpoint, const Launch& launch) {
  const CheckpointInfo info = read_checkpoint(checkpoint);
  const auto saved = info.notes.find("words");
  if (saved == info.notes.end())
    throw Error(ErrorCode::input,
                quoted(checkpoint) +
                    " was not saved by this program's stylise; a checkpoint of a library is resumed by "
                    "the program that saved it");
  std::vector<std::string> added(launch.arguments.begin() + 2, launch.arguments.end());
  *std::find(added.begin(), added.end(), checkpoint.string()) = "--resume=" + checkpoint.string();
  std::erase(added, "--");
  std::vector<std::string> words = saved_words(saved->second);
  if (asks_for_iterations(added)) words = without_options(words, {"--epochs"});
  words = with_options(words, added);
  words.insert(words.begin(), launch.arguments.front());

  std::vector<const char*> argv;
  argv.reserve(words.size());
  for (const std::string& word : words) argv.push_back(word.c_str());
  const CommandLine line = parse_command_line(static_cast<int>(argv.size()), argv.data());
  Launch again = launch;
  again.arguments = words;
  return line.run(again);
}

}  // namespace impasto::cli
