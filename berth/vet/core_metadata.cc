#include "berth/vet/core_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostBytes = 8 << 20;
constexpr std::size_t kMostLines = 100'000;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_field_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

// A continued line of a value. Tools put eight blanks, or seven and a bar, before the lines of a licence.
std::string_view continuation(std::string_view line) {
  if (line.starts_with("       |")) return line.substr(8);
  return line.starts_with("        ") ? line.substr(8) : trimmed(line, " \t");
}

struct Field {
  std::string name;  // in lower case
  std::string value;
};

Result<std::vector<Field>> fields_of(std::string_view text) {
  std::vector<Field> fields;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->number > kMostLines)
      return fail(Errc::Exhausted, fmt::format("metadata: more than {} lines", kMostLines));
    if (line->text.empty()) break;
    if (is_blank(line->text.front())) {
      if (fields.empty()) return fail(Errc::InvalidInput, "metadata: it begins with a continued line");
      fields.back().value += '\n';
      fields.back().value += to_valid_utf8(continuation(line->text));
      continue;
    }
    const std::size_t colon = line->text.find(':');
    if (colon == std::string_view::npos || !is_field_name(line->text.substr(0, colon))) {
      return fail(Errc::InvalidInput, fmt::format("metadata: line {} is no field", line->number));
    }
    fields.push_back(
        {lower_case(line->text.substr(0, colon)), to_valid_utf8(trimmed(line->text.substr(colon + 1), " \t"))});
  }
  return fields;
}

using Single = std::pair<std::string_view, std::string CoreMetadata::*>;
constexpr std::array kSingle = {
    Single{"metadata-version", &CoreMetadata::metadata_version},
    Single{"name", &CoreMetadata::name},
    Single{"version", &CoreMetadata::version},
    Single{"summary", &CoreMetadata::summary},
    Single{"license-expression", &CoreMetadata::licence_expression},
    Single{"license", &CoreMetadata::licence},
    Single{"requires-python", &CoreMetadata::requires_python},
};

using Several = std::pair<std::string_view, std::vector<std::string> CoreMetadata::*>;
constexpr std::array kSeveral = {
    Several{"classifier", &CoreMetadata::classifiers},
    Several{"license-file", &CoreMetadata::licence_files},
    Several{"requires-dist", &CoreMetadata::requires_dist},
};

}  // namespace

Result<CoreMetadata> parse_core_metadata(std::string_view text) {
  if (text.size() > kMostBytes) return fail(Errc::Exhausted, fmt::format("metadata: more than {} bytes", kMostBytes));
  BERTH_TRY(std::vector<Field> fields, fields_of(text));
  CoreMetadata metadata;
  for (Field& field : fields) {
    for (const auto& [name, member] : kSingle) {
      if (field.name != name || field.value.empty()) continue;
      const bool is_first = (metadata.*member).empty();
      if (is_first) metadata.*member = field.value;
      // Tools read the first or the last: which licence holds is open.
      if (!is_first && metadata.*member != field.value && name.starts_with("license")) {
        metadata.licences_again.push_back(field.value);
      }
    }
    for (const auto& [name, member] : kSeveral) {
      if (field.name == name && !field.value.empty()) (metadata.*member).push_back(field.value);
    }
  }
  if (metadata.name.empty() || metadata.version.empty()) {
    return fail(Errc::InvalidInput, "metadata: it has no name or no version");
  }
  return metadata;
}

}  // namespace berth::vet
