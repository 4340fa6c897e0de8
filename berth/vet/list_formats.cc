#include "berth/vet/list_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <unordered_set>

#include "berth/base/json.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/vet/package.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostRows = 1'000'000;
constexpr std::size_t kLongestShown = 60;
constexpr std::size_t kLongestId = 100;
constexpr std::size_t kLongestSource = 200;

std::string shown(std::string_view text) { return to_visible(text.substr(0, kLongestShown), false); }

struct Row {
  std::string name;
  std::int64_t downloads = 0;
};

std::unexpected<Error> no_name(std::string_view where, std::string_view name) {
  return fail(Errc::InvalidInput, fmt::format("{}: '{}' is no name of a Python package", where, shown(name)));
}

// The rows in the order of their ranks: where none has a count, as they stand there.
std::string text_of_rows(std::vector<Row> rows) {
  std::ranges::stable_sort(rows, std::greater(), &Row::downloads);
  std::unordered_set<std::string_view> seen;
  std::string text;
  for (const Row& row : rows) {
    if (seen.insert(row.name).second) text += row.name + "\n";
  }
  return text;
}

// Fields without commas or quotes in them, each with quotes around it or without.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    std::string_view field = line.substr(begin, end - begin);
    if (field.size() > 1 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
    fields.push_back(field);
    begin = end + 1;
  }
  return fields;
}

struct Columns {
  std::size_t name = 0;
  std::optional<std::size_t> downloads;
  std::size_t all = 1;
};

Result<Columns> columns_of(const TextLine& line) {
  const auto fields = fields_of(line.text);
  const auto place_of = [&](std::string_view wanted) {
    return static_cast<std::size_t>(std::ranges::find(fields, wanted) - fields.begin());
  };
  Columns columns = {.name = place_of("project"), .downloads = std::nullopt, .all = fields.size()};
  if (columns.name == fields.size())
    return fail(Errc::InvalidInput, fmt::format("line {}: there is no column 'project'", line.number));
  if (const std::size_t at = place_of("download_count"); at < fields.size()) columns.downloads = at;
  return columns;
}

Result<Row> row_of(const TextLine& line, const Columns& columns) {
  const auto fields = fields_of(line.text);
  const std::string where = fmt::format("line {}", line.number);
  if (fields.size() != columns.all)
    return fail(Errc::InvalidInput, fmt::format("{}: {} fields, not {}", where, fields.size(), columns.all));
  const std::string_view name = fields[columns.name];
  if (!is_valid_name(Ecosystem::PyPI, name)) return no_name(where, name);
  Row row = {.name = normal_name(Ecosystem::PyPI, name), .downloads = 0};
  if (!columns.downloads) return row;
  const std::string_view count = fields[*columns.downloads];
  const auto [end, problem] = std::from_chars(count.data(), count.data() + count.size(), row.downloads);
  if (problem != std::errc() || end != count.data() + count.size() || row.downloads < 0)
    return fail(Errc::InvalidInput, fmt::format("{}: '{}' is no number of downloads", where, shown(count)));
  return row;
}

// The day in front of a moment, where it is one.
std::string day_of(std::string_view text) {
  const std::string_view day = text.substr(0, 10);
  return parse_utc(day) ? std::string(day) : std::string();
}

Result<const Json::Array*> rows_of(const Json& json, std::string_view key) {
  const Json* rows = json.find(key);
  if (rows == nullptr || !rows->is_array())
    return fail(Errc::InvalidInput, fmt::format("there is no list '{}' in it", key));
  return rows->as_array();
}

bool is_spdx_id(std::string_view id) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '+';
  };
  return !id.empty() && id.size() <= kLongestId && std::ranges::all_of(id, is_part);
}

}  // namespace

