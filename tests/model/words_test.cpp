// Enums as words: what to_string() writes, parse() reads.
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "impasto/context.h"
#include "impasto/weights_tools.h"
#include "impasto/window.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

template <class Enum>
void check_words(std::initializer_list<Enum> values, const std::string& wanted) {
  for (const Enum value : values) {
    CHECK_FALSE(to_string(value).empty());
    CHECK(parse<Enum>(to_string(value), "it") == value);
  }
  for (const char* word : {"", "pytorch", "Auto"})
    CHECK(error_of(ErrorCode::usage, [&] { parse<Enum>(word, "it"); }) ==
          "it is '" + std::string(word) + "', wanted " + wanted);
}

TEST_CASE("words: every enum with to_string() is read back by parse(), which refuses other words by name") {
  using enum SimdTarget;
  check_words({baseline, neon, ssse3, sse4, avx2, avx3}, "baseline, neon, ssse3, sse4, avx2 or avx3");
  check_words({Convolution::automatic, Convolution::winograd, Convolution::im2col}, "auto, winograd or im2col");
  check_words({Memory::automatic, Memory::small, Memory::fast}, "auto, small or fast");
  check_words({WeightsSource::automatic, WeightsSource::keras, WeightsSource::torchvision, WeightsSource::caffe},
              "auto, keras, torchvision or caffe");
  check_words({WeightsType::f32, WeightsType::f16, WeightsType::bf16}, "f32, f16 or bf16");
  check_words({Padding::valid, Padding::zero, Padding::replicate, Padding::reflect},
              "valid, zero, replicate or reflect");
  check_words({Pooling::none, Pooling::max, Pooling::average, Pooling::l2}, "none, max, average or l2");
}

}  // namespace
}  // namespace impasto::testing
