// JSON that describes arrays, read strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The object in `bytes`. Throws Error(input) for anything else, for a key that stands in one object twice (which
/// parsers resolve in silence, each in its own way), and for more than 8 levels or a million values. `label` and `what`
/// ("header") begin messages.
nlohmann::json parse_json(std::span<const std::uint8_t> bytes, const std::string& label, const char* what);

/// The same of a file that may be there or not, for what it says of others: null where it cannot be read, is larger
/// than `most` bytes, or is nothing of that kind.
nlohmann::json json_of(const std::filesystem::path& file, std::size_t most);

/// The strings of an object, others skipped.
std::map<std::string, std::string> json_strings(const nlohmann::json& object);

}  // namespace impasto::IMPASTO_ABI