Result<ListText> popular_of_lines(std::string_view text) {
  std::vector<Row> rows;
  std::optional<Columns> columns;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    if (!columns) {
      const bool is_table = line->text.find(',') != std::string_view::npos || line->text == "project";
      columns = Columns();
      if (is_table) {
        BERTH_TRY(columns, columns_of(*line));
        continue;
      }
    }
    if (rows.size() == kMostRows) return fail(Errc::Exhausted, fmt::format("it has more than {} rows", kMostRows));
    BERTH_TRY(Row row, row_of(*line, *columns));
    rows.push_back(std::move(row));
  }
  return ListText{.text = text_of_rows(std::move(rows)), .dated = {}, .problems = {}};
}

Result<ListText> popular_of_json(std::string_view text) {
  BERTH_TRY(const Json json, parse_json(text, {.depth = 8, .values = 5 * kMostRows}));
  BERTH_TRY(const Json::Array* list, rows_of(json, "rows"));
  std::vector<Row> rows;
  for (const Json& one : *list) {
    const std::string name = one.text_or("project", "");
    if (!is_valid_name(Ecosystem::PyPI, name)) return no_name(fmt::format("row {}", rows.size() + 1), name);
    const Json* count = one.find("download_count");
    const std::int64_t* downloads = count == nullptr ? nullptr : count->as_int();
    rows.push_back({.name = normal_name(Ecosystem::PyPI, name), .downloads = downloads == nullptr ? 0 : *downloads});
  }
  return ListText{
      .text = text_of_rows(std::move(rows)), .dated = day_of(json.text_or("last_update", "")), .problems = {}};
}

Result<ListText> malicious_of_lines(std::string_view text) {
  ListText list;
  std::size_t names = 0;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    if (++names > kMostRows) return fail(Errc::Exhausted, fmt::format("it has more than {} names", kMostRows));
    const std::size_t end = std::min(line->text.find('\t'), line->text.size());
    std::string_view name = line->text.substr(0, end);
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    if (!is_valid_name(Ecosystem::PyPI, name)) return no_name(fmt::format("line {}", line->number), name);
    const std::string_view source = line->text.substr(std::min(end + 1, line->text.size()));
    list.text += normal_name(Ecosystem::PyPI, name);
    if (!source.empty()) list.text += "\t" + to_visible(source.substr(0, kLongestSource), false);
    list.text += "\n";
  }
  return list;
}

Result<ListText> spdx_of_json(std::string_view text, std::string_view list, std::string_view id,
                              std::string_view deprecated) {
  BERTH_TRY(const Json json, parse_json(text, {.depth = 16, .values = 1'000'000}));
  BERTH_TRY(const Json::Array* rows, rows_of(json, list));
  ListText read = {.text = {}, .dated = day_of(json.text_or("releaseDate", "")), .problems = {}};
  for (const Json& one : *rows) {
    const std::string name = one.text_or(id, "");
    if (!is_spdx_id(name)) return fail(Errc::InvalidInput, fmt::format("'{}' is no id", shown(name)));
    const Json* old = one.find(deprecated);
    const bool is_old = old != nullptr && old->as_bool() != nullptr && *old->as_bool();
    read.text += is_old ? fmt::format("{}\t{}\n", name, name) : name + "\n";
  }
  return read;
}

Result<void> check_spdx_ids(std::string_view text, std::size_t most) {
  std::size_t ids = 0;
  for (TextLines lines(text); const auto line = lines.next();) {
    if (line->text.empty() || line->text.front() == '#') continue;
    if (++ids > most) return fail(Errc::Exhausted, fmt::format("it has more than {} ids", most));
    const std::size_t tab = std::min(line->text.find('\t'), line->text.size());
    // What replaces an id may be an expression.
    if (!is_spdx_id(line->text.substr(0, tab)) || to_visible(line->text.substr(tab), true) != line->text.substr(tab))
      return fail(Errc::InvalidInput, fmt::format("line {}: '{}' is no id", line->number, shown(line->text)));
  }
  return {};
}

}  // namespace berth::vet
