// A fuzzer without libFuzzer, for every run of the tests: inputs that are files, or the seeds, each as it is
// and then changed at random so many times.
//
//   replay COUNT [FILE|DIRECTORY]...   COUNT changed inputs beside the given ones
//   replay --write DIRECTORY           writes the seeds, one file each, to begin with

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/fuzz/fuzzer.h"
#include "tests/stage/random_frames.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using vipswitch::testing::seed_inputs;

void write_seeds(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  unsigned number = 0;
  for (const Bytes& input : seed_inputs()) {
    std::ofstream file(directory / ("seed-" + std::to_string(number++)), std::ios::binary);
    file.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  }
  std::cout << number << " seeds in " << directory.string() << "\n";
}

void add_file(const std::filesystem::path& path, std::vector<Bytes>& inputs) {
  std::ifstream file(path, std::ios::binary);
  inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void run(const Bytes& input) {
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--write") {
    write_seeds(argv[2]);
    return 0;
  }
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " COUNT [FILE|DIRECTORY]... | --write DIRECTORY\n";
    return 2;
  }
  std::vector<Bytes> inputs = seed_inputs();
  for (int i = 2; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      add_file(argv[i], inputs);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) add_file(entry.path(), inputs);
  }
  for (const Bytes& input : inputs) run(input);
  vipswitch::testing::RandomFrames random(5);
  const unsigned long count = std::strtoul(argv[1], nullptr, 10);
  for (unsigned long i = 0; i < count; ++i) run(random.mutated(random.one_of(inputs), random.one_of(inputs)));
  std::cout << inputs.size() << " inputs and " << count << " changed ones\n";
  return 0;
}
