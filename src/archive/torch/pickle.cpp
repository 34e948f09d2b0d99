#include "archive/torch/pickle.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/byte_cursor.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxValues = 1'000'000;
constexpr std::size_t kMaxMarks = 1000;   // that are open at a time
constexpr std::size_t kMaxGlobal = 1000;  // bytes of a module's or a class's name

// Of pickletools, those that are not read here: code and name.
constexpr std::string_view kRefused[] = {"FFLOAT",
                                         "IINT",
                                         "LLONG",
                                         "PPERSID",
                                         "SSTRING",
                                         "VUNICODE",
                                         "dDICT",
                                         "gGET",
                                         "iINST",
                                         "lLIST",
                                         "oOBJ",
                                         "pPUT",
                                         "\201NEWOBJ",
                                         "\202EXT1",
                                         "\203EXT2",
                                         "\204EXT4",
                                         "\217EMPTY_SET",
                                         "\220ADDITEMS",
                                         "\221FROZENSET",
                                         "\222NEWOBJ_EX",
                                         "\226BYTEARRAY8",
                                         "\227NEXT_BUFFER",
                                         "\230READONLY_BUFFER"};

struct StringOpcode {
  int code;
  Kind kind;
  std::size_t length_bytes;
};

constexpr StringOpcode kStrings[] = {{'U', Kind::text, 1},  {0x8c, Kind::text, 1}, {'T', Kind::text, 4},
                                     {'X', Kind::text, 4},  {0x8d, Kind::text, 8}, {'C', Kind::bytes, 1},
                                     {'B', Kind::bytes, 4}, {0x8e, Kind::bytes, 8}};

class Unpickler {
 public:
  Unpickler(std::span<const std::uint8_t> bytes, const std::string& label, const CheckGlobal& check)
      : in_(bytes, label, "pickle"), label_(label), check_(check) {}

  Pickle run();

 private:
  bool read_scalar(int op);
  bool read_string(int op);
  bool read_container(int op);
  bool read_memo(int op);
  bool read_object(int op);

  void push(PickleValue value);
  void push(Kind kind) { push(PickleValue{.kind = kind}); }
  void push_integer(Kind kind, std::int64_t integer) { push(PickleValue{.kind = kind, .integer = integer}); }
  void push_long(std::uint64_t bytes);
  void push_global(std::string_view module, std::string_view name);
  void push_tuple(std::size_t count);

  std::uint32_t pop();
  std::uint32_t top() const;
  std::vector<std::uint32_t> pop_to_mark();
  PickleValue& of_kind(std::uint32_t index, Kind kind);
  void remember(std::uint32_t key);
  void recall(std::uint32_t key);
  void set_items(const std::vector<std::uint32_t>& items);

  ByteCursor in_;
  const std::string& label_;
  const CheckGlobal& check_;
  Pickle pickle_;
  std::vector<std::uint32_t> stack_;
  std::vector<std::size_t> marks_;  // how high the stack was
  std::map<std::uint32_t, std::uint32_t> memo_;
};

Pickle Unpickler::run() {
  const std::size_t whole = in_.left();
  if (in_.u8() != 0x80) in_.damaged("does not begin as one of protocol 2 or newer does");
  const int protocol = in_.u8();
  require(protocol >= 2 && protocol <= 5, ErrorCode::input, label_, " is a pickle of protocol ", protocol,
          "; wanted 2 to 5, so save it again with pickle_protocol=2");
  for (;;) {
    const int op = in_.u8();
    if (op == '.') break;
    if (read_scalar(op) || read_string(op) || read_container(op) || read_memo(op) || read_object(op)) continue;
    std::string_view name = "unknown";
    for (const std::string_view refused : kRefused) {
      if (static_cast<unsigned char>(refused[0]) == op) name = refused.substr(1);
    }
    fail(ErrorCode::input, label_, ": its pickle uses the opcode ", op, " (", name,
         "), which tensors and dictionaries do not need; save the state_dict alone: torch.save(model.state_dict(), "
         "FILE)");
  }
  pickle_.root = pop();
  if (!stack_.empty() || !marks_.empty()) in_.damaged("leaves values behind");
  pickle_.bytes = whole - in_.left();
  return std::move(pickle_);
}

void Unpickler::push(PickleValue value) {
  require(pickle_.values.size() < kMaxValues, ErrorCode::input, label_, ": its pickle has more than ", kMaxValues,
          " values; save the state_dict alone: torch.save(model.state_dict(), FILE)");
  stack_.push_back(static_cast<std::uint32_t>(pickle_.values.size()));
  pickle_.values.push_back(std::move(value));
}

std::uint32_t Unpickler::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) in_.damaged("takes a value where there is none");
  return stack_.back();
}

std::uint32_t Unpickler::pop() {
  const std::uint32_t index = top();
  stack_.pop_back();
  return index;
}

