// Pickles become plain values; opcodes and globals that tensors do not need are refused by their names.
#include "archive/torch/pickle.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"
#include "support/error_of.h"
#include "support/torch_pickle.h"

namespace impasto::testing {
namespace {

using Kind = PickleValue::Kind;

const std::string kLabel = "weights file 'w'";

Pickle read(const std::string& bytes) {
  return read_pickle({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, kLabel,
                     [](std::string_view module, std::string_view name, std::size_t depth) {
                       if (module == "os") fail(ErrorCode::input, "unwanted: ", name, " at depth ", depth);
                     });
}

std::string refusal(const std::string& body) {
  return error_of(ErrorCode::input, [&] { read(pickled::whole(body)); });
}

const PickleValue& root(const Pickle& pickle) { return pickle.at(pickle.root); }
std::int64_t integer(const std::string& body) { return root(read(pickled::whole(body))).integer; }

}  // namespace

TEST_CASE("pickle: numbers of every width are read, with their sign") {
  CHECK(integer("K\xff") == 255);
  CHECK(integer(std::string("M\0\x80", 3)) == 32768);
  CHECK(integer("J\xfe\xff\xff\xff") == -2);
  CHECK(integer(std::string("\x8a\0", 2)) == 0);
  CHECK(integer("\x8a\1\xff") == -1);
  CHECK(integer("\x8a\2\xff\x7f") == 32767);
  CHECK(integer(std::string("\x8b\3\0\0\0\0\0\x80", 8)) == -8388608);
  CHECK(integer(pickled::number(INT64_MIN)) == INT64_MIN);
  CHECK(integer("\x88") == 1);
  CHECK(integer("\x89") == 0);
  const std::string huge = pickled::whole("\x8a\x09" + std::string(9, '\1'));
  CHECK(root(read(huge)).kind == Kind::huge);
  CHECK(root(read(pickled::whole("G" + std::string(8, '\0')))).kind == Kind::real);
  CHECK(root(read(pickled::whole("N"))).kind == Kind::none);
}

TEST_CASE("pickle: texts and bytes with lengths of 1, 4 and 8 bytes") {
  for (const std::string& body : {std::string("U\2ab"), std::string("\x8c\2ab"), std::string("X\2\0\0\0ab", 7),
                                  std::string("T\2\0\0\0ab", 7), std::string("\x8d\2\0\0\0\0\0\0\0ab", 11)}) {
    const std::string whole = pickled::whole(body);
    const Pickle pickle = read(whole);
    CHECK(root(pickle).kind == Kind::text);
    CHECK(root(pickle).text == "ab");
  }
  for (const std::string& body :
       {std::string("C\2ab"), std::string("B\2\0\0\0ab", 7), std::string("\x8e\2\0\0\0\0\0\0\0ab", 11)})
    CHECK(root(read(pickled::whole(body))).kind == Kind::bytes);
}

TEST_CASE("pickle: containers, filled one by one or at once, and the memo of every width") {
  for (const std::string& body :
       {std::string("]K\1aK\2a"), std::string("](K\1K\2e"), std::string("(K\1K\2t"), std::string("K\1K\2\x86"),
        std::string("K\1q\0K\2q\1\x86", 9), std::string("}K\1K\2s"), std::string("}(K\1K\2u"),
        std::string("K\1r\0\0\0\0000j\0\0\0\0K\2\x86", 16), std::string("K\1\x94\x30h\0K\2\x86", 9),
        std::string("(K\7"
                    "1K\1K\2\x86"),
        std::string("\x95\5\0\0\0\0\0\0\0K\1K\2\x86", 14)}) {
    CAPTURE(body);
    const std::string whole = pickled::whole(body);
    const Pickle pickle = read(whole);
    REQUIRE(root(pickle).items.size() == 2);
    CHECK(pickle.at(root(pickle).items[0]).integer == 1);
    CHECK(pickle.at(root(pickle).items[1]).integer == 2);
    CHECK(pickle.bytes == whole.size());
  }
  CHECK(root(read(pickled::whole("K\1\x85"))).items.size() == 1);
  CHECK(root(read(pickled::whole("K\1K\1K\1\x87"))).items.size() == 3);
  CHECK(root(read(pickled::whole("K\1"
                                 "2\x86")))
            .items.size() == 2);
  const Pickle itself = read(pickled::whole(std::string("]q\0h\0a", 6)));
  CHECK(root(itself).items.front() == itself.root);
}

TEST_CASE("pickle: what would be called is a value, and nothing is called") {
  const std::string whole = pickled::whole(pickled::call(pickled::global("a.b", "c"), {"K\1"}) + "K\2K\3s}b");
  const Pickle pickle = read(whole);
  REQUIRE(root(pickle).kind == Kind::call);
  REQUIRE(root(pickle).items.size() == 4);
  const PickleValue& what = pickle.at(root(pickle).items[0]);
  CHECK(what.text == "a.b");
  CHECK(what.name == "c");
  CHECK(pickle.at(root(pickle).items[2]).integer == 2);
  const std::string named = pickled::whole(pickled::text("a") + pickled::text("b") + "\x93");
  CHECK(root(read(named)).name == "b");
  CHECK(root(read(pickled::whole("K\1Q"))).kind == Kind::persistent);
}

TEST_CASE("pickle: every global is shown before anything is made of it, with its depth") {
  CHECK(refusal(pickled::call(pickled::global("os", "system"), {pickled::text("true")})) ==
        "unwanted: system at depth 0");
  CHECK(refusal(pickled::dict({pickled::text("a"), pickled::global("os", "system")})) == "unwanted: system at depth 2");
  CHECK(refusal(pickled::text("os") + pickled::text("popen") + "\x93") == "unwanted: popen at depth 0");
}

TEST_CASE("pickle: other opcodes are refused by number and name") {
  CHECK(contains(refusal(")\x81"), "the opcode 129 (NEWOBJ)"));
  CHECK(contains(refusal("(ios\nsystem\n"), "the opcode 105 (INST)"));
  CHECK(contains(refusal("(K\1o"), "the opcode 111 (OBJ)"));
  CHECK(contains(refusal("\x82\1"), "(EXT1)"));
  CHECK(contains(refusal("I01\n"), "the opcode 73 (INT)"));
  CHECK(contains(refusal("Pkey\n"), "(PERSID)"));
  CHECK(contains(refusal("\x8f"), "(EMPTY_SET)"));
  CHECK(contains(refusal("\x97"), "(NEXT_BUFFER)"));
  CHECK(contains(refusal("\xff"), "the opcode 255 (unknown)"));
  CHECK(contains(refusal(std::string(1, '\0')), "the opcode 0 (unknown)"));
}

TEST_CASE("pickle: other protocols are refused") {
  CHECK(contains(error_of(ErrorCode::input, [] { read("\x80\1K\1."); }), "pickle of protocol 1"));
  CHECK(contains(error_of(ErrorCode::input, [] { read("\x80\6K\1."); }), "pickle of protocol 6"));
  CHECK(contains(error_of(ErrorCode::input, [] { read("(lp0\n."); }), "does not begin as one"));
}

TEST_CASE("pickle: damage is refused, each with its sentence") {
  CHECK(contains(refusal(""), "takes a value where there is none"));
  CHECK(contains(refusal("K\1K\1"), "leaves values behind"));
  CHECK(contains(refusal("(K\1"), "leaves values behind"));
  CHECK(contains(refusal("t"), "closes what was not opened"));
  CHECK(contains(refusal("K\1(\x85t"), "takes a value where there is none"));
  CHECK(contains(refusal("K\1K\1a"), "value of a wrong kind"));
  CHECK(contains(refusal("]K\1K\1s"), "value of a wrong kind"));
  CHECK(contains(refusal("}(K\1u"), "key without a value"));
  CHECK(contains(refusal("K\1)R"), "value of a wrong kind"));
  CHECK(contains(refusal(pickled::global("a", "b") + "]R"), "value of a wrong kind"));
  CHECK(contains(refusal("]}b"), "value of a wrong kind"));
  CHECK(contains(refusal("K\1K\1\x93"), "value of a wrong kind"));
  CHECK(contains(refusal("h\1"), "takes a value where there is none"));
  CHECK(contains(refusal("ca" + std::string(2000, 'b') + "\nc\n"), "line without an end"));
  CHECK(contains(refusal(pickled::text(std::string(2000, 'a')) + pickled::text("b") + "\x93"), "name without an end"));
  CHECK(contains(refusal(std::string("\x95\xff\0\0\0\0\0\0\0K\1", 11)), "ends too early"));
  CHECK(contains(refusal(std::string(1001, '(')), "nested too deeply"));
}

TEST_CASE("pickle: more than a million values, and more remembered ones, are refused") {
  CHECK(contains(refusal(std::string(1'000'001, 'N')), "more than 1000000 values"));
  CHECK(contains(refusal("N" + std::string(1'000'001, '\x94')), "remembers more than 1000000"));
}

TEST_CASE("pickle: one cut short anywhere is refused") {
  const std::string whole = pickled::whole(pickled::dict(
      {pickled::text("a"), pickled::tensor(pickled::storage("FloatStorage", "0", 4), 0, {2, 2}, {2, 1})}));
  CHECK_NOTHROW(read(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(error_of(ErrorCode::input, [&] { read(whole.substr(0, length)); }).empty());
  }
}

}  // namespace impasto::testing
