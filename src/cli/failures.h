// What a run could not write. It goes on without, says so at once, and ends with the exit code of a failure.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace impasto::cli {

class Failures {
 public:
  /// `tell` gets each sentence as it is added.
  explicit Failures(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

  void add(const std::string& sentence);
  /// Runs what serves `option`; what it throws is added. False if it threw.
  bool attempt(const std::string& option, const std::function<void()>& work);
  /// A sentence each; empty if all went well.
  const std::vector<std::string>& sentences() const { return sentences_; }

 private:
  std::function<void(const std::string&)> tell_;
  std::vector<std::string> sentences_;
};

}  // namespace impasto::cli