std::vector<std::uint32_t> Unpickler::pop_to_mark() {
  if (marks_.empty()) in_.damaged("closes what was not opened");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<std::uint32_t> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

PickleValue& Unpickler::of_kind(std::uint32_t index, Kind kind) {
  PickleValue& value = pickle_.values[index];
  if (value.kind != kind) in_.damaged("has a value of a wrong kind");
  return value;
}

bool Unpickler::read_scalar(int op) {
  switch (op) {
    case 0x95:  // FRAME: its length says nothing new
      if (in_.u64() > in_.left()) in_.damaged("ends too early");
      return true;
    case 'N':
      push(Kind::none);
      return true;
    case 0x88:
    case 0x89:
      push_integer(Kind::boolean, op == 0x88);
      return true;
    case 'J':
      push_integer(Kind::integer, static_cast<std::int32_t>(in_.u32()));
      return true;
    case 'K':
    case 'M':
      push_integer(Kind::integer, op == 'K' ? in_.u8() : in_.u16());
      return true;
    case 0x8a:
    case 0x8b:
      push_long(op == 0x8a ? in_.u8() : in_.u32());
      return true;
    case 'G':
      in_.skip(8);
      push(Kind::real);
      return true;
    default:
      return false;
  }
}

// Two's complement, lowest byte first.
void Unpickler::push_long(std::uint64_t bytes) {
  if (bytes > 8) {
    push(PickleValue{.kind = Kind::huge, .text = in_.take_text(bytes)});
    return;
  }
  std::uint64_t bits = bytes == 0 ? 0 : in_.number(static_cast<std::size_t>(bytes));
  if (bytes != 0 && bytes < 8 && (bits >> (8 * bytes - 1)) != 0) bits |= ~std::uint64_t{0} << (8 * bytes);
  push_integer(Kind::integer, static_cast<std::int64_t>(bits));
}

bool Unpickler::read_string(int op) {
  for (const StringOpcode& string : kStrings) {
    if (string.code != op) continue;
    const std::uint64_t bytes = in_.number(string.length_bytes);
    push(PickleValue{.kind = string.kind, .text = in_.take_text(bytes)});
    return true;
  }
  return false;
}

void Unpickler::push_tuple(std::size_t count) {
  std::vector<std::uint32_t> items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  push(PickleValue{.kind = Kind::tuple, .items = std::move(items)});
}

// Of a dictionary, or of the object that a call gave.
void Unpickler::set_items(const std::vector<std::uint32_t>& items) {
  PickleValue& object = pickle_.values[top()];
  if (object.kind != Kind::dict && object.kind != Kind::call) in_.damaged("has a value of a wrong kind");
  if (items.size() % 2 != 0) in_.damaged("has a key without a value");
  object.items.insert(object.items.end(), items.begin(), items.end());
}

bool Unpickler::read_container(int op) {
  switch (op) {
    case '(':
      if (marks_.size() == kMaxMarks) in_.damaged("is nested too deeply");
      marks_.push_back(stack_.size());
      return true;
    case ')':
    case 0x85:
    case 0x86:
    case 0x87:
      push_tuple(op == ')' ? 0 : static_cast<std::size_t>(op - 0x84));
      return true;
    case 't': {
      std::vector<std::uint32_t> items = pop_to_mark();
      push(PickleValue{.kind = Kind::tuple, .items = std::move(items)});
      return true;
    }
    case ']':
    case '}':
      push(op == ']' ? Kind::list : Kind::dict);
      return true;
    case 'a': {
      const std::uint32_t item = pop();
      of_kind(top(), Kind::list).items.push_back(item);
      return true;
    }
    case 'e': {
      const std::vector<std::uint32_t> items = pop_to_mark();
      std::vector<std::uint32_t>& list = of_kind(top(), Kind::list).items;
      list.insert(list.end(), items.begin(), items.end());
      return true;
    }
    case 's': {
      const std::uint32_t value = pop(), key = pop();
      set_items({key, value});
      return true;
    }
    case 'u':
      set_items(pop_to_mark());
      return true;
    default:
      return false;
  }
}

void Unpickler::remember(std::uint32_t key) {
  memo_[key] = top();
  require(memo_.size() <= kMaxValues, ErrorCode::input, label_, ": its pickle remembers more than ", kMaxValues,
          " values; save the state_dict alone: torch.save(model.state_dict(), FILE)");
}

void Unpickler::recall(std::uint32_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) in_.damaged("takes a value where there is none");
  stack_.push_back(found->second);
}

bool Unpickler::read_memo(int op) {
  switch (op) {
    case 'q':
    case 'r':
      remember(op == 'q' ? in_.u8() : in_.u32());
      return true;
    case 0x94:
      remember(static_cast<std::uint32_t>(memo_.size()));
      return true;
    case 'h':
    case 'j':
      recall(op == 'h' ? in_.u8() : in_.u32());
      return true;
    case '0':
      pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      stack_.push_back(top());
      return true;
    default:
      return false;
  }
}

void Unpickler::push_global(std::string_view module, std::string_view name) {
  if (module.size() > kMaxGlobal || name.size() > kMaxGlobal) in_.damaged("has a name without an end");
  check_(module, name, stack_.size());
  push(PickleValue{.kind = Kind::global, .text = module, .name = name});
}

bool Unpickler::read_object(int op) {
  switch (op) {
    case 'c': {
      const std::string_view module = in_.take_line(kMaxGlobal), name = in_.take_line(kMaxGlobal);
      push_global(module, name);
      return true;
    }
    case 0x93: {
      const std::uint32_t name = pop(), module = pop();
      push_global(of_kind(module, Kind::text).text, of_kind(name, Kind::text).text);
      return true;
    }
    case 'R': {
      const std::uint32_t arguments = pop(), what = pop();
      of_kind(arguments, Kind::tuple);
      of_kind(what, Kind::global);
      push(PickleValue{.kind = Kind::call, .items = {what, arguments}});
      return true;
    }
    case 'b':  // state of an object beside its items: an OrderedDict's _metadata
      pop();
      of_kind(top(), Kind::call);
      return true;
    case 'Q': {
      const std::uint32_t named = pop();
      push(PickleValue{.kind = Kind::persistent, .items = {named}});
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

Pickle read_pickle(std::span<const std::uint8_t> bytes, const std::string& label, const CheckGlobal& check) {
  return Unpickler(bytes, label, check).run();
}

}  // namespace impasto::IMPASTO_ABI
