// All who are told of a run, in order.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/failures.h"
#include "cli/run_observer.h"

namespace impasto::cli {

class RunObservers {
 public:
  /// `failures` gets a sentence for each observer that throws.
  explicit RunObservers(Failures& failures) : failures_(failures) {}

  /// Makes an observer that serves `option`. What its constructor throws is not caught.
  template <class Observer, class... Arguments>
  Observer& add(const std::string& option, Arguments&&... arguments) {
    auto made = std::make_unique<Observer>(std::forward<Arguments>(arguments)...);
    Observer& observer = *made;
    entries_.push_back({option, std::move(made)});
    return observer;
  }

  void begin(Stylizer& stylizer);
  /// A step, and the epoch that it ends.
  void step(const Stylizer& stylizer, const Step& step);
  /// Where `end` names the sentences of the failures, each is told what those before it could not write.
  void end(const RunEnd& end);

 private:
  struct Entry {
    std::string option;
    std::unique_ptr<RunObserver> observer;
    bool given_up = false;
  };
  void tell(const std::function<void(RunObserver&)>& what);

  Failures& failures_;
  std::vector<Entry> entries_;
};

}  // namespace impasto::cli
