#include "berth/vet/debian_copyright.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/licence_recognition.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;
constexpr std::size_t kMostStatements = 200;
constexpr std::size_t kShownText = 200;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == ',')) text.remove_suffix(1);
  return text;
}

using Name = std::pair<std::string_view, std::string_view>;

// Debian's names that SPDX spells otherwise, in lower case. `MIT` is not among them: in DEP-5 it may be any of many.
constexpr std::array kNames = {
    Name{"expat", "MIT"},
    Name{"apache-2", "Apache-2.0"},
    Name{"artistic", "Artistic-1.0-Perl"},
    Name{"artistic-1", "Artistic-1.0-Perl"},
    Name{"bsd-1-clause", "BSD-1-Clause"},
    Name{"bsd-2-clause", "BSD-2-Clause"},
    Name{"bsd-3-clause", "BSD-3-Clause"},
    Name{"bsd-4-clause", "BSD-4-Clause"},
    Name{"bsl-1", "BSL-1.0"},
    Name{"cc0", "CC0-1.0"},
    Name{"mpl-2", "MPL-2.0"},
    Name{"openldap-2.8", "OLDAP-2.8"},
    Name{"psf-2", "PSF-2.0"},
    Name{"wtfpl-2", "WTFPL"},
    Name{"gfdl", "GFDL-1.3-or-later"},
    Name{"zlib/libpng", "Zlib"},
    Name{"curl", "curl"},
    Name{"python", "Python-2.0"},
};

// "GPL-2+" and "LGPL-2.1" as SPDX ids.
std::string gnu_id(std::string_view name) {
  for (const std::string_view family : {"lgpl", "agpl", "gfdl", "gpl"}) {
    if (!name.starts_with(family)) continue;
    std::string_view version = name.substr(family.size());
    if (version.starts_with('-')) version.remove_prefix(1);
    const bool or_later = version.ends_with('+') || version.empty();
    if (version.ends_with('+')) version.remove_suffix(1);
    std::string number = version.empty() ? (family == "gpl" ? "1" : "2") : std::string(version);
    if (number.find('.') == std::string::npos) number += ".0";
    std::string id;
    for (const char c : family) id += static_cast<char>(c - 'a' + 'A');
    return fmt::format("{}-{}-{}", id, number, or_later ? "or-later" : "only");
  }
  return {};
}

std::string spdx_of_name(std::string_view written) {
  const std::string name = lower_case(written);
  const auto known = std::ranges::find(kNames, std::string_view(name), &Name::first);
  std::string id = known != kNames.end() ? std::string(known->second) : gnu_id(name);
  if (id.empty() && name != "mit") id = written;
  const auto read = parse_licence_expression(id);
  return read ? read->text() : std::string();
}

// Splits at `or` and `and`; `and` binds more unless a comma stands before it (DEP-5, "License specification").
std::optional<std::string> joined(std::string_view label, std::string_view word, std::string_view joint) {
  const std::string low = lower_case(label);
  const std::size_t at = low.find(word);
  if (at == std::string::npos) return std::nullopt;
  const std::string left = spdx_of_debian_label(label.substr(0, at));
  const std::string right = spdx_of_debian_label(label.substr(at + word.size()));
  if (left.empty() || right.empty()) return std::string();
  return fmt::format("({}) {} ({})", left, joint, right);
}

void add(std::vector<LicenceStatement>& statements, LicenceStatement statement) {
  const bool is_there = std::ranges::find(statements, statement) != statements.end();
  if (!is_there && statements.size() < kMostStatements) statements.push_back(std::move(statement));
}

bool is_machine_readable(std::string_view text) {
  const std::string begin = lower_case(text.substr(0, 1000));
  return begin.find("copyright-format/1") != std::string::npos || begin.find("dep5") != std::string::npos;
}

}  // namespace

Result<std::vector<CopyrightLicence>> parse_debian_copyright(std::string_view text) {
  if (text.size() > kMostBytes) return fail(Errc::Exhausted, fmt::format("copyright: more than {} bytes", kMostBytes));
  std::vector<CopyrightLicence> licences;
  if (!is_machine_readable(text)) return licences;
  bool is_in_licence = false;
  for (TextLines lines(text); const auto line = lines.next();) {
    const bool is_continued = !line->text.empty() && (line->text.front() == ' ' || line->text.front() == '\t');
    if (is_continued && is_in_licence) {
      const bool is_empty = trimmed(line->text) == ".";
      licences.back().text += is_empty ? "" : to_valid_utf8(line->text.substr(1));
      licences.back().text += '\n';
    } else if (!is_continued) {
      is_in_licence = lower_case(line->text.substr(0, 8)) == "license:";
      if (is_in_licence) licences.push_back({to_valid_utf8(trimmed(line->text.substr(8))), ""});
    }
  }
  return licences;
}

std::string spdx_of_debian_label(std::string_view label) {
  const std::string_view whole = trimmed(label);
  if (whole.empty() || whole.size() > 500) return {};
  for (const auto& [word, joint] : {std::pair(", and ", "AND"), std::pair(" or ", "OR"), std::pair(" and ", "AND")}) {
    if (const auto both = joined(whole, word, joint)) {
      const auto read = parse_licence_expression(*both);
      return read ? read->text() : std::string();
    }
  }
  const std::size_t with = lower_case(whole).find(" with ");
  if (with == std::string::npos) return spdx_of_name(whole);
  // "GPL-2+ with OpenSSL exception": exceptions only permit more, and SPDX does not have Debian's names for them.
  return lower_case(whole).ends_with("exception") ? spdx_of_name(trimmed(whole.substr(0, with))) : std::string();
}

Result<std::vector<LicenceStatement>> debian_licence_statements(std::string_view text) {
  BERTH_TRY(const std::vector<CopyrightLicence> licences, parse_debian_copyright(text));
  std::vector<LicenceStatement> statements;
  for (const CopyrightLicence& licence : licences) {
    std::string expression = spdx_of_debian_label(licence.label);
    if (expression.empty() && !licence.text.empty()) expression = recognise_licence(licence.text).expression;
    add(statements, {"copyright", licence.label.substr(0, kShownText), expression});
  }
  if (statements.empty()) {
    const RecognisedLicence found = recognise_licence(text);
    add(statements, {"copyright", "its text", found.expression});
  }
  return statements;
}

}  // namespace berth::vet
