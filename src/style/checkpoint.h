// The file of a painting in progress: a safetensors file whose metadata say what it is, and whose arrays and numbers a
// visitor has listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/safetensors.h"
#include "base/buffer.h"
#include "base/memory_pool.h"
#include "impasto/checkpoint.h"
#include "optimise/state_visitor.h"

namespace impasto::IMPASTO_ABI {

/// CheckpointInfo, and what only the library wants to know.
struct CheckpointFacts : CheckpointInfo {
  int width = 0, height = 0;                    ///< at the present scale
  std::string pictures_digest, weights_digest;  ///< SHA-256; empty where the build cannot make one
};

/// Collects; the values are borrowed until they are saved, or copied to memory of the pool.
class CheckpointSaver : public StateVisitor<float> {
 public:
  CheckpointSaver() = default;
  explicit CheckpointSaver(std::shared_ptr<MemoryPool> copies) : copies_(std::move(copies)) {}

  void number(const std::string& name, double& value) override;
  void whole(const std::string& name, std::int64_t& value, std::int64_t least, std::int64_t most) override;
  void numbers(const std::string& name, std::span<double> values) override;
  void wholes(const std::string& name, std::vector<std::size_t>& values, std::size_t longest,
              std::size_t most) override;
  void values(const std::string& name, std::span<float> values) override;
  void halves(const std::string& name, std::span<std::uint16_t> halves) override;
  void check(bool, const std::string&) override {}

  /// Of the values collected.
  std::uint64_t bytes() const { return bytes_; }
  /// Atomically. Throws Error(io).
  void save(const CheckpointFacts& facts, const std::filesystem::path& file) const;

 private:
  template <class Value>
  std::span<const Value> kept(std::span<const Value> values);

  std::shared_ptr<MemoryPool> copies_;  // null: borrow
  std::vector<AlignedBytes> copied_;
  std::uint64_t bytes_ = 0;
  nlohmann::json state_ = nlohmann::json::object();
  std::vector<ArrayToSave> arrays_;
};

class CheckpointLoader : public StateVisitor<float> {
 public:
  /// Throws Error(input) for a file that is no checkpoint, is damaged, or of a newer version.
  explicit CheckpointLoader(const std::filesystem::path& file);

  const std::string& label() const { return file_.label(); }  ///< begins messages: checkpoint 'a.checkpoint'
  const CheckpointFacts& facts() const { return facts_; }
  /// H x W x 3 of the present scale.
  NpyArray picture();

  // Throw Error(input) for what is not there, or is not what was asked for.
  void number(const std::string& name, double& value) override;
  void whole(const std::string& name, std::int64_t& value, std::int64_t least, std::int64_t most) override;
  void numbers(const std::string& name, std::span<double> values) override;
  void wholes(const std::string& name, std::vector<std::size_t>& values, std::size_t longest,
              std::size_t most) override;
  void values(const std::string& name, std::span<float> values) override;
  void halves(const std::string& name, std::span<std::uint16_t> halves) override;
  void check(bool consistent, const std::string& name) override;

 private:
  void read(const std::string& name, const char* dtype, std::span<float> values);
  nlohmann::json json_metadata(const char* key) const;
  std::string text_metadata(const char* key) const;
  const nlohmann::json& entry(const nlohmann::json& of, const std::string& name) const;
  std::int64_t whole_of(const nlohmann::json& value, const std::string& name, std::int64_t least,
                        std::int64_t most) const;
  double number_of(const nlohmann::json& value, const std::string& name) const;
  void read_facts();

  Safetensors file_;
  nlohmann::json state_;
  CheckpointFacts facts_;
};

}  // namespace impasto::IMPASTO_ABI
