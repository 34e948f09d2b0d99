// What can be seen of a tape from outside: its nodes, and its numbers while a replay has them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "autodiff/tape.h"
#include "base/check.h"
#include "tensor/place.h"

namespace impasto::IMPASTO_ABI {
namespace {

// The first element that is infinite or not a number; as many as there are if all are finite.
template <class T>
std::size_t first_bad(std::span<const T> numbers) {
  const auto bad = std::find_if(numbers.begin(), numbers.end(), [](T value) { return !std::isfinite(value); });
  return static_cast<std::size_t>(bad - numbers.begin());
}

// What a bad number is; the sign of NaN says nothing.
template <class T>
const char* word_for(std::span<const T> numbers, std::size_t bad) {
  return bad == numbers.size() || std::isnan(numbers[bad]) ? "nan" : numbers[bad] > 0 ? "inf" : "-inf";
}

constexpr const char* kAdvice = "'impasto inspect' shows the ops before it";

}  // namespace

template <class T>
void Tape<T>::watch_leaves() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& leaf = nodes_[i];
    if (leaf.kind == NodeKind::operation || leaf.kind == NodeKind::output) continue;
    const std::span<const T> numbers(leaf.memory.value, static_cast<std::size_t>(leaf.op.shape.count()));
    if (context_.checks_numbers()) {
      const std::size_t bad = first_bad(numbers);
      require(bad == numbers.size(), ErrorCode::diverged, "'", leaf.op.name, "' (node ", i, ", ", leaf.op.shape,
              ") is ", word_for(numbers, bad), " at ", place_text(leaf.op.shape, static_cast<Index>(bad)),
              " before any op has run; give finite numbers");
    }
    if (observer_) observer_(Id{static_cast<std::int32_t>(i)}, Sight::value, numbers);
  }
}

template <class T>
void Tape<T>::watch_values(std::size_t i) {
  for (std::size_t k = i; k <= i + nodes_[i].op.more_shapes.size(); ++k) {
    const Node& self = nodes_[k];
    const std::span<const T> numbers(self.memory.value, static_cast<std::size_t>(self.op.shape.count()));
    if (context_.checks_numbers()) {
      const std::size_t bad = first_bad(numbers);
      require(bad == numbers.size(), ErrorCode::diverged, "going forward, '", self.op.name, "' (node ", k, ", ",
              self.op.shape, ") made ", word_for(numbers, bad), " at ",
              place_text(self.op.shape, static_cast<Index>(bad)), " of finite inputs; ", kAdvice);
    }
    if (observer_) observer_(Id{static_cast<std::int32_t>(k)}, Sight::value, numbers);
  }
}

// Of node i and its further values, all of whose readers have gone back.
template <class T>
void Tape<T>::watch_gradients(std::size_t i) {
  if (!observer_) return;
  for (std::size_t k = i; k <= i + nodes_[i].op.more_shapes.size(); ++k) {
    const Node& self = nodes_[k];
    if (!self.plan.in_backward || self.memory.gradient == nullptr) continue;
    observer_(Id{static_cast<std::int32_t>(k)}, Sight::gradient,
              {self.memory.gradient, static_cast<std::size_t>(self.op.shape.count())});
  }
}

template <class T>
void Tape<T>::watch_variables() {
  if (!observer_) return;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& leaf = nodes_[i];
    if (leaf.kind != NodeKind::variable) continue;
    observer_(Id{static_cast<std::int32_t>(i)}, Sight::gradient,
              {leaf.memory.gradient, static_cast<std::size_t>(leaf.op.shape.count())});
  }
}

template <class T>
void Tape<T>::check_gradients_made(std::size_t i) const {
  const Operation<T>& op = nodes_[i].op;
  for (const Id id : op.inputs) {
    const Node& input = node(id);
    if (!input.plan.in_backward) continue;
    const std::span<const T> numbers(input.memory.gradient, static_cast<std::size_t>(input.op.shape.count()));
    const std::size_t bad = first_bad(numbers);
    require(bad == numbers.size(), ErrorCode::diverged, "going backward, '", op.name, "' (node ", i,
            ") gave its input '", input.op.name, "' (node ", id.index, ", ", input.op.shape, ") a gradient that is ",
            word_for(numbers, bad), " at ", place_text(input.op.shape, static_cast<Index>(bad)),
            ", from one that was finite; ", kAdvice);
  }
}

template <class T>
std::vector<TapeNode> Tape<T>::nodes() {
  const std::vector<PlannedBuffer>& buffers = plan().buffers;
  const auto planned = [&](int buffer) -> std::optional<PlannedBuffer> {
    if (buffer < 0) return std::nullopt;
    return buffers[static_cast<std::size_t>(buffer)];
  };
  std::vector<TapeNode> nodes;
  for (const Node& self : nodes_) {
    const NodePlan::Buffers& places = self.plan.buffers;
    nodes.push_back({self.kind, self.op.name, self.op.inputs, self.op.shape, planned(places.value),
                     planned(places.gradient), profile(self), self.op.reason});
  }
  return nodes;
}

#define IMPASTO_INSTANTIATE(T)                                    \
  template void Tape<T>::watch_leaves();                          \
  template void Tape<T>::watch_values(std::size_t);               \
  template void Tape<T>::watch_gradients(std::size_t);            \
  template void Tape<T>::watch_variables();                       \
  template void Tape<T>::check_gradients_made(std::size_t) const; \
  template std::vector<TapeNode> Tape<T>::nodes();
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
