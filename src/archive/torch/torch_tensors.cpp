#include "archive/torch/torch_tensors.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/torch/pickle.h"
#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxTensors = 100'000;
constexpr std::size_t kMaxName = 500;                     // bytes of one path
constexpr std::size_t kMaxNames = std::size_t{16} << 20;  // of all
constexpr std::uint64_t kUncountable = std::numeric_limits<std::uint64_t>::max();

// torch/storage.py and c10/core/ScalarType.h.
constexpr TorchType kTorchTypes[] = {{"FloatStorage", "float32", "F32", 4},
                                     {"DoubleStorage", "float64", "F64", 8},
                                     {"HalfStorage", "float16", "F16", 2},
                                     {"BFloat16Storage", "bfloat16", "BF16", 2},
                                     {"LongStorage", "int64", "I64", 8},
                                     {"IntStorage", "int32", "I32", 4},
                                     {"ShortStorage", "int16", "I16", 2},
                                     {"CharStorage", "int8", "I8", 1},
                                     {"ByteStorage", "uint8", "U8", 1},
                                     {"BoolStorage", "bool", "BOOL", 1},
                                     {"ComplexFloatStorage", "complex64", "C64", 8},
                                     {"ComplexDoubleStorage", "complex128", "C128", 16},
                                     {"", "complex32", "C32", 4},
                                     {"", "uint16", "U16", 2},
                                     {"", "uint32", "U32", 4},
                                     {"", "uint64", "U64", 8},
                                     {"", "float8_e4m3fn", "F8_E4M3", 1},
                                     {"", "float8_e5m2", "F8_E5M2", 1},
                                     {"", "float8_e4m3fnuz", "F8_E4M3FNUZ", 1},
                                     {"", "float8_e5m2fnuz", "F8_E5M2FNUZ", 1},
                                     {"", "float8_e8m0fnu", "F8_E8M0", 1}};
constexpr TorchType kBytes = {"UntypedStorage", "", "U8", 1};

const TorchType* type_of_storage(std::string_view storage) {
  if (storage == kBytes.storage) return &kBytes;
  const auto* found = std::find_if(std::begin(kTorchTypes), std::end(kTorchTypes),
                                   [&](const TorchType& type) { return type.storage == storage; });
  return found == std::end(kTorchTypes) || storage.empty() ? nullptr : found;
}

struct Global {
  std::string_view module, name;
};

constexpr Global kKnown[] = {{"collections", "OrderedDict"},
                             {"torch._utils", "_rebuild_tensor"},
                             {"torch._utils", "_rebuild_tensor_v2"},
                             {"torch._utils", "_rebuild_tensor_v3"},
                             {"torch._utils", "_rebuild_parameter"},
                             {"torch._utils", "_rebuild_parameter_with_state"},
                             {"torch._tensor", "_rebuild_from_type_v2"},
                             {"torch.nn.parameter", "Parameter"},
                             {"torch", "Tensor"},
                             {"torch", "Size"},
                             {"torch", "device"}};

bool is_known(std::string_view module, std::string_view name) {
  if (module == "torch" || module == "torch.cuda" || module == "torch.storage") {
    if (type_of_storage(name) != nullptr || torch_type_of_dtype(name) != nullptr) return true;
  }
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](const Global& known) { return known.module == module && known.name == name; });
}

// For a message: what a file says may be anything.
std::string printable(std::string_view words) {
  std::string result(words.substr(0, 200));
  for (char& letter : result) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return result;
}

// A storage, or a part of one.
struct Storage {
  std::string record;
  const TorchType* type;
  std::uint64_t first, bytes;  // of the record
};

class TensorReader {
 public:
  TensorReader(std::span<const std::uint8_t> bytes, const std::string& label)
      : label_(label),
        pickle_(read_pickle(bytes, label, [&](std::string_view module, std::string_view name, std::size_t depth) {
          check(module, name, depth);
        })) {}

  TorchPickle read();

