#include <cmath>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "impasto/graph.h"
#include "optimise/adam.h"

namespace impasto::IMPASTO_ABI {

template <class T>
struct GraphAdam<T>::State {
  struct Variable {
    NodeId id;
    Adam<T> adam;
  };
  Graph<T>* graph;
  std::list<Variable> variables;
};

template <class T>
GraphAdam<T>::GraphAdam(Graph<T>& graph, const std::vector<NodeId>& variables, const AdamOptions& options)
    : state_(std::make_unique<State>()) {
  state_->graph = &graph;
  for (const NodeId id : variables) {
    require(graph.is_variable(id), ErrorCode::usage, "node ", id.index, " is no variable; only those can be optimised");
    const std::span<T> values = graph.value(id);
    state_->variables.push_back({id, Adam<T>(options, static_cast<Index>(values.size()), graph.context())});
  }
}
template <class T>
GraphAdam<T>::~GraphAdam() = default;
template <class T>
GraphAdam<T>::GraphAdam(GraphAdam&&) noexcept = default;
template <class T>
GraphAdam<T>& GraphAdam<T>::operator=(GraphAdam&&) noexcept = default;

template <class T>
double GraphAdam<T>::step() {
  Graph<T>& graph = *state_->graph;
  graph.forward();
  graph.backward();
  const double loss = static_cast<double>(graph.loss());
  require(std::isfinite(loss), ErrorCode::diverged, "the loss is ", loss, "; lower the learning rate");
  for (auto& [id, adam] : state_->variables) adam.update(graph.value(id), graph.gradient(id));
  return loss;
}

template class GraphAdam<float>;
template class GraphAdam<double>;

}  // namespace impasto::IMPASTO_ABI
