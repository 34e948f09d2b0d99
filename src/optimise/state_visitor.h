// What an object remembers between steps, by name. Each class lists it once, in visit_state(): a visitor that saves
// reads it there, one that loads writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

template <class T>
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;

  /// Any double, infinite or not, comes back as the same.
  virtual void number(const std::string& name, double& value) = 0;
  /// One that loads throws Error(input) unless the number is in least..most.
  virtual void whole(const std::string& name, std::int64_t& value, std::int64_t least, std::int64_t most) = 0;
  virtual void numbers(const std::string& name, std::span<double> values) = 0;
  /// A list of at most `longest` whole numbers, each in 0..most.
  virtual void wholes(const std::string& name, std::vector<std::size_t>& values, std::size_t longest,
                      std::size_t most) = 0;
  /// The many: a picture, or what an optimiser knows of each of its values.
  virtual void values(const std::string& name, std::span<T> values) = 0;
  /// The same as bits of IEEE halves, each a finite number.
  virtual void halves(const std::string& name, std::span<std::uint16_t> halves) = 0;
  /// Throws Error(input) unless what was loaded is consistent.
  virtual void check(bool consistent, const std::string& name) = 0;

  template <class Whole>
  void count(const std::string& name, Whole& value, std::int64_t least, std::int64_t most) {
    std::int64_t wide = static_cast<std::int64_t>(value);
    whole(name, wide, least, most);
    value = static_cast<Whole>(wide);
  }
  void flag(const std::string& name, bool& value) { count(name, value, 0, 1); }
};

}  // namespace impasto::IMPASTO_ABI
