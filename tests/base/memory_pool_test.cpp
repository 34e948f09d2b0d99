// A context's memory: counted, limited, given back.
#include "base/memory_pool.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include "base/buffer.h"
#include "support/error_of.h"
#include "tensor/tensor.h"

namespace impasto::testing {
namespace {

TEST_CASE("base: sizes are told in the unit that says something, rounded up") {
  CHECK(memory_text(1) == "1 KiB");
  CHECK(memory_text(340 << 10) == "340 KiB");
  CHECK(memory_text((std::size_t{1000} << 20) + 1) == "1001 MiB");
}

TEST_CASE("base: a pool counts what is taken, refuses what is beyond its limit, and forgets what is given back") {
  MemoryPool pool(nullptr, 1024);
  std::byte* first = pool.take(640);
  CHECK(reinterpret_cast<std::uintptr_t>(first) % kAlignment == 0);
  CHECK(pool.held() == 640);
  CHECK(contains(error_of(ErrorCode::io, [&] { pool.take(448); }), "beside 1 KiB, but the context's limit is 1 KiB"));
  CHECK(pool.held() == 640);
  std::byte* second = pool.take(384);
  CHECK(pool.held() == 1024);
  pool.give_back(first, 640);
  pool.give_back(second, 384);
  CHECK(pool.held() == 0);
}

TEST_CASE("base: tensors of a context and their clones live in its memory, however long") {
  Tensor<float> clone;
  Context context = Context(1).with_memory_limit(1 << 20);
  {
    const Tensor<float> tensor({100, 100}, 1.5F, context);
    clone = tensor.clone();
    CHECK(context.memory_held() == 2 * aligned_bytes(40000));
    CHECK(contains(error_of(ErrorCode::io, [&] { Tensor<float>({1000, 1000}, context); }), "limit is 1024 KiB"));
  }
  CHECK(context.memory_held() == aligned_bytes(40000));
  context = Context(1);
  CHECK(clone[9999] == 1.5F);
}

}  // namespace
}  // namespace impasto::testing
