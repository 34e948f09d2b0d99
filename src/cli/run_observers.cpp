#include "cli/run_observers.h"

#include <functional>

namespace impasto::cli {

void RunObservers::tell(const std::function<void(RunObserver&)>& what) {
  for (Entry& entry : entries_) {
    if (!entry.given_up) entry.given_up = !failures_.attempt(entry.option, [&] { what(*entry.observer); });
  }
}

void RunObservers::begin(Stylizer& stylizer) {
  tell([&](RunObserver& observer) { observer.begin(stylizer); });
}

void RunObservers::step(const Stylizer& stylizer, const Step& step) {
  tell([&](RunObserver& observer) { observer.step(stylizer, step); });
  if (!step.ends_epoch) return;
  EpochPictures pictures(stylizer);
  tell([&](RunObserver& observer) { observer.epoch(pictures, step); });
}

void RunObservers::end(const RunEnd& end) {
  tell([&](RunObserver& observer) { observer.end(end); });
}

}  // namespace impasto::cli