 private:
  void check(std::string_view module, std::string_view name, std::size_t depth) const;
  [[noreturn]] void damaged(const char* how) const {
    fail(ErrorCode::input, label_, " is damaged: its pickle ", how, "; get it again");
  }
  const PickleValue& at(std::uint32_t index) const { return pickle_.at(index); }
  const PickleValue& item(const PickleValue& of, std::size_t i, Kind kind) const;
  std::uint64_t whole(const PickleValue& of, std::size_t i) const;
  std::vector<std::int64_t> whole_numbers(std::uint32_t index) const;
  bool calls(const PickleValue& value, std::string_view name) const;

  Storage storage_of(const PickleValue& persistent);
  void read_tensor(const std::string& name, const PickleValue& call);
  void make_tensor(const std::string& name, std::string_view function, const PickleValue& arguments);
  void require_plain(const std::string& name, const PickleValue& arguments, std::size_t metadata) const;
  void push(const std::string& path, const std::string& part, std::uint32_t index);
  void push_pairs(const std::string& path, const std::vector<std::uint32_t>& items, std::size_t begin);
  void push_items(const std::string& path, const PickleValue& value);

  const std::string& label_;
  Pickle pickle_;
  TorchPickle result_;
  std::vector<std::pair<std::uint32_t, std::string>> open_;  // values to look at, with their paths
  std::size_t names_ = 0;                                    // bytes
};

void TensorReader::check(std::string_view module, std::string_view name, std::size_t depth) const {
  if (is_known(module, name)) return;
  const std::string global = printable(module) + "." + printable(name);
  if (depth <= 1) {
    fail(ErrorCode::input, label_, " is a whole object of the class ", global,
         ", not its numbers alone, and no class of a pickle is ever loaded here; where you trust it, save its "
         "state_dict in PyTorch: "
         "torch.save(torch.load(FILE, weights_only=False).state_dict(), 'state.pth')");
  }
  fail(ErrorCode::input, label_, " holds ", global,
       " beside tensors and dictionaries, and nothing that a pickle names is ever loaded here; where you trust it, "
       "save the state_dict "
       "alone in PyTorch: torch.save(torch.load(FILE, weights_only=False)['state_dict'], 'state.pth')");
}

const PickleValue& TensorReader::item(const PickleValue& of, std::size_t i, Kind kind) const {
  if (i >= of.items.size() || at(of.items[i]).kind != kind) damaged("describes a tensor that is none");
  return at(of.items[i]);
}

std::uint64_t TensorReader::whole(const PickleValue& of, std::size_t i) const {
  const std::int64_t number = item(of, i, Kind::integer).integer;
  if (number < 0) damaged("has a size below zero");
  return static_cast<std::uint64_t>(number);
}

// A tuple of them, or a torch.Size.
std::vector<std::int64_t> TensorReader::whole_numbers(std::uint32_t index) const {
  const PickleValue* tuple = &at(index);
  if (calls(*tuple, "Size")) tuple = &item(at(tuple->items[1]), 0, Kind::tuple);
  if (tuple->kind != Kind::tuple) damaged("describes a tensor that is none");
  if (tuple->items.size() > kMaxTorchDimensions) damaged("has a tensor of more than 64 dimensions");
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < tuple->items.size(); ++i) numbers.push_back(static_cast<std::int64_t>(whole(*tuple, i)));
  return numbers;
}

bool TensorReader::calls(const PickleValue& value, std::string_view name) const {
  return value.kind == Kind::call && at(value.items[0]).name == name;
}

