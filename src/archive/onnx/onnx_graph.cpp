#include "archive/onnx/onnx_graph.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "archive/onnx/onnx_tensor.h"
#include "archive/onnx/protobuf.h"
#include "base/check.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMaxName = 4096;                   // bytes
constexpr std::size_t kMaxItems = std::size_t{1} << 18;  // names and numbers of a graph that are kept
constexpr std::size_t kMaxProducer = 200;                // bytes

// Fields of ModelProto.
enum ModelField : std::uint32_t {
  kIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kDomain = 4,
  kModelVersion = 5,
  kModelDoc = 6,
  kGraph = 7,
  kOpsetImport = 8,
  kModelMetadata = 14,
  kTrainingInfo = 20,
  kFunctions = 25,
  kConfiguration = 26
};

// Fields of GraphProto.
enum GraphField : std::uint32_t { kNode = 1, kGraphName = 2, kInitializer = 5, kGraphDoc = 10, kInput = 11 };

class GraphReader {
 public:
  explicit GraphReader(const std::string& label) : label_(label) {}

  void read(ProtoMessage graph);
  OnnxGraph finish();
  OnnxGraph& graph() { return graph_; }

 private:
  void read_node(ProtoMessage node);
  void read_attribute(ProtoMessage attribute, OnnxNode& node);
  void read_input(ProtoMessage input);
  void keep_tensor(OnnxTensor tensor);
  int value(const std::string& name);
  void count_item();

  const std::string& label_;
  OnnxGraph graph_;
  std::unordered_map<std::string, int> by_name_;
  std::vector<int> declared_inputs_;
  std::size_t items_ = 0;
  int constant_ = -1;  // tensor of the attribute "value" of the node that is being read
};

void GraphReader::count_item() {
  require(++items_ <= kMaxItems, ErrorCode::input, label_, " has a graph of over ", kMaxItems,
          " names and numbers, which is no VGG; wanted one with its convolutions alone");
}

int GraphReader::value(const std::string& name) {
  if (name.empty()) return -1;
  count_item();
  const auto [at, is_new] = by_name_.emplace(name, static_cast<int>(graph_.values.size()));
  if (is_new) {
    graph_.values.emplace_back();
    graph_.values.back().name = name;
  }
  return at->second;
}

void GraphReader::keep_tensor(OnnxTensor tensor) {
  OnnxValue& value_of = graph_.values[static_cast<std::size_t>(value(tensor.name))];
  require(value_of.tensor < 0, ErrorCode::input, label_, " has the array '", tensor.name,
          "' twice; the file is damaged, get it again");
  value_of.tensor = static_cast<int>(graph_.tensors.size());
  graph_.tensors.push_back(std::move(tensor));
}

// GraphProto. Nodes may come before the constants that they read.
void GraphReader::read(ProtoMessage graph) {
  while (graph.next()) {
    if (graph.field() == kNode) read_node(graph.message());
    if (graph.field() == kInput) read_input(graph.message());
    if (graph.field() != kInitializer) continue;
    OnnxTensor tensor = read_onnx_tensor(graph, label_);
    if (!tensor.name.empty()) keep_tensor(std::move(tensor));
  }
}

// ValueInfoProto: name = 1.
void GraphReader::read_input(ProtoMessage input) {
  std::string name;
  while (input.next()) {
    if (input.field() == 1) name = input.text(kMaxName);
  }
  const int id = value(name);
  if (id < 0) return;
  const bool again = std::exchange(graph_.values[static_cast<std::size_t>(id)].declared, true);
  require(!again, ErrorCode::input, label_, " declares the input '", name,
          "' twice; the file is damaged, get it again");
  declared_inputs_.push_back(id);
}

// NodeProto: input = 1, output = 2, op_type = 4, attribute = 5, domain = 7.
void GraphReader::read_node(ProtoMessage fields) {
  OnnxNode node;
  std::string domain;
  constant_ = -1;
  count_item();
  while (fields.next()) {
    switch (fields.field()) {
      case 1:
        node.inputs.push_back(value(fields.text(kMaxName)));
        break;
      case 2:
        node.outputs.push_back(value(fields.text(kMaxName)));
        break;
      case 4:
        node.op = fields.text(kMaxName);
        break;
      case 5:
        read_attribute(fields.message(), node);
        break;
      case 7:
        domain = fields.text(kMaxName);
        break;
      default:
        break;
    }
  }
  if (!domain.empty() && domain != "ai.onnx") node.op = domain + "." + node.op;
  const int index = static_cast<int>(graph_.nodes.size());
  for (const int id : node.inputs) {
    if (id < 0) continue;
    std::vector<int>& readers = graph_.values[static_cast<std::size_t>(id)].readers;
    if (readers.empty() || readers.back() != index) readers.push_back(index);
  }
  for (const int id : node.outputs) {
    if (id < 0) continue;
    OnnxValue& made = graph_.values[static_cast<std::size_t>(id)];
    require(made.node < 0, ErrorCode::input, label_, " makes the value '", made.name,
            "' in two nodes; the file is damaged, get it again");
    made.node = index;
  }
  if (node.op == "Constant" && constant_ >= 0 && !node.outputs.empty() && node.outputs[0] >= 0)
    graph_.values[static_cast<std::size_t>(node.outputs[0])].tensor = constant_;
  graph_.nodes.push_back(std::move(node));
}

