#include "impasto/style_cache.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/safetensors.h"
#include "base/check.h"
#include "base/checksum.h"
#include "style/style_cache_state.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr const char* kKind = "style cache";
constexpr const char* kVersionKey = "impasto_style_cache";
constexpr const char* kVersion = "2";

std::string place(std::size_t layer, std::size_t region, const char* what) {
  return std::to_string(layer) + "." + std::to_string(region) + "." + what;
}

}  // namespace

StyleCache::StyleCache(std::filesystem::path file) : state_(std::make_unique<State>()) {
  require(has_checksums(), ErrorCode::usage,
          "this build of Impasto lacks OpenSSL, whose checksums tell styles apart; paint without a style cache");
  state_->file = std::move(file);
  std::error_code failure;
  if (!std::filesystem::exists(state_->file, failure)) return;
  const Safetensors saved(state_->file, kKind);
  const auto version = saved.metadata().find(kVersionKey);
  require(version != saved.metadata().end() && version->second == kVersion, ErrorCode::input, saved.label(),
          " is no style cache of this version of Impasto; wanted one that --style-cache wrote, or a new name");
  for (const auto& [name, entry] : saved.entries()) {
    const std::size_t dot = name.find('.');
    require(dot != std::string::npos && entry.dtype == "F32", ErrorCode::input, saved.label(), " holds '", name,
            "', which is no statistic of a style: it is damaged");
    state_->styles[name.substr(0, dot)][name.substr(dot + 1)] = saved.values(name);
  }
}

StyleCache::~StyleCache() = default;

const std::filesystem::path& StyleCache::file() const noexcept { return state_->file; }
std::size_t StyleCache::found() const noexcept { return state_->found; }
std::size_t StyleCache::measured() const noexcept { return state_->measured; }

void StyleCache::save() {
  if (!state_->changed) return;
  std::vector<ArrayToSave> arrays;
  for (const auto& [key, style] : state_->styles) {
    for (const auto& [name, values] : style) {
      arrays.push_back({key + "." + name,
                        "F32",
                        {static_cast<std::int64_t>(values.size())},
                        [&values = values](const ArrayToSave::Take& take) { take(values); }});
    }
  }
  save_safetensors(state_->file, arrays, {{kVersionKey, kVersion}}, kKind);
  state_->changed = false;
}

StyleSums StyleCache::State::sums(const std::string& key, std::size_t layers, std::size_t regions,
                                  const std::function<StyleSums()>& measure) {
  const auto at = styles.find(key);
  if (at != styles.end()) {
    ++found;
    StyleSums known(layers, std::vector<RegionSums>(regions));
    for (std::size_t l = 0; l < layers; ++l) {
      for (std::size_t r = 0; r < regions; ++r) {
        const auto values = [&](const char* what) {
          const auto kept = at->second.find(place(l, r, what));
          return kept == at->second.end() ? std::vector<double>{}
                                          : std::vector<double>(kept->second.begin(), kept->second.end());
        };
        known[l][r] = {values("gram"), values("sum")};
      }
    }
    return known;
  }
  ++measured;
  const StyleSums made = measure();
  auto& kept = styles[key];
  for (std::size_t l = 0; l < layers; ++l) {
    for (std::size_t r = 0; r < regions; ++r) {
      const auto keep = [&](const char* what, const std::vector<double>& values) {
        if (!values.empty()) kept[place(l, r, what)] = std::vector<float>(values.begin(), values.end());
      };
      keep("gram", made[l][r].gram);
      keep("sum", made[l][r].sum);
    }
  }
  changed = true;
  return made;
}

}  // namespace impasto::IMPASTO_ABI
