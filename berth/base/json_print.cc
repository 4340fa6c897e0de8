// The writing side of json.h.

#include <fmt/format.h>

#include "berth/base/json.h"
#include "berth/base/utf8.h"

namespace berth {

// Depth is bounded by the parser's limit or by what our own code builds, so recursion is safe here.
class JsonPrinter {
 public:
  JsonPrinter(bool pretty, NonFinite non_finite) : pretty_(pretty), non_finite_(non_finite) {}

  void print(const Json& value) {
    if (value.is_null()) {
      out_ += "null";
    } else if (const bool* truth = value.as_bool()) {
      out_ += *truth ? "true" : "false";
    } else if (const std::int64_t* whole = value.as_int()) {
      fmt::format_to(std::back_inserter(out_), "{}", *whole);
    } else if (const std::string* text = value.as_string()) {
      quote(*text);
    } else if (const Json::Array* items = value.as_array()) {
      list('[', ']', *items, [this](const Json& item) { print(item); });
    } else if (const Json::Object* members = value.as_object()) {
      list('{', '}', *members, [this](const Json::Member& member) {
        quote(member.first);
        out_ += ": ";
        print(member.second);
      });
    } else {
      number(*std::get<Json::Digits>(value.value_).text);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void number(const std::string& text) {
    const bool finite = text.find_first_of("NI") == std::string::npos;
    out_ += finite || non_finite_ == NonFinite::Token ? text : "null";
  }

  template <class List, class Each>
  void list(char open, char close, const List& items, Each each) {
    out_ += open;
    indent_ += 2;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += pretty_ ? "," : ", ";
      first = false;
      line_break();
      each(item);
    }
    indent_ -= 2;
    if (!first) line_break();
    out_ += close;
  }

  void line_break() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(indent_, ' ');
  }

  void quote(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
      const Utf8Char c = next_utf8(text);
      text.remove_prefix(c.size);
      escape(c.code);
    }
    out_ += '"';
  }

  void escape(char32_t code) {
    switch (code) {
      case '"':
        out_ += "\\\"";
        return;
      case '\\':
        out_ += "\\\\";
        return;
      case '\n':
        out_ += "\\n";
        return;
      case '\r':
        out_ += "\\r";
        return;
      case '\t':
        out_ += "\\t";
        return;
      default:
        break;
    }
    if (code >= 0x20 && code < 0x7f) {
      out_ += static_cast<char>(code);
    } else if (pretty_ && code >= 0xa0) {
      append_utf8(out_, code);
    } else if (code < 0x10000) {
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned>(code));
    } else {
      const unsigned high = 0xd800 + ((static_cast<unsigned>(code) - 0x10000) >> 10);
      const unsigned low = 0xdc00 + ((static_cast<unsigned>(code) - 0x10000) & 0x3ff);
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}\\u{:04x}", high, low);
    }
  }

  bool pretty_;
  NonFinite non_finite_;
  std::size_t indent_ = 0;
  std::string out_;
};

std::string print_json(const Json& value, NonFinite non_finite) {
  JsonPrinter printer(false, non_finite);
  printer.print(value);
  return printer.take();
}

std::string print_json_pretty(const Json& value) {
  JsonPrinter printer(true, NonFinite::Null);
  printer.print(value);
  return printer.take();
}

}  // namespace berth
