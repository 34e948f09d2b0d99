// Runs a fuzz target over the files of a folder, each also cut short at many lengths and with single bytes damaged:
// what `make test` does without a fuzzer. Usage: <program> FOLDER VARIANTS, of each file and kind of damage.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t files = 0, inputs = 0;
  const std::size_t variants = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0;
  if (variants == 0) return 2;
  if (!std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "there is no folder %s; put seeds there\n", argv[1]);
    return 1;
  }
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
    const std::vector<std::uint8_t> seed(text.begin(), text.end());
    ++files;
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    const std::size_t step = seed.size() / variants + 1;
    for (std::size_t at = 0; at < seed.size(); at += step) {
      std::vector<std::uint8_t> damaged = seed;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (at % 2 == 0 ? 0xff : 0x01));
      LLVMFuzzerTestOneInput(damaged.data(), damaged.size());
      LLVMFuzzerTestOneInput(seed.data(), at);
      inputs += 2;
    }
  }
  std::printf("%zu files, %zu damaged ones\n", files, inputs);
  return files == 0 ? 1 : 0;
}
