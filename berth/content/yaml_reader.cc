#include "berth/content/yaml_reader.h"

#include <fmt/format.h>
#include <yaml.h>

#include "berth/base/utf8.h"
#include "berth/content/yaml_builder.h"
#include "berth/content/yaml_text.h"

namespace berth::content {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Owns libyaml's parser over a text that outlives it.
class EventParser {
 public:
  explicit EventParser(std::string_view text) {
    BERTH_ASSERT(yaml_parser_initialize(&parser_) != 0);  // fails only without memory
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  EventParser(const EventParser&) = delete;
  EventParser& operator=(const EventParser&) = delete;
  ~EventParser() { yaml_parser_delete(&parser_); }

  yaml_parser_t* get() { return &parser_; }

 private:
  yaml_parser_t parser_;
};

// One event, freed with its strings.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }

  yaml_event_t* get() { return &event_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_ = {};
};

// Turns the parser's character counts into bytes. Marks come almost in order, so each step is short.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view text) : text_(text) {}

  std::size_t byte_at(std::size_t character) {
    while (character_ < character && byte_ < text_.size()) {
      do ++byte_;
      while (byte_ < text_.size() && is_continuation(text_[byte_]));
      ++character_;
    }
    while (character_ > character && byte_ > 0) {
      do --byte_;
      while (byte_ > 0 && is_continuation(text_[byte_]));
      --character_;
    }
    return byte_;
  }

 private:
  static bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

  std::string_view text_;
  std::size_t character_ = 0;
  std::size_t byte_ = 0;
};

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

// The parse of one text, from its first event to the end of its document.
class Parse {
 public:
  Parse(std::string_view text, std::string_view name, YamlLimits limits)
      : name_(name),
        skipped_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0),
        text_(text.substr(skipped_)),
        parser_(text_),
        cursor_(text_),
        builder_(name, limits) {}

  Result<YamlDocument> run() && {
    for (;;) {
      Event event;
      if (yaml_parser_parse(parser_.get(), event.get()) == 0) return syntax_error();
      if (event->type == YAML_STREAM_END_EVENT) break;
      if (event->type == YAML_DOCUMENT_END_EVENT) {
        // What follows is looked at here: libyaml would take directives of a second document first.
        BERTH_CHECK_OK(check_nothing_follows(text_, cursor_.byte_at(event->end_mark.index), name_));
        break;
      }
      BERTH_CHECK_OK(take(event));
    }
    return std::move(builder_).take();
  }

 private:
  Result<void> take(const Event& event) {
    switch (event->type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event->data.scalar;
        const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        return builder_.scalar(text, scalar.style == YAML_PLAIN_SCALAR_STYLE,
                               mark_of(event, view(scalar.anchor), view(scalar.tag)));
      }
      case YAML_SEQUENCE_START_EVENT: {
        const auto& start = event->data.sequence_start;
        return builder_.open(YamlKind::Sequence, mark_of(event, view(start.anchor), view(start.tag)));
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& start = event->data.mapping_start;
        return builder_.open(YamlKind::Mapping, mark_of(event, view(start.anchor), view(start.tag)));
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return builder_.close();
      case YAML_ALIAS_EVENT:
        return builder_.alias(mark_of(event, view(event->data.alias.anchor), {}));
      default:
        return {};  // the starts of stream and document
    }
  }

  YamlMark mark_of(const Event& event, std::string_view anchor, std::string_view tag) {
    const std::size_t begin = cursor_.byte_at(event->start_mark.index);
    const std::size_t end = cursor_.byte_at(event->end_mark.index);
    return {.line = static_cast<std::uint32_t>(event->start_mark.line + 1),
            .column = static_cast<std::uint32_t>(event->start_mark.column + 1),
            .begin = static_cast<std::uint32_t>(begin + skipped_),
            .end = static_cast<std::uint32_t>(end + skipped_),
            .anchor = anchor,
            .tag = tag};
  }

  std::unexpected<Error> syntax_error() {
    const yaml_parser_t& parser = *parser_.get();
    const std::string problem = to_visible(parser.problem != nullptr ? parser.problem : "out of memory", false);
    const auto place = [](const yaml_mark_t& mark) {
      return TextPlace{static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
    };
    std::string reason = fmt::format("it is not YAML: {}", problem);
    if (parser.context != nullptr) {
      reason += fmt::format(" ({}, which began in line {})", parser.context, parser.context_mark.line + 1);
    }
    return refuse_at(name_, place(parser.problem_mark), reason);
  }

  std::string_view name_;
  std::size_t skipped_;
  std::string_view text_;
  EventParser parser_;
  ByteCursor cursor_;
  YamlBuilder builder_;
};

}  // namespace

Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name, YamlLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(Errc::Exhausted,
                fmt::format("{}: it holds {} bytes, more than the limit of {}", name, text.size(), limits.bytes));
  }
  BERTH_CHECK_OK(check_yaml_text(text, name));
  return Parse(text, name, limits).run();
}

}  // namespace berth::content