// ('storage', class, key, where it was, numbers), before PyTorch 1.6 with a view: None or (key, first number, numbers).
Storage TensorReader::storage_of(const PickleValue& persistent) {
  const PickleValue& named = item(persistent, 0, Kind::tuple);
  if (item(named, 0, Kind::text).text != "storage") damaged("refers to what is no storage");
  const TorchType* type = type_of_storage(item(named, 1, Kind::global).name);
  if (type == nullptr) damaged("refers to what is no storage");
  if (item(named, 2, Kind::text).text.size() > kMaxName) damaged("has a storage with a key of more than 500 bytes");
  Storage storage{std::string(item(named, 2, Kind::text).text), type, 0,
                  saturated_product(whole(named, 4), type->bytes)};
  const auto [record, is_new] = result_.records.emplace(storage.record, TorchRecord{storage.bytes, type->bytes});
  if (!is_new && record->second.bytes != storage.bytes) damaged("gives a storage two sizes");
  if (named.items.size() > 5 && at(named.items[5]).kind != Kind::none) {
    const PickleValue& view = item(named, 5, Kind::tuple);
    const std::uint64_t all = storage.bytes;
    storage.first = saturated_product(whole(view, 1), type->bytes);
    storage.bytes = saturated_product(whole(view, 2), type->bytes);
    if (storage.first > all || storage.bytes > all - storage.first) damaged("has a view beyond its storage");
  }
  return storage;
}

// Bits that PyTorch applies when it reads a number.
void TensorReader::require_plain(const std::string& name, const PickleValue& arguments, std::size_t metadata) const {
  if (metadata >= arguments.items.size()) return;
  const PickleValue& bits = at(arguments.items[metadata]);
  if (bits.kind == Kind::none) return;
  if (bits.kind != Kind::dict) damaged("describes a tensor that is none");
  for (std::size_t i = 1; i < bits.items.size(); i += 2) {
    const PickleValue& bit = at(bits.items[i]);
    require(bit.kind == Kind::boolean && bit.integer == 0, ErrorCode::input, label_, ": '", name,
            "' is kept conjugated or negated; save it plain: resolve_conj().resolve_neg()");
  }
}

void TensorReader::make_tensor(const std::string& name, std::string_view function, const PickleValue& arguments) {
  const bool typed = function == "_rebuild_tensor_v3";
  if (arguments.items.size() < (typed ? 7U : 4U)) damaged("describes a tensor that is none");
  const Storage storage = storage_of(item(arguments, 0, Kind::persistent));
  TorchTensor tensor;
  tensor.record = storage.record;
  tensor.type = typed ? torch_type_of_dtype(item(arguments, 6, Kind::global).name) : storage.type;
  if (tensor.type == nullptr) damaged("has a tensor of an unknown type");
  tensor.sizes = whole_numbers(arguments.items[2]);
  tensor.strides = whole_numbers(arguments.items[3]);
  if (tensor.sizes.size() != tensor.strides.size()) damaged("has a tensor with other strides than sizes");
  require_plain(name, arguments, typed ? 7 : 6);
  const std::uint64_t width = tensor.type->bytes, first = whole(arguments, 1), span = tensor.span();
  const std::uint64_t room = storage.bytes / width;
  require(span == 0 || (first <= room && span <= room - first), ErrorCode::input, label_, ": '", name,
          "' lies beyond the end of its storage; the file is damaged, get it again");
  if (span != 0) tensor.first = storage.first + first * width;
  require(result_.tensors.emplace(name, std::move(tensor)).second, ErrorCode::input, label_, " has the name '",
          printable(name), "' twice; save it again with each name once");
}

void TensorReader::read_tensor(const std::string& name, const PickleValue& call) {
  const PickleValue* value = &call;
  for (int layers = 0; calls(*value, "_rebuild_parameter") || calls(*value, "_rebuild_parameter_with_state");
       ++layers) {
    if (layers == 4) damaged("describes a tensor that is none");
    value = &item(at(value->items[1]), 0, Kind::call);
  }
  const PickleValue& arguments = at(value->items[1]);
  if (calls(*value, "_rebuild_from_type_v2")) {  // a tensor with attributes: function, class, its arguments, attributes
    const std::string_view type = item(arguments, 1, Kind::global).name;
    if (type != "Tensor" && type != "Parameter") damaged("describes a tensor that is none");
    make_tensor(name, item(arguments, 0, Kind::global).name, item(arguments, 2, Kind::tuple));
  } else {
    make_tensor(name, at(value->items[0]).name, arguments);
  }
}

