#include "model/convolution_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::string_view kSeparators = "./_:";
constexpr int kCounted = -1000;  // ConvolutionName::number of Keras 3 without names

bool is_separator(char c) { return kSeparators.find(c) != std::string_view::npos; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads a number of at most 3 digits and moves `at` behind it; -1 when there is none.
int read_number(std::string_view name, std::size_t& at) {
  int number = 0;
  std::size_t digits = 0;
  for (; at < name.size() && is_digit(name[at]) && digits < 3; ++at, ++digits) number = 10 * number + (name[at] - '0');
  return digits == 0 || (at < name.size() && is_digit(name[at])) ? -1 : number;
}

bool skip(std::string_view name, std::size_t& at, std::string_view word) {
  if (name.substr(at, word.size()) != word) return false;
  at += word.size();
  return true;
}

struct Layer {
  Naming naming;
  int number;
  std::size_t end;  // of the layer's name
};

// A layer's name that begins at `at` and ends there or before a separator.
std::optional<Layer> layer_at(std::string_view name, std::size_t at) {
  std::optional<Layer> found;
  const std::size_t begin = at;
  if (skip(name, at, "features") && at < name.size() && is_separator(name[at])) {
    if (const int index = read_number(name, ++at); index >= 0) found = {Naming::torchvision, index, at};
  } else if (at = begin; skip(name, at, "block")) {
    const int block = read_number(name, at);
    const int index = skip(name, at, "_conv") ? read_number(name, at) : -1;
    if (block > 0 && block < 10 && index > 0 && index < 10) found = {Naming::keras, 10 * block + index, at};
  } else if (at = begin; skip(name, at, "conv2d")) {
    const int count = skip(name, at, "_") ? read_number(name, at) : 0;
    if (count >= 0 && name.substr(at, 6) == "/vars/") found = {Naming::keras, kCounted + count, at};
  } else if (at = begin; skip(name, at, "conv")) {
    const int block = read_number(name, at);
    const int index = skip(name, at, "_") ? read_number(name, at) : -1;
    if (block > 0 && block < 10 && index > 0 && index < 10) found = {Naming::caffe, 10 * block + index, at};
  }
  return found && (found->end == name.size() || is_separator(name[found->end])) ? found : std::nullopt;
}

std::optional<Layer> last_layer(std::string_view name) {
  for (std::size_t at = name.size(); at-- > 0;) {
    if (at != 0 && !is_separator(name[at - 1])) continue;
    if (const auto found = layer_at(name, at)) return found;
  }
  return std::nullopt;
}

// What follows the layer says.
std::optional<ArrayRole> role_of(std::string_view rest) {
  std::vector<std::string> words(1);
  for (const char c : rest) {
    if (is_separator(c)) {
      words.emplace_back();
    } else {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  const auto is_count = [](const std::string& word) { return word.size() == 1 && is_digit(word[0]); };
  if (words.size() >= 2 && words[words.size() - 2] == "vars" && is_count(words.back())) {
    if (words.back() > "1") return std::nullopt;
    return words.back() == "1" ? ArrayRole::bias : ArrayRole::weights;
  }
  if (words.size() == 2 && words.back() == "scale") return ArrayRole::scale;
  while (words.size() > 1 && is_count(words.back())) words.pop_back();  // W_1:0
  for (const char* word : {"weight", "weights", "kernel", "filter", "w"}) {
    if (words.back() == word) return ArrayRole::weights;
  }
  for (const char* word : {"bias", "biases", "b"}) {
    if (words.back() == word) return ArrayRole::bias;
  }
  return std::nullopt;
}

// Configurations E, D, B, A of arXiv:1409.1556.
constexpr Architecture kVggs[] = {kVgg19, kVgg16, {"VGG13", {2, 2, 2, 2, 2}}, {"VGG11", {1, 1, 2, 2, 2}}};

// Numbers of its convolutions.
std::vector<int> numbers_of(const Architecture& vgg, Naming naming, bool counted, bool normalised = false) {
  std::vector<int> numbers;
  for (const std::size_t layer : vgg.layers()) {
    const VggLayer& one = vgg_layers()[layer];
    const int count = kCounted + static_cast<int>(numbers.size());
    numbers.push_back(naming == Naming::torchvision ? vgg.features_index(layer, normalised)
                      : counted                     ? count
                                                    : 10 * one.block + one.index);
  }
  return numbers;
}

// Names of the arrays of a convolution; some may be empty.
using Convolutions = std::map<int, ConvolutionPlaces::Place>;

struct Names {
  std::map<Naming, Convolutions> by_naming;
  std::string twice;  // a sentence's part, when a layer stands twice
  bool normalised = false;

  // The naming with the most convolutions.
  Naming naming() const {
    const auto most = std::max_element(by_naming.begin(), by_naming.end(),
                                       [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    return most == by_naming.end() ? Naming::torchvision : most->first;
  }
};

bool holds(const std::string& name, std::string_view part) { return name.find(part) != std::string::npos; }

Names read_names(const ArrayFile& file) {
  Names names;
  for (const auto& [name, entry] : file.entries()) {
    if (holds(name, "running_mean") || holds(name, "moving_mean")) names.normalised = true;
    const auto found = parse_convolution_name(name, file.metadata());
    if (!found) continue;
    // torchvision's batch normalisation also has a weight and a bias: of one dimension.
    const bool is_kernel = found->role == ArrayRole::weights;
    if (is_kernel && found->naming == Naming::torchvision && entry.sizes.size() == 1) continue;
    ConvolutionPlaces::Place& place = names.by_naming[found->naming][found->number];
    std::string& slot = is_kernel ? place.weights : found->role == ArrayRole::bias ? place.bias : place.scale;
    if (!slot.empty() && names.twice.empty()) names.twice = text("'", slot, "' and '", name, "'");
    slot = name;
  }
  // A bias of a layer that has no weights belongs to something else; one naming is enough.
  for (auto& [naming, convolutions] : names.by_naming)
    std::erase_if(convolutions, [](const auto& c) { return c.second.weights.empty(); });
  std::erase_if(names.by_naming, [](const auto& n) { return n.second.empty(); });
  return names;
}

struct Telltale {
  const char* part;
  const char* network;
};
constexpr Telltale kOthers[] = {{"layer1.0.conv", "ResNet"},
                                {"conv2_block1_1_conv", "ResNet"},
                                {"res2a_branch", "ResNet"},
                                {"denseblock", "DenseNet"},
                                {"conv2_block1_0_bn", "DenseNet"},
                                {"Mixed_5b", "Inception"},
                                {"mixed5", "Inception"},
                                {"fire2", "SqueezeNet"},
                                {"features.3.squeeze", "SqueezeNet"},
                                {"patch_embed", "a vision transformer"},
                                {"features.1.conv.0", "MobileNet"}};
constexpr const char* kClassifiers[] = {"classifier.", "fc1",         "fc2",     "fc6",       "fc7",
                                        "fc8",         "predictions", "head.fc", "pre_logits"};

bool any_name_holds(const ArrayFile& file, std::string_view part) {
  return std::any_of(file.entries().begin(), file.entries().end(),
                     [&](const auto& entry) { return holds(entry.first, part); });
}

const char* other_network(const ArrayFile& file) {
  for (const Telltale& telltale : kOthers) {
    if (any_name_holds(file, telltale.part)) return telltale.network;
  }
  return nullptr;
}

bool is_prefix(const std::vector<int>& part, const std::vector<int>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

struct Recognised {
  std::string network = "unknown";  // when the numbers fit none
  std::vector<int> numbers;
  Naming naming;
  Architecture architecture = kVgg19;
};

// Whether the first n convolutions of VGG19 are also those of VGG16.
bool begin_alike(std::size_t n) {
  const std::vector<std::size_t> a = kVgg19.layers(), b = kVgg16.layers();
  return n <= b.size() && std::equal(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(n), a.begin());
}

// Of a file that ends where VGG19 and VGG16 are the same.
Architecture told_by_metadata(const ArrayFile& file) {
  const auto told = file.metadata().find("network");
  for (const Architecture& one : {kVgg19, kVgg16}) {
    if (told != file.metadata().end() && told->second == one.name) return one;
  }
  return kEither;
}

Recognised recognise(const ArrayFile& file, const Names& names) {
  const Naming naming = names.naming();
  Recognised result{.naming = naming};
  if (names.by_naming.empty()) {
    if (const char* other = other_network(file)) result.network = other;
    return result;
  }
  for (const auto& [number, place] : names.by_naming.at(naming)) result.numbers.push_back(number);
  const std::size_t count = result.numbers.size();
  const bool counted = result.numbers.front() < 0;
  for (const bool normalised : {false, true}) {
    if (normalised && naming != Naming::torchvision) continue;
    for (const Architecture& vgg : kVggs) {
      const std::vector<int> all = numbers_of(vgg, naming, counted, normalised);
      const bool is_first = vgg == kVggs[0];
      // Counted layers say nothing but how many there are, and VGG19 may be cut.
      if (!is_prefix(result.numbers, all) || (counted && !is_first && count != all.size())) continue;
      // Other networks must show more than the beginning that all of them share.
      if (count < 2 && !is_first) continue;
      if (counted && (count == 13 || count == 10 || count == 8) && is_first) continue;
      result.architecture = is_first && begin_alike(count) ? told_by_metadata(file) : vgg;
      result.network = result.architecture.name;
      if (normalised || (names.normalised && naming != Naming::graph)) result.network += " with batch normalisation";
      return result;
    }
  }
  // What lacks something is told by what it has.
  for (const Architecture& vgg : {kVgg16, kVgg19}) {
    const std::vector<int> all = numbers_of(vgg, naming, counted);
    if (std::includes(all.begin(), all.end(), result.numbers.begin(), result.numbers.end())) result.architecture = vgg;
  }
  return result;
}

bool can_be_painted_with(const Recognised& found) {
  return found.network == found.architecture.name && (found.architecture == kVgg19 || found.architecture == kVgg16);
}

[[noreturn]] void refuse_without_convolutions(const ArrayFile& file) {
  const bool classifier = std::any_of(std::begin(kClassifiers), std::end(kClassifiers),
                                      [&](const char* part) { return any_name_holds(file, part); });
  if (classifier)
    fail(ErrorCode::input, file.label(), " holds a classifier alone (", file.entries().begin()->first,
         ", ...), wanted the convolutions of VGG19 or VGG16; get the file with its features");
  fail(ErrorCode::input, file.label(), " holds no first convolution of VGG (wanted features.0.weight of torchvision, ",
       "block1_conv1/kernel:0 of Keras or conv1_1.weight of Caffe; the first of its ", file.entries().size(),
       " entries is '", file.entries().empty() ? std::string("none") : file.entries().begin()->first, "')");
}

// As the file would call it.
std::string weights_name(std::size_t layer, const Recognised& found) {
  const VggLayer& one = vgg_layers()[layer];
  return found.naming == Naming::torchvision ? text("features.", found.architecture.features_index(layer), ".weight")
         : found.naming == Naming::keras     ? text(one.keras_name(), "/kernel")
                                             : text(one.caffe_name(), ".weight");
}

}  // namespace

const char* to_string(Naming naming) {
  constexpr const char* kWords[] = {"torchvision", "Keras", "Caffe", "its graph"};
  return kWords[static_cast<std::size_t>(naming)];
}

std::optional<ConvolutionName> parse_convolution_name(const std::string& name,
                                                      const std::map<std::string, std::string>& metadata) {
  if (const auto told = metadata.find(name + "@convolution"); told != metadata.end()) {
    auto found = parse_convolution_name(told->second, {});
    if (found) found->naming = Naming::graph;
    return found;
  }
  if (name.rfind("optimizer", 0) == 0) return std::nullopt;  // Keras keeps its moments under the layers' names
  const auto layer = last_layer(name);
  if (!layer) return std::nullopt;
  const auto role = role_of(std::string_view(name).substr(layer->end));
  if (!role) return std::nullopt;
  if (layer->number < 0) {
    const auto called = metadata.find(name.substr(0, layer->end) + "/vars@name");
    const auto named = called == metadata.end() ? std::nullopt : layer_at(called->second, 0);
    if (named) return ConvolutionName{Naming::keras, named->number, *role};
  }
  return ConvolutionName{layer->naming, layer->number, *role};
}

NamedNetwork network_by_names(const ArrayFile& file) {
  const Recognised found = recognise(file, read_names(file));
  return {found.network, found.architecture};
}

std::string layer_of(const ConvolutionName& name, const Architecture& of) {
  const std::vector<int> numbers = numbers_of(of, name.naming, name.number < 0);
  const auto at = std::find(numbers.begin(), numbers.end(), name.number);
  if (at == numbers.end()) return "";
  return vgg_layers()[of.layers()[static_cast<std::size_t>(at - numbers.begin())]].keras_name();
}

ConvolutionPlaces find_convolutions(const ArrayFile& file) {
  const std::string& label = file.label();
  const Names names = read_names(file);
  const Recognised found = recognise(file, names);
  require(found.network == "unknown" || can_be_painted_with(found), ErrorCode::input, label, " holds ", found.network,
          ", wanted VGG19 or VGG16; get the weights of one of them");
  if (names.by_naming.empty()) refuse_without_convolutions(file);
  require(names.twice.empty(), ErrorCode::input, label, " holds a convolution twice: ", names.twice,
          "; keep one of the two");
  const Convolutions& convolutions = names.by_naming.at(found.naming);
  const Architecture& of = found.architecture;
  const std::vector<int> wanted = numbers_of(of, found.naming, found.numbers.front() < 0);
  for (const auto& [number, place] : convolutions) {
    require(std::find(wanted.begin(), wanted.end(), number) != wanted.end(), ErrorCode::input, label,
            " holds the convolution '", place.weights, "' at a position where ", of.name,
            " has none: this is another network");
  }
  ConvolutionPlaces places{found.naming, of, {}};
  std::string missing;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto place = convolutions.find(wanted[i]);
    if (place == convolutions.end()) {
      if (missing.empty()) missing = weights_name(of.layers()[i], found);
      continue;
    }
    require(missing.empty(), ErrorCode::input, label, " lacks '", missing, "' but holds '", place->second.weights,
            "', which comes after it; get the complete file");
    places.convolutions.push_back(place->second);
  }
  return places;
}

}  // namespace impasto::IMPASTO_ABI
