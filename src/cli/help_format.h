// Help that fits a screen: one line an option, defaults in brackets, at most 80 columns.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace impasto::cli {

class HelpFormat : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace impasto::cli
