#include "berth/cli/json_view.h"

#include <string_view>

#include "berth/cli/styled_text.h"

namespace berth::cli {
namespace {

constexpr std::size_t kDeepest = 512;
constexpr std::size_t kDeepestIndent = 16;
constexpr Style kKeyStyle = {.colour = Colour::Cyan};

std::string quoted_key(const std::string& key) { return print_json_pretty(Json(key)); }

void append_compact(std::string& out, const Json& value, std::size_t depth) {
  const Json::Array* items = value.as_array();
  const Json::Object* members = value.as_object();
  if (!items && !members) {
    out += value.is_string() ? print_json_pretty(value) : print_json(value);
    return;
  }
  if (depth == kDeepest) {
    out += "…";
    return;
  }
  out += items ? '[' : '{';
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ", ";
    first = false;
  };
  if (items) {
    for (const Json& item : *items) {
      separate();
      append_compact(out, item, depth + 1);
    }
  } else {
    for (const auto& [key, member] : *members) {
      separate();
      out += quoted_key(key) + ": ";
      append_compact(out, member, depth + 1);
    }
  }
  out += items ? ']' : '}';
}

bool is_empty_list(const Json& value) {
  if (const Json::Array* items = value.as_array()) return items->empty();
  const Json::Object* members = value.as_object();
  return !members || members->empty();
}

class JsonWriter {
 public:
  explicit JsonWriter(LineSink& sink) : sink_(sink) {}

  // `line` is what already stands on the value's line, `end` what closes it.
  void write(StyledText line, const Json& value, std::string_view end, std::size_t depth) {
    if (sink_.full()) return;
    if (is_empty_list(value) || depth == kDeepestIndent) {
      line.append(compact_json(value));
      line.append(end);
      sink_.wrapped(line, 0);
      return;
    }
    const Json::Array* items = value.as_array();
    line.append(items ? "[" : "{");
    sink_.wrapped(line, 0);
    if (items) {
      for (std::size_t i = 0; i < items->size(); ++i) {
        write(indented(depth + 1), (*items)[i], i + 1 < items->size() ? "," : "", depth + 1);
      }
    } else {
      const Json::Object& members = *value.as_object();
      for (std::size_t i = 0; i < members.size() && !sink_.full(); ++i) {
        StyledText key = indented(depth + 1);
        key.append(quoted_key(members[i].first), kKeyStyle);
        key.append(": ");
        write(std::move(key), members[i].second, i + 1 < members.size() ? "," : "", depth + 1);
      }
    }
    StyledText close = indented(depth);
    close.append(items ? "]" : "}");
    close.append(end);
    sink_.wrapped(close, 0);
  }

 private:
  static StyledText indented(std::size_t depth) { return StyledText(std::string(depth * 2, ' ')); }

  LineSink& sink_;
};

}  // namespace

std::string compact_json(const Json& value) {
  std::string out;
  append_compact(out, value, 0);
  return out;
}

void write_json(LineSink& sink, const Json& value) { JsonWriter(sink).write({}, value, "", 0); }

}  // namespace berth::cli
