// The engine's own gradients: its ops, its network, and all that a painting minimises.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "impasto/gradcheck.h"
#include "lab/op_cases.h"
#include "style/objective.h"
#include "tensor/place.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMostSide = 64;
// Each element costs two evaluations a step: of an op cheap ones, of the network dear ones.
constexpr std::size_t kMostOfOp = 400, kMostOfNetwork = 30;
// Halvings that 16 pixels allow, and then some of the map.
constexpr const char* kDeepest = "block4_conv1";

std::vector<double> random_point(std::size_t count, std::uint64_t seed) {
  std::vector<double> point(count);
  Random random(seed);
  for (double& value : point) value = random.uniform(-1, 1);
  return point;
}

Shape shape_or(const EngineGradcheckOptions& o, const Shape& otherwise) {
  if (o.height == 0 && o.width == 0 && o.channels == 0) return otherwise;
  for (const std::size_t side : {o.height, o.width, o.channels})
    require(side >= 1 && side <= kMostSide, ErrorCode::usage, "gradcheck got the shape ", o.height, " x ", o.width,
            " x ", o.channels, "; wanted H x W x C, each 1 to ", kMostSide);
  return {static_cast<Index>(o.height), static_cast<Index>(o.width), static_cast<Index>(o.channels)};
}

Shape picture_shape(const EngineGradcheckOptions& o) {
  const Shape shape = shape_or(o, {16, 16, 3});
  require(shape[2] == 3, ErrorCode::usage, "the network takes pictures, but gradcheck got ", shape,
          "; wanted H x W x 3");
  return shape;
}

GradcheckOptions tolerances(const EngineGradcheckOptions& o, std::size_t most) {
  GradcheckOptions options{.epsilons = o.epsilons, .most = most};
  // Winograd leaves 7e-6 of a map (docs/PERFORMANCE.md); a loss squares maps and adds them up.
  if (o.in_float) options.of_largest = 1e-3;
  return options;
}

EngineGradcheck report(const std::string& subject, const GradcheckResult& result, const std::vector<Shape>& shapes) {
  const TapeGradcheck found = locate(result, shapes);
  const Shape& shape = shapes[found.variable];
  return {subject, text(shape), found.variable, place_text(shape, found.element), result};
}

EngineGradcheck check_recorded(const OpCase& one, const EngineGradcheckOptions& o, std::size_t most,
                               const Context& context) {
  std::size_t count = 0;
  for (const Shape& shape : one.shapes) count += static_cast<std::size_t>(shape.count());
  RecordedFunction<double> plain(one.in_double, one.shapes, context);
  const auto value = [&](std::span<const double> x) { return plain.value(x); };
  GradientFunction gradient = [&](std::span<const double> x, std::span<double> g) { plain.gradient(x, g); };
  std::optional<RecordedFunction<float>> fast;
  if (o.in_float) {
    fast.emplace(one.in_float, one.shapes, context);
    gradient = [&](std::span<const double> x, std::span<double> g) { fast->gradient(x, g); };
  }
  return report(one.name, gradcheck(value, gradient, random_point(count, o.seed), tolerances(o, most)), one.shapes);
}

EngineGradcheck check_network(const Weights& weights, const EngineGradcheckOptions& o, const Context& context) {
  const std::vector<std::string> layers = weights.layers();
  const bool deep = std::find(layers.begin(), layers.end(), kDeepest) != layers.end();
  const std::size_t deepest = find_layer(deep ? kDeepest : layers.back());
  const Vgg<double> plain(weights.network());
  const Vgg<float> fast(weights.network());
  const auto record = [&](const auto& network) {
    return [&network, deepest](auto& tape, const std::vector<Id>& v) {
      return network.record(tape, v[0], std::array{deepest}).front();
    };
  };
  return check_recorded({"vgg19", {picture_shape(o)}, record(plain), record(fast)}, o, kMostOfNetwork, context);
}

template <class T>
Scene<T> random_scene(const Shape& shape, std::uint64_t seed) {
  const auto picture = [&](std::uint64_t from) {
    Tensor<T> tensor(shape);
    const std::vector<double> point = random_point(tensor.values().size(), from);
    std::transform(point.begin(), point.end(), tensor.data(), [](double value) { return static_cast<T>(value); });
    return tensor;
  };
  Scene<T> scene;
  scene.content = picture(seed + 1);
  scene.styles.push_back({picture(seed + 2)});
  return scene;
}

// All a painting minimises, at a picture of the optimiser's units.
template <class T>
class WholeLoss {
 public:
  WholeLoss(const Weights& weights, const Options& options, const Shape& shape, std::uint64_t seed,
            const Context& context)
      : network_(weights.network()),
        objective_(network_, *weights.network(), options, random_scene<T>(shape, seed), context) {}

  double value(std::span<const double> x) {
    std::transform(x.begin(), x.end(), objective_.picture().begin(), [](double v) { return static_cast<T>(v); });
    return objective_.evaluate().total;
  }
  void gradient(std::span<const double> x, std::span<double> g) {
    value(x);
    std::copy(objective_.gradient().begin(), objective_.gradient().end(), g.begin());
  }

 private:
  Vgg<T> network_;  // whose numbers the tape borrows
  Objective<T> objective_;
};

EngineGradcheck check_loss(const Weights& weights, const EngineGradcheckOptions& o, const Context& context) {
  const Shape shape = picture_shape(o);
  Options options = preset("default", weights);
  options.tv_weight = 0.1;  // so that every kind of term takes part
  WholeLoss<double> plain(weights, options, shape, o.seed, context);
  const auto value = [&](std::span<const double> x) { return plain.value(x); };
  GradientFunction gradient = [&](std::span<const double> x, std::span<double> g) { plain.gradient(x, g); };
  std::optional<WholeLoss<float>> fast;
  if (o.in_float) {
    fast.emplace(weights, options, shape, o.seed, context);
    gradient = [&](std::span<const double> x, std::span<double> g) { fast->gradient(x, g); };
  }
  const std::vector<double> at = random_point(static_cast<std::size_t>(shape.count()), o.seed);
  return report("loss", gradcheck(value, gradient, at, tolerances(o, kMostOfNetwork)), {shape});
}

std::vector<OpCase> cases_of(const EngineGradcheckOptions& o) {
  return op_cases(shape_or(o, {6, 7, 3}), o.seed + 100, Weights::formula().network());
}

}  // namespace

std::vector<std::string> gradcheck_subjects() {
  std::vector<std::string> names = {"all", "op"};
  for (const OpCase& one : cases_of({})) names.push_back(one.name);
  names.insert(names.end(), {"vgg19", "loss"});
  return names;
}

std::vector<EngineGradcheck> gradcheck_engine(const std::string& subject, const Weights& weights,
                                              const EngineGradcheckOptions& options, const Context& context) {
  const std::vector<std::string> names = gradcheck_subjects();
  if (std::find(names.begin(), names.end(), subject) == names.end()) {
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    fail(ErrorCode::usage, "there is nothing called '", subject, "' to check; wanted one of ", known);
  }
  std::vector<EngineGradcheck> checks;
  for (const OpCase& one : cases_of(options)) {
    if (subject == "all" || subject == "op" || subject == one.name)
      checks.push_back(check_recorded(one, options, kMostOfOp, context));
  }
  if (subject == "all" || subject == "vgg19") checks.push_back(check_network(weights, options, context));
  if (subject == "all" || subject == "loss") checks.push_back(check_loss(weights, options, context));
  return checks;
}

}  // namespace impasto::IMPASTO_ABI
