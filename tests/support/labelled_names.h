// Names for measuring how well look-alikes are told: tests/vet/data (docs/vetting-names.md).
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/vet/package.h"

namespace berth::testing {

// A name that was published to be mistaken for another.
struct LabelledName {
  std::string name;
  std::string target;
  std::string source;
  bool is_held_out = false;  // by its hash, so that nobody chooses
};

// The lines of a file of `folder`, without comments.
inline std::vector<std::string> data_lines(const std::filesystem::path& folder, const char* file) {
  std::ifstream in(folder / file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

inline std::vector<LabelledName> labelled_names(const std::filesystem::path& folder) {
  std::vector<LabelledName> names;
  for (const std::string& line : data_lines(folder, "look_alikes.tsv")) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    const std::string name = line.substr(0, first);
    const char digit = sha256_hex(name).front();
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    names.push_back({name, line.substr(first + 1, second - first - 1), line.substr(second + 1), value % 2 == 1});
  }
  return names;
}

inline std::vector<std::string> random_names(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const std::string& line : data_lines(folder, "random_names.txt")) {
    names.push_back(vet::normal_name(vet::Ecosystem::PyPI, line));
  }
  return names;
}

}  // namespace berth::testing
