#include "image/iptc.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "base/big_endian.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint8_t kMark[] = {'8', 'B', 'I', 'M'};
constexpr std::uint8_t kIptc[] = {0x04, 0x04};
constexpr std::uint8_t kRecord = 0x1C;  // what every record begins with

template <std::size_t N>
bool begins_with(std::span<const std::uint8_t> bytes, const std::uint8_t (&mark)[N]) {
  return bytes.size() >= N && std::equal(std::begin(mark), std::end(mark), bytes.begin());
}

}  // namespace

std::vector<std::uint8_t> iptc_of(std::span<const std::uint8_t> resources) {
  if (resources.size() >= kPhotoshopName.size() &&
      std::equal(kPhotoshopName.begin(), kPhotoshopName.end(), resources.begin())) {
    resources = resources.subspan(kPhotoshopName.size());
  }
  if (!resources.empty() && resources[0] == kRecord) return {resources.begin(), resources.end()};
  while (begins_with(resources, kMark) && resources.size() >= 12) {
    const bool found = begins_with(resources.subspan(4), kIptc);
    const std::size_t name = std::size_t{resources[6]} + 1;  // with its length
    const std::size_t at = 6 + name + name % 2;
    if (resources.size() < at + 4) return {};
    const std::span<const std::uint8_t> rest = resources.subspan(at);
    const std::size_t size = big_endian32(rest.data());
    if (size > rest.size() - 4) return {};
    const std::span<const std::uint8_t> data = rest.subspan(4, size);
    if (found) return {data.begin(), data.end()};
    resources = rest.subspan(std::min(4 + size + size % 2, rest.size()));
  }
  return {};
}

std::vector<std::uint8_t> photoshop_resource(std::span<const std::uint8_t> iptc) {
  std::vector<std::uint8_t> bytes;
  for (const auto byte : kMark) bytes.push_back(static_cast<std::uint8_t>(byte));
  for (const auto byte : kIptc) bytes.push_back(static_cast<std::uint8_t>(byte));
  bytes.insert(bytes.end(), 2, 0);  // no name
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(iptc.size() >> shift));
  bytes.insert(bytes.end(), iptc.begin(), iptc.end());
  if (iptc.size() % 2 != 0) bytes.push_back(0);
  return bytes;
}

}  // namespace impasto::IMPASTO_ABI
