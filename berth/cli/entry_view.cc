#include "berth/cli/entry_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "berth/cli/html_text.h"
#include "berth/cli/json_view.h"
#include "berth/cli/line_sink.h"
#include "berth/cli/markdown.h"
#include "berth/cli/styled_text.h"
#include "berth/cli/table.h"
#include "berth/cli/width.h"

namespace berth::cli {
namespace {

constexpr std::int64_t kNote = 1;
constexpr std::int64_t kError = 4;
constexpr std::size_t kMostColumns = 64;  // a table of more is shown as JSON
constexpr std::size_t kLongestLabel = 120;
constexpr JsonLimits kContentsLimits = {.depth = 200, .values = 500'000};

struct Kind {
  std::int64_t type;
  std::string_view name;
  Colour colour = Colour::Default;
  bool file = false;
};

constexpr Kind kKinds[] = {
    {kNote, "note"},
    {2, "download agent"},
    {3, "file", Colour::Green, true},
    {kError, "error", Colour::Red},
    {5, "pinned"},
    {6, "user management"},
    {7, "image", Colour::Green, true},
    {8, "playground error", Colour::Red},
    {9, "info file", Colour::Green, true},
    {10, "video file", Colour::Green, true},
    {11, "warning", Colour::Yellow},
    {12, "static video file", Colour::Green, true},
    {15, "map"},
    {16, "debug"},
    {17, "widget"},
    {19, "execution metrics"},
};

const Kind* kind_of(const Json& entry) {
  const Json* type = entry.find("Type");
  const std::int64_t* number = type ? type->as_int() : nullptr;
  const auto kind = std::ranges::find_if(kKinds, [&](const Kind& known) { return number && known.type == *number; });
  return kind == std::end(kKinds) ? nullptr : kind;
}

// Text from the entry for the header: one line, short.
std::string label_text(std::string_view text) {
  std::string line(text.substr(0, kLongestLabel * 4));
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return cut_to_width(line, kLongestLabel);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (size >= 1024 && unit + 1 < std::size(kUnits)) {
    size /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::optional<std::uint64_t> size_in(const Json& entry) {
  const Json* data = entry.find("FileMetadata");
  const Json* size = data ? data->find("size") : nullptr;
  const std::int64_t* bytes = size ? size->as_int() : nullptr;
  return bytes && *bytes >= 0 ? std::optional(static_cast<std::uint64_t>(*bytes)) : std::nullopt;
}

// A cell of a table: texts as they are, lists of plain values one a line, the rest as JSON.
StyledText cell_of(const Json& value) {
  if (value.is_null()) return {};
  if (const std::string* text = value.as_string()) return StyledText(*text);
  const Json::Array* items = value.as_array();
  const auto nested = [](const Json& item) { return item.is_array() || item.is_object(); };
  if (!items || std::ranges::any_of(*items, nested)) return StyledText(compact_json(value));
  StyledText cell;
  for (const Json& item : *items) {
    if (!cell.empty()) cell.append("\n");
    cell.append(item.is_string() ? *item.as_string() : compact_json(item));
  }
  return cell;
}

// The union of the objects' keys, in the order in which they first appear.
struct Columns {
  Row header;
  std::unordered_map<std::string_view, std::size_t> places;
};

// nullopt when `items` is no list of objects, or has too many keys for a table.
std::optional<Columns> columns_of(const Json::Array& items) {
  Columns columns;
  for (const Json& item : items) {
    const Json::Object* members = item.as_object();
    if (!members) return std::nullopt;
    for (const auto& [key, value] : *members) {
      if (!columns.places.try_emplace(key, columns.header.size()).second) continue;
      if (columns.header.size() == kMostColumns) return std::nullopt;
      columns.header.emplace_back(key);
    }
  }
  return columns.header.empty() ? std::nullopt : std::optional(std::move(columns));
}

Row row_of(const Json::Object& members, const Columns& columns) {
  Row row;
  for (const auto& [key, value] : members) {
    const std::size_t place = columns.places.at(key);
    if (place >= row.size()) row.resize(place + 1);
    row[place] = cell_of(value);
  }
  return row;
}

class EntryWriter {
 public:
  EntryWriter(const Json& entry, const Page& page, const EntryView& view)
      : entry_(entry), view_(view), kind_(kind_of(entry)), sink_(page) {}

  std::string write() {
    if (!entry_.is_object()) {
      write_value(entry_);
      return std::move(sink_).take();
    }
    write_header();
    write_body();
    write_context();
    return std::move(sink_).take();
  }

 private:
  void write_header() {
    StyledText line(kind_ ? kind_->name : "entry", {.bold = true, .colour = kind_ ? kind_->colour : Colour::Default});
    if (kind_ && kind_->file) {
      line.append(" " + label_text(entry_.text_or("File", "without a name")));
      const auto bytes = view_.file_bytes ? view_.file_bytes : size_in(entry_);
      if (bytes) line.append(", " + size_text(*bytes));
    }
    // Who answered, where a command of another item did.
    const std::string instance = entry_.text_or("ModuleName", entry_.text_or("Brand", ""));
    if (!instance.empty()) line.append(" from " + label_text(instance), {.dim = true});
    if (const Json* tags = entry_.find("Tags"); tags && tags->as_array() && !tags->as_array()->empty()) {
      line.append(" " + label_text(compact_json(*tags)), {.dim = true});
    }
    sink_.wrapped(line, sink_.page().width);
  }

  void write_body() {
    const std::string readable = entry_.text_or("HumanReadable", "");
    if (!readable.empty()) {
      if (entry_.text_or("ReadableContentsFormat", "markdown") == "text") {
        write_text(readable);
      } else {
        write_markdown(sink_, readable);
      }
      return;
    }
    const Json* contents = entry_.find("Contents");
    if (contents && !contents->is_null()) write_contents(*contents, entry_.text_or("ContentsFormat", "text"));
  }

  void write_contents(const Json& contents, std::string_view format) {
    const std::string* text = contents.as_string();
    if (text && text->empty()) return;
    if (format == "json" || format == "table") {
      const auto parsed = text ? parse_json(*text, kContentsLimits) : Result<Json>(contents);
      if (!parsed.has_value()) {
        write_text(*text);
      } else if (format == "json" || !write_table(*parsed)) {
        write_value(*parsed);
      }
    } else if (!text) {
      write_value(contents);
    } else if (format == "markdown") {
      write_markdown(sink_, *text);
    } else if (format == "html") {
      write_text(html_text(*text));
    } else {
      write_text(*text);
    }
  }

  // False when `value` is no table: neither an object nor a list of objects.
  bool write_table(const Json& value) {
    if (const Json::Object* members = value.as_object()) {
      write_pairs(*members);
      return true;
    }
    const Json::Array* items = value.as_array();
    const auto columns = items ? columns_of(*items) : std::nullopt;
    if (!columns) return false;
    TableWriter table(columns->header, {}, sink_.page().width);
    for (const Json& item : *items) table.measure(row_of(*item.as_object(), *columns));
    table.write_header(sink_);
    for (const Json& item : *items) {
      if (sink_.full()) break;
      table.write_row(sink_, row_of(*item.as_object(), *columns));
    }
    return true;
  }

  void write_pairs(const Json::Object& members) {
    const auto row_for = [](const Json::Member& member) {
      return Row{StyledText(member.first), cell_of(member.second)};
    };
    TableWriter table({StyledText("Key"), StyledText("Value")}, {}, sink_.page().width);
    for (const Json::Member& member : members) table.measure(row_for(member));
    table.write_header(sink_);
    for (const Json::Member& member : members) {
      if (sink_.full()) break;
      table.write_row(sink_, row_for(member));
    }
  }

  void write_value(const Json& value) {
    if (const std::string* text = value.as_string()) {
      write_text(*text);
    } else {
      write_json(sink_, value);
    }
  }

  // Lines stay whole: the terminal folds them, and they can be copied.
  void write_text(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    const bool error = kind_ && kind_->colour == Colour::Red;
    sink_.wrapped(StyledText(text, {.colour = error ? Colour::Red : Colour::Default}), 0);
  }

  void write_context() {
    const Json* context = entry_.find("EntryContext");
    if (!view_.with_context || !context || context->is_null()) return;
    sink_.wrapped(StyledText("context", {.dim = true}), 0);
    write_json(sink_, *context);
  }

  const Json& entry_;
  const EntryView& view_;
  const Kind* kind_;
  LineSink sink_;
};

}  // namespace

std::string render_entry(const Json& entry, const Page& page, const EntryView& view) {
  return EntryWriter(entry, page, view).write();
}

}  // namespace berth::cli
