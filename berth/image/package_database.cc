#include "berth/image/package_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>

#include "berth/base/text_parts.h"
#include "berth/image/package_words.h"

namespace berth::image {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::uint64_t number_of(std::string_view text, std::uint64_t unit) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / unit;
  return error == std::errc() && end == text.data() + text.size() && number <= most ? number * unit : 0;
}

bool is_same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// One paragraph of dpkg's, as far as it is read.
struct Paragraph {
  std::string_view package, version, architecture, source, status, size;
  bool is_empty = true;

  void take(std::string_view line) {
    is_empty = false;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view field = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1), " \t");
    if (is_same_word(field, "Package")) package = value;
    if (is_same_word(field, "Version")) version = value;
    if (is_same_word(field, "Architecture")) architecture = value;
    if (is_same_word(field, "Source")) source = value;
    if (is_same_word(field, "Status")) status = value;
    if (is_same_word(field, "Installed-Size")) size = value;
  }
};

bool has_files(std::string_view status) {
  const std::string_view state = status.substr(status.rfind(' ') + 1);  // npos + 1 is 0
  return state != "not-installed" && state != "config-files";
}

void add(PackageRecords& records, const Paragraph& paragraph) {
  if (paragraph.is_empty || !has_files(paragraph.status)) return;
  if (!is_package_word(paragraph.package) || !is_package_word(paragraph.version) ||
      records.packages.size() == kMostPackages) {
    ++records.odd;
    return;
  }
  DistributionPackage package = {.format = PackageFormat::Dpkg,
                                 .name = std::string(paragraph.package),
                                 .version = std::string(paragraph.version),
                                 .architecture = word_or(paragraph.architecture, "")};
  // "name" or "name (version)", the latter where it differs.
  const std::size_t open = paragraph.source.find(" (");
  package.source = word_or(paragraph.source.substr(0, open), package.name);
  std::string_view version;
  if (open != std::string_view::npos && paragraph.source.ends_with(')')) {
    version = paragraph.source.substr(open + 2, paragraph.source.size() - open - 3);
  }
  package.source_version = word_or(version, package.version);
  package.installed_bytes = number_of(paragraph.size, 1024);
  records.packages.push_back(std::move(package));
}

// One paragraph of apk's, with what stands under it.
struct ApkParagraph {
  std::string_view package, version, architecture, origin, licence, size, folder;
  std::vector<std::string> metadata;
  bool is_empty = true;
  bool is_over = false;  // a bound: not all of its metadata is there

  void take(std::string_view line) {
    is_empty = false;
    if (line.size() < 2 || line[1] != ':') return;
    const std::string_view value = line.substr(2);
    switch (line[0]) {
      case 'P':
        package = value;
        break;
      case 'V':
        version = value;
        break;
      case 'A':
        architecture = value;
        break;
      case 'o':
        origin = value;
        break;
      case 'L':
        licence = value;
        break;
      case 'I':
        size = value;
        break;
      case 'F':
        folder = value;
        note("", folder);
        break;
      case 'R':
        note(folder, value);
        break;
      default:
        break;
    }
  }

  // The name of a folder stands there once, however many files are in it: the text's length bounds it no more.
  void note(std::string_view in, std::string_view name) {
    if (!is_python_metadata(name)) return;
    const bool has_room = in.size() + name.size() < kLongestPath && metadata.size() < kMostMetadata;
    is_over = is_over || !has_room;
    if (has_room) metadata.push_back(fmt::format("{}{}{}", in, in.empty() ? "" : "/", name));
  }
};