// AttributeProto: name = 1, f = 2, i = 3, s = 4, t = 5, floats = 7, ints = 8.
void GraphReader::read_attribute(ProtoMessage fields, OnnxNode& node) {
  std::string name;
  OnnxAttribute attribute;
  count_item();
  while (fields.next()) {
    switch (fields.field()) {
      case 1:
        name = fields.text(kMaxName);
        break;
      case 2:
        attribute.real = fields.real();
        break;
      case 3:
        attribute.integer = fields.integer();
        break;
      case 4:
        if (fields.range().size() <= kMaxName) attribute.text = fields.text(kMaxName);
        break;
      case 5:
        constant_ = static_cast<int>(graph_.tensors.size());
        graph_.tensors.push_back(read_onnx_tensor(fields, label_));
        count_item();
        break;
      case 8:
        fields.integers([&](std::int64_t number) {
          count_item();
          attribute.integers.push_back(number);
        });
        break;
      default:
        break;
    }
  }
  node.attributes[name] = std::move(attribute);
}

OnnxGraph GraphReader::finish() {
  for (const int id : declared_inputs_) {
    const OnnxValue& input = graph_.values[static_cast<std::size_t>(id)];
    if (input.tensor < 0 && input.node < 0) graph_.inputs.push_back(id);
  }
  for (const OnnxValue& value : graph_.values) {
    if (value.tensor < 0) continue;
    graph_.tensors[static_cast<std::size_t>(value.tensor)].name = value.name;
    require(value.node < 0 || graph_.nodes[static_cast<std::size_t>(value.node)].op == "Constant", ErrorCode::input,
            label_, " has the array '", value.name, "' and makes it in a node; the file is damaged, get it again");
  }
  return std::move(graph_);
}

// StringStringEntryProto: key = 1, value = 2.
void read_property(ProtoMessage entry, std::map<std::string, std::string>& properties) {
  std::string key, value;
  while (entry.next()) {
    if (entry.field() > 2 || entry.range().size() > kMaxName) continue;
    (entry.field() == 1 ? key : value) = entry.text(kMaxName);
  }
  if (!key.empty() && properties.size() < 1000) properties[key] = value;
}

// Producers write words there; other protobuf files, messages.
bool is_words(const ProtoMessage& field) {
  if (field.wire() != ProtoWire::bytes) return false;
  const ProtoRange range = field.range();
  if (field.field() != kModelDoc && range.size() > kMaxProducer) return false;
  for (std::uint64_t at = range.begin; at < range.end && at < range.begin + kMaxProducer; ++at) {
    const std::uint8_t letter = field.file().byte(at);
    const bool space = letter == '\n' || letter == '\r' || letter == '\t';
    if ((letter < ' ' && !(space && field.field() == kModelDoc)) || letter == 127) return false;
  }
  return true;
}

bool may_stand_in_model(const ProtoMessage& field) {
  switch (field.field()) {
    case kIrVersion:
      return field.wire() == ProtoWire::varint && field.integer() > 0 && field.integer() < 256;
    case kModelVersion:
      return field.wire() == ProtoWire::varint;
    case kProducerName:
    case kProducerVersion:
    case kDomain:
    case kModelDoc:
      return is_words(field);
    case kGraph:
    case kOpsetImport:
    case kModelMetadata:
    case kTrainingInfo:
    case kFunctions:
    case kConfiguration:
      return field.wire() == ProtoWire::bytes;
    default:
      return false;
  }
}

}  // namespace

std::int64_t OnnxNode::integer(const std::string& name, std::int64_t otherwise) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? otherwise : found->second.integer;
}

double OnnxNode::real(const std::string& name, double otherwise) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? otherwise : found->second.real;
}

std::string OnnxNode::text(const std::string& name) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second.text;
}

std::vector<std::int64_t> OnnxNode::integers(const std::string& name) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::vector<std::int64_t>() : found->second.integers;
}

bool is_onnx(const FileReader& file) {
  const std::string label;
  ProtoFile bytes(file, label, "ONNX");
  ProtoMessage model(bytes, {0, file.size()});
  bool version = false, graph = false;
  try {
    for (int fields = 0; fields < 1000 && model.next(); ++fields) {
      if (!may_stand_in_model(model)) return false;
      version = version || model.field() == kIrVersion;
      graph = graph || model.field() == kGraph;
      if (version && graph) return true;
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    return version && model.field() == kGraph && model.wire() == ProtoWire::bytes;
  }
  return false;
}

OnnxGraph read_onnx_graph(const FileReader& file, const std::string& label) {
  ProtoFile bytes(file, label, "ONNX");
  GraphReader reader(label);
  std::string name, version;
  std::map<std::string, std::string> metadata;
  bool has_graph = false;
  for (ProtoMessage model(bytes, {0, file.size()}); model.next();) {
    switch (model.field()) {
      case kProducerName:
        name = model.text(kMaxName);
        break;
      case kProducerVersion:
        version = model.text(kMaxName);
        break;
      case kModelMetadata:
        read_property(model.message(), metadata);
        break;
      case kGraph:
        require(!has_graph, ErrorCode::input, label, " has two graphs; the file is damaged, get it again");
        has_graph = true;
        reader.read(model.message());
        break;
      default:
        break;
    }
  }
  OnnxGraph graph = reader.finish();
  graph.producer = version.empty() ? name : name + " " + version;
  graph.metadata = std::move(metadata);
  return graph;
}

}  // namespace impasto::IMPASTO_ABI
