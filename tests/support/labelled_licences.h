// Texts of licences with their names, from the copyright files of a fixed list of Debian packages (docs/licences.md).
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/sha256.h"
#include "berth/vet/debian_copyright.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_texts.h"
#include "tests/support/labelled_names.h"

namespace berth::testing {

struct LabelledLicence {
  std::string package;
  std::string label;  // as it stands there
  std::string id;     // SPDX, of a single licence: from the label, or from the list of wrong labels
  std::string text;
  std::string key;  // of its words
};

struct LicenceCorpus {
  std::vector<LabelledLicence> licences;
  std::size_t packages = 0;  // machine-readable files that were there
};

// What names of DEP-5 do not say reliably: whether later versions of a licence of GNU are allowed too.
inline std::string without_later(std::string id) {
  for (const char* end : {"-only", "-or-later"}) {
    if (id.ends_with(end)) id.resize(id.size() - std::string_view(end).size());
  }
  return id;
}

// `folder` has PACKAGE/copyright; `data` the list of packages and the labels that contradict their texts. Texts of
// fewer than 20 words, and labels of several licences or of none that SPDX has, are left out; the same text under the
// same label counts once.
inline LicenceCorpus labelled_licences(const std::filesystem::path& folder, const std::filesystem::path& data) {
  std::map<std::string, std::string> corrected;
  for (const std::string& line : data_lines(data, "copyright_labels.tsv")) {
    corrected[line.substr(0, 12)] = line.substr(13, line.find('\t', 13) - 13);
  }
  LicenceCorpus corpus;
  std::set<std::string> seen;
  for (const std::string& package : data_lines(data, "copyright_packages.txt")) {
    std::ifstream in(folder / package / "copyright");
    std::stringstream text;
    text << in.rdbuf();
    const auto read = vet::parse_debian_copyright(text.str());
    if (!read || read->empty()) continue;
    ++corpus.packages;
    for (const vet::CopyrightLicence& licence : *read) {
      const auto words = vet::licence_words(licence.text);
      std::string joined;
      for (const std::string& word : words) joined += word + " ";
      std::string key = sha256_hex(joined).substr(0, 12);
      const auto label = vet::parse_licence_expression(vet::spdx_of_debian_label(licence.label));
      const bool is_single =
          label && label->kind == vet::LicenceExpression::Kind::Term && label->term.exception.empty();
      const bool has_exception = licence.label.find("xception") != std::string::npos;
      if (words.size() < 20 || !is_single || has_exception || !seen.insert(licence.label + key).second) continue;
      const auto better = corrected.find(key);
      std::string id = better == corrected.end() ? label->text() : better->second;
      corpus.licences.push_back({package, licence.label, std::move(id), licence.text, std::move(key)});
    }
  }
  return corpus;
}

}  // namespace berth::testing
