// A sequence of unknown length, kept short.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace impasto::cli {

/// Of all items from the first on every `every`-th, at most `limit`: when that is too many, every second one goes.
template <class Item>
class Thinned {
 public:
  explicit Thinned(std::size_t limit) : limit_(limit) {}

  /// Counts an item; `make` makes it if it is kept.
  template <class Make>
  void add(Make&& make) {
    if (count_++ % every_ != 0) return;
    if (items_.size() == limit_) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < limit_; i += 2) std::swap(items_[kept++], items_[i]);
      items_.resize(kept);
      every_ *= 2;
      if ((count_ - 1) % every_ != 0) return;
    }
    items_.push_back(make());
  }

  const std::vector<Item>& items() const { return items_; }
  std::size_t every() const { return every_; }

 private:
  std::size_t limit_, count_ = 0, every_ = 1;
  std::vector<Item> items_;
};

}  // namespace impasto::cli