void add(ApkRecords& records, ApkParagraph& paragraph) {
  if (paragraph.is_empty) return;
  if (!is_package_word(paragraph.package) || !is_package_word(paragraph.version) ||
      records.packages.size() == kMostPackages) {
    ++records.odd;
    return;
  }
  DistributionPackage package = {.format = PackageFormat::Apk,
                                 .name = std::string(paragraph.package),
                                 .version = std::string(paragraph.version),
                                 .architecture = word_or(paragraph.architecture, ""),
                                 .source = word_or(paragraph.origin, paragraph.package),
                                 .source_version = std::string(paragraph.version),
                                 .licence = shown_package_text(paragraph.licence),
                                 .installed_bytes = number_of(paragraph.size, 1)};
  const std::size_t room = kMostOwners - records.python_owners.size();
  if (paragraph.is_over || paragraph.metadata.size() > room) ++records.odd;
  paragraph.metadata.resize(std::min(paragraph.metadata.size(), room));
  for (std::string& path : paragraph.metadata) records.python_owners.emplace_back(std::move(path), package.name);
  records.packages.push_back(std::move(package));
}

// The value of a line of os-release: quotes and their escapes taken off.
std::string unquoted(std::string_view value) {
  value = trimmed(value, " \t");
  const char quote = !value.empty() && (value[0] == '"' || value[0] == '\'') ? value[0] : '\0';
  if (quote == '\0') return shown_package_text(value);
  std::string text;
  for (std::size_t i = 1; i < value.size() && value[i] != quote; ++i) {
    if (value[i] == '\\' && quote == '"' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return shown_package_text(text);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

PackageRecords parse_dpkg_status(std::string_view text) {
  PackageRecords records;
  Paragraph paragraph;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (trimmed(line, " \t").empty()) {
      add(records, paragraph);
      paragraph = {};
    } else if (line[0] != ' ' && line[0] != '\t') {
      paragraph.take(line);
    }
  }
  add(records, paragraph);
  return records;
}

ApkRecords parse_apk_installed(std::string_view text) {
  ApkRecords records;
  ApkParagraph paragraph;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      add(records, paragraph);
      paragraph = {};
    } else {
      paragraph.take(line);
    }
  }
  add(records, paragraph);
  return records;
}

OsRelease parse_os_release_names(std::string_view text) {
  OsRelease os;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals);
    if (key == "ID") os.id = unquoted(line.substr(equals + 1));
    if (key == "VERSION_ID") os.version_id = unquoted(line.substr(equals + 1));
    if (key == "PRETTY_NAME") os.name = unquoted(line.substr(equals + 1));
  }
  return os;
}

bool is_python_metadata(std::string_view path) { return path.ends_with(".dist-info") || path.ends_with(".egg-info"); }

NameAndVersion parse_name_and_version(std::string_view metadata) {
  NameAndVersion both;
  while (!metadata.empty()) {
    const std::string_view line = take_line(metadata);
    if (line.empty()) break;  // the header ends; what follows is the description
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line[0] == ' ' || line[0] == '\t') continue;
    const std::string_view field = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1), " \t");
    // A field that stands twice counts as the first does, as importlib.metadata has it.
    if (is_same_word(field, "Name") && both.name.empty()) both.name = word_or(value, "");
    if (is_same_word(field, "Version") && both.version.empty()) both.version = word_or(value, "");
  }
  return both;
}

std::string find_interpreter_version(std::string_view program, std::string_view minor) {
  const std::string wanted = std::string(minor) + ".";
  std::string_view left = program;
  // memmem, because a program is mostly zeros, at each of which a search by first character would stop.
  while (const void* hit = ::memmem(left.data(), left.size(), wanted.data(), wanted.size())) {
    const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - program.data());
    left = program.substr(at + 1);
    if (at == 0 || program[at - 1] != '\0') continue;
    std::string_view text = program.substr(at, 32);
    text = text.substr(0, text.find('\0'));
    const std::string_view rest = text.substr(std::min(wanted.size(), text.size()));
    if (rest.empty() || !is_digit(rest[0])) continue;
    // "3.13.0rc2", "3.11.2+": nothing else may follow the number.
    const auto fits = [](char c) { return is_digit(c) || c == '+' || c == 'a' || c == 'b' || c == 'r' || c == 'c'; };
    if (std::ranges::all_of(rest, fits)) return std::string(text);
  }
  return {};
}

}  // namespace berth::image
