// PyTorch's files from before 1.6: their numbers and views, and every damage its own sentence.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/torch_pickle.h"

namespace impasto::testing {
namespace {

using pickled::legacy_file;

std::string stored(const std::vector<float>& values, std::uint64_t count) {
  std::string bytes;
  append_little_endian(bytes, count, 8);
  for (const float value : values) append_value(bytes, value, "F32");
  return bytes;
}

const std::string kStored = stored({0, 1, 2, 3, 4, 5}, 6);

std::string one_tensor(const std::string& storage, std::int64_t count = 6) {
  return pickled::dict({pickled::text("w"), pickled::tensor(storage, 0, {count}, {1})});
}

const std::string kOne = one_tensor(pickled::storage("FloatStorage", "94", 6, "N"));

}  // namespace

TEST_CASE("torch legacy: storages in the order of their keys, and views of them") {
  const TempFolder folder;
  const std::string view = pickled::tuple({pickled::text("95"), pickled::number(2), pickled::number(3)});
  const std::string value = pickled::dict(
      {pickled::text("a"), pickled::tensor(pickled::storage("FloatStorage", "94", 6, "N"), 3, {3}, {1}),
       pickled::text("b"), pickled::tensor(pickled::storage("HalfStorage", "7", 1, "N"), 0, {1}, {1}),
       pickled::text("c"), pickled::tensor(pickled::storage("FloatStorage", "94", 6, view), 1, {2}, {1})});
  std::string half;
  append_little_endian(half, 1, 8);
  append_value(half, -2, "F16");
  const auto file = open_array_file(folder.write("w", legacy_file(value, {"7", "94"}, half + kStored)));
  CHECK(file->format() == std::string("PyTorch before 1.6"));
  CHECK(file->values("a") == std::vector<float>{3, 4, 5});
  CHECK(file->values("b") == std::vector<float>{-2});
  CHECK(file->values("c") == std::vector<float>{3, 4});
}

TEST_CASE("torch legacy: damage is refused, each with its sentence") {
  const auto refusal = [](const std::string& value, const std::vector<std::string>& keys, const std::string& storages) {
    return refusal_of_bytes(legacy_file(value, keys, storages));
  };
  const std::string beyond = pickled::tuple({pickled::text("95"), pickled::number(4), pickled::number(3)});
  CHECK(contains(refusal(kOne, {"94"}, stored({0, 1, 2, 3, 4, 5}, 5)), "another size than its tensors say"));
  CHECK(contains(refusal(kOne, {"94"}, kStored.substr(0, 31)), "was cut short"));
  CHECK(contains(refusal(kOne, {"94"}, kStored.substr(0, 7)), "was cut short"));
  CHECK(contains(refusal(kOne, {}, kStored), "lacks a storage"));
  CHECK(contains(refusal(kOne, {"94", "95"}, kStored), "which no tensor has"));
  CHECK(contains(refusal(kOne, {"94", "94"}, kStored + kStored), "lists a storage twice"));
  CHECK(contains(refusal(one_tensor(pickled::storage("FloatStorage", "94", 6, beyond), 3), {"94"}, kStored),
                 "a view beyond its storage"));
  CHECK(contains(refusal(one_tensor(pickled::storage("FloatStorage", "94", INT64_MAX, "N")), {"94"}, kStored),
                 "was cut short"));
  CHECK(contains(refusal_of_bytes(legacy_file(kOne, {"94"}, kStored, 1000)), "of the version 1000 of torch.save"));
}

TEST_CASE("torch legacy: a whole model is refused by its class, also where its source goes with it") {
  const std::string container =
      pickled::tuple({pickled::text("module"), pickled::global("torchvision.models.vgg", "VGG"),
                      pickled::text("vgg.py"), pickled::text("class VGG: ...")}) +
      "Q)\x81";
  CHECK(contains(refusal_of_bytes(legacy_file(container, {}, "")),
                 "is a whole object of the class torchvision.models.vgg.VGG"));
}

TEST_CASE("torch legacy: a file cut short anywhere is refused") {
  const std::string whole = legacy_file(kOne, {"94"}, kStored);
  for (std::size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(refusal_of_bytes(whole.substr(0, length)).empty());
  }
}

}  // namespace impasto::testing
