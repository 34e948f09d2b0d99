// An objective's evaluation: one tape there and back, or the windows' tapes around the head's.
#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "style/objective.h"
#include "tensor/cropped.h"

namespace impasto::IMPASTO_ABI {

template <class T>
void Objective<T>::keep_windows(std::size_t kept) {
  IMPASTO_ASSERT(shared_arena_ == nullptr && gradient_.empty());
  kept_ = parts_.size() == 1 ? 1 : std::min(kept, parts_.size());
}

template <class T>
std::size_t Objective<T>::planned_bytes(std::size_t kept) {
  if (head_ == nullptr) return tape().plan().arena_bytes;
  const auto bytes = [](const PartMemory& memory) {
    return memory.arena + sizeof(T) * static_cast<std::size_t>(memory.pixels);
  };
  std::size_t all = bytes(shared_memory(kept)) + head_->tape.plan().arena_bytes;
  for (std::size_t i = 0; i < std::min(kept, parts_.size()); ++i) all += bytes(memory_of(*parts_[i]));
  return all;
}

template <class T>
typename Objective<T>::PartMemory Objective<T>::memory_of(Part& part) {
  return {part.tape.plan().arena_bytes, part.tape.shape(part.picture).count()};
}

// Of the parts behind the first `kept`, which take turns.
template <class T>
typename Objective<T>::PartMemory Objective<T>::shared_memory(std::size_t kept) {
  PartMemory most;
  for (std::size_t i = kept; i < parts_.size(); ++i) {
    const PartMemory one = memory_of(*parts_[i]);
    most = {std::max(most.arena, one.arena), std::max(most.pixels, one.pixels)};
  }
  return most;
}

template <class T>
void Objective<T>::prepare() {
  if (head_ == nullptr) return tape().prepare();
  if (!gradient_.empty()) return;
  const PartMemory shared = shared_memory(kept_);
  if (kept_ < parts_.size()) {
    shared_arena_ = allocate_aligned(shared.arena, context_.memory_pool());
    shared_pixels_ = Tensor<T>({shared.pixels}, context_);
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = *parts_[i];
    if (is_kept(i)) {
      part.pixels = Tensor<T>(part.tape.shape(part.picture), context_);
      part.tape.lend(part.picture, part.pixels.data());
      part.tape.prepare();
    } else {
      part.tape.lend(part.picture, shared_pixels_.data());
      part.tape.prepare({shared_arena_.get(), shared.arena});
    }
  }
  head_->tape.prepare();
  gradient_ = Tensor<T>(whole_, T(0), context_);
}

template <class T>
std::span<T> Objective<T>::picture() {
  return head_ == nullptr ? tape().value(parts_.front()->picture) : picture_.values();
}

template <class T>
std::span<const T> Objective<T>::gradient() const {
  const Part& first = *parts_.front();
  return head_ == nullptr ? first.tape.gradient(first.picture) : gradient_.values();
}

// The window's pixels to its tape, and through it.
template <class T>
void Objective<T>::go_forward(Part& part) {
  const T* whole = picture_.data();
  copy_area(context_, whole, whole_[1], 3, part.window.area, part.tape.value(part.picture).data());
  part.tape.forward();
}

template <class T>
void Objective<T>::add_sums(Part& part) {
  const std::vector<Id> ids = part.statistics.addends();
  for (const std::size_t k : part.addends) {
    const std::span<const T> values = part.tape.value(ids[k]);
    double* sums = head_->sums[k].data();
    for (std::size_t i = 0; i < values.size(); ++i) sums[i] += static_cast<double>(values[i]);
  }
}

template <class T>
void Objective<T>::add_gradient(Part& part) {
  const Area& area = part.window.area;
  const Index row = area.width * 3;
  const T* from = part.tape.gradient(part.picture).data();
  parallel_for(context_, area.height, [&](Index h, int) {
    T* to = gradient_.data() + ((area.top + h) * whole_[1] + area.left) * 3;
    for (Index i = 0; i < row; ++i) to[i] += from[h * row + i];
  });
}

template <class T>
void Objective<T>::evaluate_windows() {
  for (Tensor<double>& sums : head_->sums) std::fill(sums.values().begin(), sums.values().end(), 0.0);
  for (const auto& part : parts_) {
    go_forward(*part);
    add_sums(*part);
  }
  for (std::size_t k = 0; k < head_->sums.size(); ++k) {
    if (head_->variables[k].index < 0) continue;
    const std::span<const double> sums = head_->sums[k].values();
    std::transform(sums.begin(), sums.end(), head_->tape.value(head_->variables[k]).begin(),
                   [](double sum) { return static_cast<T>(sum); });
  }
  head_->tape.forward();
  head_->tape.backward();
  std::fill(gradient_.values().begin(), gradient_.values().end(), T(0));
  // Of the windows that share memory the last one's maps still stand there.
  for (std::size_t i = parts_.size(); i-- > 0;) {
    Part& part = *parts_[i];
    if (!is_kept(i) && i + 1 < parts_.size()) go_forward(part);
    std::vector<std::span<const T>> seeds;
    for (const std::size_t k : part.addends) seeds.push_back(head_->tape.gradient(head_->variables[k]));
    part.tape.backward(seeds);
    add_gradient(part);
  }
}

template <class T>
Losses Objective<T>::evaluate() {
  prepare();
  if (head_ == nullptr) {
    tape().forward();
    tape().backward();
  } else {
    evaluate_windows();
  }
  Tape<T>& loss = head_ == nullptr ? tape() : head_->tape;
  const auto read = [&](Id id) { return id.index < 0 ? 0.0 : static_cast<double>(loss.value(id)[0]); };
  return {read(loss_.total), read(loss_.content), read(loss_.style), read(loss_.smoothness)};
}

template <class T>
std::vector<LayerLoss> Objective<T>::layer_losses() {
  Tape<T>& loss = head_ == nullptr ? tape() : head_->tape;
  std::vector<LayerLoss> losses;
  for (const LossIds::Term& term : loss_.terms) {
    losses.push_back(term.layer);
    losses.back().loss = static_cast<double>(loss.value(term.id)[0]);
  }
  return losses;
}

template <class T>
void Objective<T>::set_profiling(bool on) {
  for (const auto& part : parts_) part->tape.set_profiling(on);
  if (head_ != nullptr) head_->tape.set_profiling(on);
}

template <class T>
std::vector<OpProfile> Objective<T>::profile() const {
  std::vector<OpProfile> all = parts_.front()->tape.profile();
  if (head_ == nullptr) return all;
  for (std::size_t i = 1; i < parts_.size(); ++i) {
    std::map<std::string, std::size_t> next;  // ops of a name follow each other in the order of recording
    for (const OpProfile& op : parts_[i]->tape.profile()) {
      const auto same = [&](const OpProfile& other) { return other.name == op.name; };
      const auto at = std::find_if(all.begin() + static_cast<std::ptrdiff_t>(next[op.name]), all.end(), same);
      next[op.name] = static_cast<std::size_t>(at - all.begin()) + 1;
      if (at == all.end()) {
        all.push_back(op);
        continue;
      }
      at->forward_seconds += op.forward_seconds;
      at->backward_seconds += op.backward_seconds;
      at->forward_flops += op.forward_flops;
      at->backward_flops += op.backward_flops;
    }
  }
  const std::vector<OpProfile> head = head_->tape.profile();
  all.insert(all.end(), head.begin(), head.end());
  return all;
}

#define IMPASTO_INSTANTIATE(T)                                                \
  template void Objective<T>::keep_windows(std::size_t);                      \
  template Objective<T>::PartMemory Objective<T>::memory_of(Part&);           \
  template Objective<T>::PartMemory Objective<T>::shared_memory(std::size_t); \
  template std::size_t Objective<T>::planned_bytes(std::size_t);              \
  template void Objective<T>::prepare();                                      \
  template std::span<T> Objective<T>::picture();                              \
  template std::span<const T> Objective<T>::gradient() const;                 \
  template void Objective<T>::go_forward(Part&);                              \
  template void Objective<T>::add_sums(Part&);                                \
  template void Objective<T>::add_gradient(Part&);                            \
  template void Objective<T>::evaluate_windows();                             \
  template Losses Objective<T>::evaluate();                                   \
  template std::vector<LayerLoss> Objective<T>::layer_losses();               \
  template void Objective<T>::set_profiling(bool);                            \
  template std::vector<OpProfile> Objective<T>::profile() const;
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