void TensorReader::push(const std::string& path, const std::string& part, std::uint32_t index) {
  const Kind kind = at(index).kind;
  if (kind != Kind::dict && kind != Kind::list && kind != Kind::tuple && kind != Kind::call) return;
  names_ += path.size() + part.size() + 1;
  require(path.size() + part.size() < kMaxName && names_ <= kMaxNames, ErrorCode::input, label_,
          ": the names of its tensors are too long; save the state_dict alone: torch.save(model.state_dict(), FILE)");
  open_.emplace_back(index, path.empty() ? part : path + "." + part);
}

void TensorReader::push_pairs(const std::string& path, const std::vector<std::uint32_t>& items, std::size_t begin) {
  for (std::size_t i = begin; i + 1 < items.size(); i += 2) {
    const PickleValue& key = at(items[i]);
    if (key.kind == Kind::text) push(path, std::string(key.text.substr(0, kMaxName)), items[i + 1]);
    if (key.kind == Kind::integer) push(path, std::to_string(key.integer), items[i + 1]);
  }
}

void TensorReader::push_items(const std::string& path, const PickleValue& value) {
  if (value.kind == Kind::dict) return push_pairs(path, value.items, 0);
  if (value.kind == Kind::list || value.kind == Kind::tuple) {
    for (std::size_t i = 0; i < value.items.size(); ++i) push(path, std::to_string(i), value.items[i]);
  } else if (calls(value, "OrderedDict")) {
    const PickleValue& arguments = at(value.items[1]);
    if (!arguments.items.empty()) {  // Python 2 hands over a list of pairs
      for (const std::uint32_t pair : item(arguments, 0, Kind::list).items) {
        if (at(pair).items.size() != 2) damaged("has a key without a value");
        push_pairs(path, at(pair).items, 0);
      }
    }
    push_pairs(path, value.items, 2);
  } else if (at(value.items[0]).name.starts_with("_rebuild")) {
    require(result_.tensors.size() < kMaxTensors, ErrorCode::input, label_, " has more than ", kMaxTensors,
            " tensors; save the state_dict alone: torch.save(model.state_dict(), FILE)");
    read_tensor(path.empty() ? "tensor" : path, value);
  }
}

TorchPickle TensorReader::read() {
  for (const PickleValue& value : pickle_.values) {
    if (value.kind == Kind::persistent) storage_of(value);
  }
  // What stands in several places, or within itself, is looked into once; a tensor has all its names.
  std::vector<bool> seen(pickle_.values.size());
  open_.emplace_back(pickle_.root, "");
  while (!open_.empty()) {
    const auto [index, path] = std::move(open_.back());
    open_.pop_back();
    const PickleValue& value = at(index);
    const bool container = value.kind != Kind::call || calls(value, "OrderedDict");
    if (container && seen[index]) continue;
    seen[index] = container;
    if (value.kind == Kind::dict || value.kind == Kind::list || value.kind == Kind::tuple || value.kind == Kind::call)
      push_items(path, value);
  }
  result_.bytes = pickle_.bytes;
  return std::move(result_);
}

}  // namespace

const TorchType* torch_type_of_dtype(std::string_view dtype) {
  const auto* found = std::find_if(std::begin(kTorchTypes), std::end(kTorchTypes),
                                   [&](const TorchType& type) { return type.dtype == dtype; });
  return found == std::end(kTorchTypes) ? nullptr : found;
}

std::uint64_t TorchTensor::count() const { return saturated_product(sizes); }

std::uint64_t TorchTensor::span() const {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return 0;
    const std::uint64_t step =
        saturated_product(static_cast<std::uint64_t>(sizes[i] - 1), static_cast<std::uint64_t>(strides[i]));
    last = step > kUncountable - last ? kUncountable : last + step;
  }
  return last == kUncountable ? kUncountable : last + 1;
}

TorchPickle read_torch_pickle(std::span<const std::uint8_t> bytes, const std::string& label) {
  return TensorReader(bytes, label).read();
}

}  // namespace impasto::IMPASTO_ABI
