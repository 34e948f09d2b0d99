// The command line of a run, kept in its checkpoints so that `impasto resume` can begin it again.
#pragma once

#include <string>
#include <vector>

#include "cli/stylise_options.h"

namespace impasto::cli {

/// The request's words, with the names of files made absolute and `settings` after them, as one text of plain ASCII.
std::string words_to_save(const StyliseRequest& request, const std::vector<std::string>& settings);

/// The inverse.
std::vector<std::string> saved_words(const std::string& text);

/// Whether --iterations is among them, which --epochs says in other words.
bool asks_for_iterations(const std::vector<std::string>& words);

/// The words without these options and their values.
std::vector<std::string> without_options(const std::vector<std::string>& words, const std::vector<std::string>& names);

/// The words with `more` behind their options: what is given twice counts as given last.
std::vector<std::string> with_options(std::vector<std::string> words, const std::vector<std::string>& more);

}  // namespace impasto::cli
