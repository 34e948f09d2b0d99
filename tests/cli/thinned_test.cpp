// Long sequences kept short.
#include "cli/thinned.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using impasto::cli::Thinned;

TEST_CASE("cli: a thinned sequence keeps its first item and an even spacing, and makes nothing that it drops") {
  for (const int count : {0, 1, 4, 5, 9, 100, 1001}) {
    Thinned<int> thinned(5);
    int made = 0;
    for (int i = 0; i < count; ++i) {
      thinned.add([&] {
        ++made;
        return i;
      });
    }
    const std::vector<int>& items = thinned.items();
    INFO(count);
    CHECK(items.size() <= 5);
    for (std::size_t k = 0; k < items.size(); ++k) CHECK(items[k] == static_cast<int>(k * thinned.every()));
    CHECK(static_cast<int>(items.size() * thinned.every()) >= count);
    CHECK(made <= 5 + 3 * 8);
  }
}
