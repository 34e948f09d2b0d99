// PyTorch's .pth since 1.6: the numbers of every kind of tensor, and every damage its own sentence.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/torch_pickle.h"
#include "support/zip_file.h"

namespace impasto::testing {
namespace {

using pickled::dict;
using pickled::storage;
using pickled::tensor;

std::string floats(const std::vector<float>& values, const std::string& dtype = "F32") {
  std::string bytes;
  for (const float value : values) append_value(bytes, value, dtype);
  return bytes;
}

const std::string kSix = floats({0, 1, 2, 3, 4, 5});
const std::string kFloats = storage("FloatStorage", "0", 6);

std::vector<ZipEntry> members(const std::string& value, const std::string& numbers = kSix) {
  return {{"archive/data.pkl", pickled::whole(value)}, {"archive/data/0", numbers}, {"archive/version", "3\n"}};
}

std::unique_ptr<ArrayFile> open_members(const TempFolder& folder, const std::vector<ZipEntry>& entries) {
  return open_array_file(folder.write("w", zip_file(entries)));
}

std::unique_ptr<ArrayFile> open_value(const TempFolder& folder, const std::string& value) {
  return open_members(folder, members(value));
}

std::string refusal_of_value(const std::string& value) { return refusal_of_bytes(zip_file(members(value))); }
std::string named(const std::string& value) { return dict({pickled::text("w"), value}); }

}  // namespace

TEST_CASE("torch zip: strides, offsets and shared storages give the tensors' own numbers in C order") {
  const TempFolder folder;
  const auto file = open_value(folder, dict({pickled::text("plain"), tensor(kFloats, 0, {2, 3}, {3, 1}),        //
                                             pickled::text("turned"), tensor(kFloats, 0, {3, 2}, {1, 3}),       //
                                             pickled::text("every second"), tensor(kFloats, 1, {3}, {2}),       //
                                             pickled::text("part"), tensor(kFloats, 2, {2}, {1}),               //
                                             pickled::text("one"), tensor(kFloats, 5, {}, {}),                  //
                                             pickled::text("ones"), tensor(kFloats, 3, {1, 2, 1}, {77, 1, 9}),  //
                                             pickled::text("none"), tensor(kFloats, 9, {0, 3}, {3, 1})}));
  CHECK(file->format() == std::string("PyTorch zip"));
  CHECK(file->values("plain") == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(file->values("turned") == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(file->values("every second") == std::vector<float>{1, 3, 5});
  CHECK(file->values("part") == std::vector<float>{2, 3});
  CHECK(file->values("one") == std::vector<float>{5});
  CHECK(file->values("ones") == std::vector<float>{3, 4});
  CHECK(file->values("none").empty());
  CHECK(file->entries().at("turned").sizes == std::vector<std::int64_t>{3, 2});
  CHECK(file->entries().at("part").bytes == 8);
  CHECK(file->entries().at("part").offset == file->entries().at("plain").offset + 8);
}

TEST_CASE("torch zip: halves, bfloat16 and doubles of either byte order are read, other types listed and refused") {
  const TempFolder folder;
  std::string doubles = std::string("\0\0\0\0\0\0\xf8\x3f", 8);
  const std::string value = dict({pickled::text("f"), tensor(storage("FloatStorage", "f", 1), 0, {1}, {1}),     //
                                  pickled::text("h"), tensor(storage("HalfStorage", "h", 2), 0, {2}, {1}),      //
                                  pickled::text("b"), tensor(storage("BFloat16Storage", "b", 2), 0, {2}, {1}),  //
                                  pickled::text("d"), tensor(storage("DoubleStorage", "d", 1), 0, {1}, {1}),    //
                                  pickled::text("i"), tensor(storage("LongStorage", "d", 1), 0, {1}, {1})});
  for (const bool big : {false, true}) {
    CAPTURE(big);
    const auto bytes = [&](std::string numbers, std::size_t width) {
      for (std::size_t at = 0; big && at < numbers.size(); at += width)
        std::reverse(numbers.begin() + static_cast<std::ptrdiff_t>(at),
                     numbers.begin() + static_cast<std::ptrdiff_t>(at + width));
      return numbers;
    };
    const auto file = open_members(folder, {{"m/data.pkl", pickled::whole(value)},
                                            {"m/byteorder", big ? "big" : "little"},
                                            {"m/data/f", bytes(floats({0.1F}), 4)},
                                            {"m/data/h", bytes(floats({1, -2}, "F16"), 2)},
                                            {"m/data/b", bytes(floats({3, -0.5F}, "BF16"), 2)},
                                            {"m/data/d", bytes(doubles, 8)}});
    CHECK(file->values("f") == std::vector<float>{0.1F});
    CHECK(file->values("h") == std::vector<float>{1, -2});
    CHECK(file->values("b") == std::vector<float>{3, -0.5F});
    CHECK(file->values("d") == std::vector<float>{1.5F});
    CHECK(file->entries().at("b").dtype == "BF16");
    CHECK(contains(error_of(ErrorCode::input, [&] { file->values("i"); }), "'i' is of type I64"));
  }
}

TEST_CASE("torch zip: checkpoints, lists, parameters and Python 2's dictionaries give paths for names") {
  const TempFolder folder;
  const std::string plain = tensor(kFloats, 0, {6}, {1});
  const auto of = [](const char* name) { return pickled::global("torch._utils", name); };
  const std::string ordered = pickled::global("collections", "OrderedDict");
  const std::string parameter = pickled::call(of("_rebuild_parameter"), {plain, "\x88", pickled::call(ordered, {})});
  const std::string old =
      pickled::call(of("_rebuild_tensor"), {kFloats, pickled::number(0), pickled::numbers({6}), pickled::numbers({1})});
  const std::string size = pickled::call(pickled::global("torch", "Size"), {pickled::numbers({6})});
  const std::string untyped =
      pickled::tuple({pickled::text("storage"), pickled::global("torch.storage", "UntypedStorage"), pickled::text("0"),
                      pickled::text("cpu"), pickled::number(24)}) +
      "Q";
  const std::string third = pickled::call(
      of("_rebuild_tensor_v3"),
      {untyped, pickled::number(4), size, pickled::numbers({1}), "\x89", "N", pickled::global("torch", "uint16")});
  const std::string typed = pickled::call(pickled::global("torch._tensor", "_rebuild_from_type_v2"),
                                          {of("_rebuild_tensor"), pickled::global("torch", "Tensor"),
                                           pickled::tuple({kFloats, pickled::number(0), size, pickled::numbers({1})}),
                                           dict({pickled::text("note"), pickled::text("kept")})});
  const std::string state =
      pickled::call(ordered, {}) + "(" + pickled::text("module.p") + parameter + pickled::text("old") + old + "u}b";
  const std::string pairs = pickled::list({pickled::list({pickled::text("k"), plain})});
  const auto file =
      open_value(folder, dict({pickled::text("epoch"), pickled::number(3), pickled::text("state_dict"), state,  //
                               pickled::text("python2"), pickled::call(ordered, {pairs}),                       //
                               pickled::number(7), pickled::list({"N", third, pickled::tuple({typed})}),        //
                               pickled::tuple({"K\1"}), plain}));
  std::vector<std::string> names;
  for (const auto& [name, entry] : file->entries()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"7.1", "7.2.0", "python2.k", "state_dict.module.p", "state_dict.old"});
  CHECK(file->values("state_dict.module.p").size() == 6);
  CHECK(file->values("7.2.0") == file->values("state_dict.old"));
  CHECK(file->entries().at("7.1").dtype == "U16");
  CHECK(open_value(folder, plain)->has("tensor"));
  CHECK(open_value(folder, "}")->entries().empty());
}

TEST_CASE("torch zip: what holds itself, or stands in two places, is listed once") {
  const TempFolder folder;
  const std::string plain = tensor(kFloats, 0, {6}, {1});
  const std::string tied = std::string("}q\1(", 4) + pickled::text("a") + plain + "q\2" + pickled::text("b") + "h\2" +
                           pickled::text("self") + "h\1u";
  const auto file = open_value(folder, tied);
  CHECK(file->entries().size() == 2);
  CHECK(file->values("a") == file->values("b"));
  // 2^60 paths.
  std::string nest = "]";
  for (int i = 0; i < 60; ++i) nest += "2\x86";
  CHECK(open_value(folder, nest)->entries().empty());
}

TEST_CASE("torch zip: tensors that reach out of their storage, or repeat its numbers, are refused") {
  const auto refused = [](const std::string& value) { return refusal_of_value(named(value)); };
  CHECK(contains(refused(tensor(kFloats, 0, {7}, {1})), "'w' lies beyond the end of its storage"));
  CHECK(contains(refused(tensor(kFloats, 1, {2, 3}, {3, 1})), "beyond the end"));
  CHECK(contains(refused(tensor(kFloats, 0, {4}, {2})), "beyond the end"));
  CHECK(contains(refused(tensor(kFloats, INT64_MAX, {1}, {1})), "beyond the end"));
  CHECK(contains(refused(tensor(kFloats, 0, {INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX})), "beyond the end"));
  CHECK(contains(refused(tensor(kFloats, 0, {2}, {-1})), "a size below zero"));
  CHECK(contains(refused(tensor(kFloats, -1, {2}, {1})), "a size below zero"));
  CHECK(contains(refused(tensor(kFloats, 0, {2, 3}, {1})), "other strides than sizes"));
  CHECK(contains(refused(tensor(kFloats, 0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1))),
                 "more than 64 dimensions"));
  CHECK(contains(refused(tensor(kFloats, 0, {1'000'000'000'000, 6}, {0, 1})), "repeats numbers of its storage"));
  CHECK(contains(refused(tensor(kFloats, 0, {6}, {1}, dict({pickled::text("neg"), "\x88"}))), "conjugated or negated"));
  CHECK(
      contains(refused(tensor(storage("FloatStorage", "0", 7), 0, {6}, {1})), "has 24 bytes, and its tensors want 28"));
  CHECK(contains(refused(tensor(storage("FloatStorage", "0", INT64_MAX), 0, {6}, {1})), "its tensors want"));
  CHECK(contains(refused(tensor(storage("FloatStorage", "1", 6), 0, {6}, {1})), "lacks the record 'archive/data/1'"));
  CHECK(contains(refusal_of_value(dict({pickled::text("a"), tensor(kFloats, 0, {6}, {1}), pickled::text("b"),
                                        tensor(storage("FloatStorage", "0", 5), 0, {5}, {1})})),
                 "gives a storage two sizes"));
  CHECK(contains(refusal_of_value(dict({pickled::number(1), tensor(kFloats, 0, {6}, {1}), pickled::text("1"),
                                        tensor(kFloats, 0, {6}, {1})})),
                 "has the name '1' twice"));
}

TEST_CASE("torch zip: what is no tensor under a tensor's name is refused") {
  const auto refused = [](const std::vector<std::string>& arguments, const char* function = "_rebuild_tensor_v2") {
    return refusal_of_value(named(pickled::call(pickled::global("torch._utils", function), arguments)));
  };
  const std::string zero = pickled::number(0), sizes = pickled::numbers({6}), strides = pickled::numbers({1});
  CHECK(contains(refused({}), "describes a tensor that is none"));
  CHECK(contains(refused({"N", zero, sizes, strides}), "describes a tensor that is none"));
  CHECK(contains(refused({kFloats, "N", sizes, strides}), "describes a tensor that is none"));
  CHECK(contains(refused({kFloats, zero, "N", strides}), "describes a tensor that is none"));
  CHECK(contains(refused({kFloats, zero, sizes, strides, "N", "N", "]"}), "describes a tensor that is none"));
  CHECK(contains(refused({kFloats, zero, sizes, strides}, "_rebuild_tensor_v3"), "describes a tensor that is none"));
  CHECK(contains(
      refused({kFloats, zero, sizes, strides, "N", "N", pickled::global("torch", "Size")}, "_rebuild_tensor_v3"),
      "a tensor of an unknown type"));
  CHECK(contains(refused({kFloats}, "_rebuild_parameter"), "describes a tensor that is none"));
  CHECK(contains(refused({pickled::tuple({pickled::text("module")}) + "Q", zero, sizes, strides}),
                 "refers to what is no storage"));
  CHECK(contains(refused({pickled::tuple({pickled::text("storage"), pickled::global("torch", "Size")}) + "Q"}),
                 "refers to what is no storage"));
}

TEST_CASE("torch zip: classes and functions that a pickle names are refused by name, with the way round") {
  const std::string model = pickled::global("torchvision.models.vgg", "VGG") + ")\x81";
  CHECK(contains(refusal_of_value(model), "is a whole object of the class torchvision.models.vgg.VGG"));
  CHECK(contains(refusal_of_value(model), ".state_dict(), 'state.pth')"));
  CHECK(contains(refusal_of_value(named(pickled::call(pickled::global("argparse", "Namespace"), {}))),
                 "holds argparse.Namespace beside tensors"));
  CHECK(contains(refusal_of_value(pickled::call(pickled::global("os", "system"), {pickled::text("true")})),
                 "class os.system"));
  CHECK(contains(refusal_of_value(pickled::global("a\x1b[31m", "b")), "class a?[31m.b"));
}

TEST_CASE("torch zip: TorchScript, several pickles, compressed numbers and damaged members are named") {
  const std::string value = named(tensor(kFloats, 0, {6}, {1}));
  const auto refused = [&](const ZipEntry& more) {
    std::vector<ZipEntry> entries = members(value);
    entries.push_back(more);
    return refusal_of_bytes(zip_file(entries));
  };
  CHECK(contains(refused({"archive/constants.pkl", "x"}), "is a TorchScript program"));
  CHECK(contains(refused({"other/data.pkl", "x"}), "'data.pkl' in several folders"));
  CHECK(contains(refused({"archive/byteorder", "middle"}), "neither 'little' nor 'big'"));
  std::vector<ZipEntry> entries = members(value);
  entries[1].deflated = true;
  CHECK(contains(refusal_of_bytes(zip_file(entries)), "'archive/data/0' is compressed, which torch.save never does"));
  entries = members(value);
  entries[1].crc_error = 1;
  CHECK(contains(refusal_of_bytes(zip_file(entries)), "'w' does not have its checksum"));
  entries = members(value);
  entries[0].bytes += "x";
  CHECK(contains(refusal_of_bytes(zip_file(entries)), "something behind its pickle"));
  CHECK(contains(refusal_of_bytes(zip_file({{"a/deep/data.pkl", "x"}})), "without a .npy"));
}

TEST_CASE("torch zip: a compressed pickle is read, and checksums of 0, which torch.save writes when told to, pass") {
  const TempFolder folder;
  std::vector<ZipEntry> entries = members(named(tensor(kFloats, 0, {6}, {1})));
  entries[0].deflated = true;
  CHECK(open_members(folder, entries)->values("w").size() == 6);
  entries = members(named(tensor(kFloats, 0, {6}, {1})));
  for (ZipEntry& entry : entries)
    entry.crc_error = static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()), static_cast<uInt>(entry.bytes.size())));
  CHECK(open_members(folder, entries)->values("w").size() == 6);
}

TEST_CASE("torch zip: names and tensors without end are refused before they take memory and time") {
  const std::string plain = tensor(kFloats, 0, {6}, {1});
  CHECK(contains(refusal_of_value(dict({pickled::text(std::string(600, 'n')), plain})),
                 "names of its tensors are too long"));
  CHECK(contains(refusal_of_value(named(tensor(storage("FloatStorage", std::string(501, '0'), 6), 0, {6}, {1}))),
                 "a key of more than 500 bytes"));
  // One tensor of 24 bytes, a hundred thousand times.
  std::string many = plain + std::string("q\7", 2) + "0](";
  for (int i = 0; i < 100'001; ++i) many += "h\7";
  CHECK(contains(refusal_of_value(many + "e"), "more than 100000 tensors"));
  // A storage of 1 MiB under a thousand names.
  const std::string large = tensor(storage("FloatStorage", "0", 1 << 18), 0, {1 << 18}, {1});
  std::string again = large + std::string("q\7", 2) + "0](";
  for (int i = 0; i < 1000; ++i) again += "h\7";
  CHECK(contains(refusal_of_bytes(zip_file(members(again + "e", std::string(1 << 20, '\0')))), "more than 64 times"));
}

}  // namespace impasto::testing
