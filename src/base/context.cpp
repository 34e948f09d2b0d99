#include "impasto/context.h"

#include "base/simd_targets.h"
// After the choice above.
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <string>
#include <utility>
#include <vector>

#include "base/cgroup.h"
#include "base/check.h"
#include "base/memory_pool.h"
#include "base/thread_backend.h"
#include "base/words.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kMaxThreads = 1024;

constexpr Words<SimdTarget> kTargetWords = {{"baseline", SimdTarget::baseline}, {"neon", SimdTarget::neon},
                                            {"ssse3", SimdTarget::ssse3},       {"sse4", SimdTarget::sse4},
                                            {"avx2", SimdTarget::avx2},         {"avx3", SimdTarget::avx3}};
constexpr Words<Convolution> kConvolutions = {
    {"auto", Convolution::automatic}, {"winograd", Convolution::winograd}, {"im2col", Convolution::im2col}};
constexpr Words<Memory> kMemories = {{"auto", Memory::automatic}, {"small", Memory::small}, {"fast", Memory::fast}};

struct TargetRow {
  SimdTarget target;
  std::int64_t highway;  // bit of hwy/detect_targets.h; 0: always there
};

// Best first.
constexpr TargetRow kTargets[] = {{SimdTarget::avx3, HWY_AVX3},     {SimdTarget::avx2, HWY_AVX2},
                                  {SimdTarget::sse4, HWY_SSE4},     {SimdTarget::ssse3, HWY_SSSE3},
                                  {SimdTarget::neon, IMPASTO_NEON}, {SimdTarget::baseline, 0}};

bool is_available(const TargetRow& row) {
  // What the compiler may use everywhere is there, whatever else Highway asks of it (for NEON its 1.0 asks for AES).
  const std::int64_t there = hwy::SupportedTargets() | HWY_STATIC_TARGET;
  return row.highway == 0 || (HWY_TARGETS & there & row.highway) != 0;
}

std::string available_names() {
  std::string names;
  for (const SimdTarget target : available_targets()) names += (names.empty() ? "" : ", ") + to_string(target);
  return names;
}

SimdTarget default_target() {
  const char* wanted = std::getenv("IMPASTO_SIMD");
  if (wanted == nullptr || *wanted == '\0') return available_targets().front();
  for (const SimdTarget target : available_targets()) {
    if (wanted == to_string(target)) return target;
  }
  fail(ErrorCode::usage, "IMPASTO_SIMD is '", wanted, "', but this machine and build offer: ", available_names(),
       "; set one of those or unset it");
}

int checked_threads(int threads) {
  require(threads >= 0 && threads <= kMaxThreads, ErrorCode::usage, "number of threads is ", threads, ", wanted 1 to ",
          kMaxThreads, ", or 0 for all cores");
  return threads == 0 ? available_cores() : threads;
}

}  // namespace

std::string to_string(SimdTarget target) { return word_of(kTargetWords, target); }
template <>
SimdTarget parse(const std::string& word, const std::string& called) {
  return parse_word(kTargetWords, called, word);
}

std::string to_string(Convolution convolution) { return word_of(kConvolutions, convolution); }
template <>
Convolution parse(const std::string& word, const std::string& called) {
  return parse_word(kConvolutions, called, word);
}

std::string to_string(Memory memory) { return word_of(kMemories, memory); }
template <>
Memory parse(const std::string& word, const std::string& called) {
  return parse_word(kMemories, called, word);
}

std::vector<SimdTarget> available_targets() {
  std::vector<SimdTarget> targets;
  for (const TargetRow& row : kTargets) {
    if (is_available(row)) targets.push_back(row.target);
  }
  return targets;
}

int available_cores() {
  const double scheduled = scheduled_cores();
  // Part of a core is worth a thread: it would be lost.
  const double cores = std::min(scheduled, std::ceil(cgroup_cores().value_or(scheduled)));
  return std::clamp(static_cast<int>(cores), 1, kMaxThreads);
}

std::string thread_backend() { return backend_name(); }

Context::Context() : Context(0) {}

Context::Context(int threads) : Context(threads, default_target()) {}

Context::Context(int threads, SimdTarget target)
    : threads_(checked_threads(threads)),
      target_(target),
      log_(std::make_shared<const Log>()),
      stop_(std::make_shared<const StopQuestion>()),
      memory_pool_(std::make_shared<MemoryPool>()) {
  const std::vector<SimdTarget> targets = available_targets();
  require(std::find(targets.begin(), targets.end(), target) != targets.end(), ErrorCode::usage, "SIMD target '",
          to_string(target), "' is not available here; this machine and build offer: ", available_names());
}

Context Context::with_memory(Memory memory) const {
  Context changed = *this;
  changed.memory_ = memory;
  return changed;
}

Context Context::with_number_checks(bool on) const {
  Context changed = *this;
  changed.checks_numbers_ = on;
  return changed;
}

Context Context::with_log(Log log) const {
  Context changed = *this;
  changed.log_ = std::make_shared<const Log>(std::move(log));
  return changed;
}

Context Context::with_stop(StopQuestion stop) const {
  Context changed = *this;
  changed.stop_ = std::make_shared<const StopQuestion>(std::move(stop));
  return changed;
}

Context Context::with_memory_resource(std::shared_ptr<std::pmr::memory_resource> resource) const {
  Context changed = *this;
  changed.memory_pool_ = std::make_shared<MemoryPool>(std::move(resource), memory_limit());
  return changed;
}

Context Context::with_memory_limit(std::size_t bytes) const {
  Context changed = *this;
  changed.memory_pool_ = std::make_shared<MemoryPool>(memory_pool_->resource(), bytes);
  return changed;
}

std::size_t Context::memory_limit() const noexcept { return memory_pool_->limit(); }
std::size_t Context::memory_held() const noexcept { return memory_pool_->held(); }

Context Context::with_convolution(Convolution convolution) const {
  require(
      convolution != Convolution::winograd || target_ != SimdTarget::baseline, ErrorCode::usage,
      "convolution 'winograd' needs a SIMD target with kernels of its own, but the target is 'baseline'; use auto or "
      "im2col");
  Context changed = *this;
  changed.convolution_ = convolution;
  return changed;
}

}  // namespace impasto::IMPASTO_ABI
