#include "berth/cli/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "berth/cli/entities.h"

namespace berth::cli {
namespace {

constexpr std::size_t kLongestTagName = 16;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr auto kBlocks = std::to_array<std::string_view>(
    {"p",     "div",  "tr",   "table", "ul",      "ol",      "h1",     "h2",     "h3",         "h4",
     "h5",    "h6",   "pre",  "hr",    "section", "article", "header", "footer", "blockquote", "br",
     "title", "body", "head", "thead", "tbody",   "dl",      "dt",     "dd"});
constexpr auto kSilent = std::to_array<std::string_view>({"script", "style"});

struct Tag {
  std::string name;  // lower case
  bool closing = false;
  std::string_view attributes;
};

// The value of `href` in a tag's attributes; empty for none.
std::string_view href_in(std::string_view attributes) {
  const std::size_t at = attributes.find("href=");
  if (at == std::string_view::npos) return {};
  std::string_view value = attributes.substr(at + 5);
  if (!value.empty() && (value[0] == '"' || value[0] == '\'')) {
    const char quote = value[0];
    value.remove_prefix(1);
    return value.substr(0, value.find(quote));
  }
  return value.substr(0, value.find_first_of(" \t\n/"));
}

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : html_(html) {}

  std::string read() {
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '<' && (comment() || tag())) continue;
      if (c == '&' && reference()) continue;
      put(c);
      ++at_;
    }
    while (!out_.empty() && is_space(out_.back())) out_.pop_back();
    return std::move(out_);
  }

 private:
  // Runs of blanks are one, and none starts a line, except where text is preformatted.
  void put(char c) {
    if (!is_space(c) || preformatted_) {
      out_ += c;
    } else if (!out_.empty() && !is_space(out_.back())) {
      out_ += ' ';
    }
  }

  void break_line() {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
  }

  // Where `end` stands from here on. Once it was looked for in vain it is not looked for again.
  std::optional<std::size_t> find_ahead(std::string_view end, bool& missing) const {
    if (missing) return std::nullopt;
    const std::size_t at = html_.find(end, at_);
    missing = at == std::string_view::npos;
    return missing ? std::nullopt : std::optional(at);
  }

  bool comment() {
    if (!html_.substr(at_).starts_with("<!--")) return false;
    const auto end = find_ahead("-->", no_comment_end_);
    if (!end) return false;
    out_ += fmt::format("[comment, {} bytes]", *end - at_ - 4);
    at_ = *end + 3;
    return true;
  }

  bool tag() {
    std::size_t at = at_ + 1;
    Tag tag;
    tag.closing = at < html_.size() && html_[at] == '/';
    if (tag.closing) ++at;
    const bool declaration = at < html_.size() && html_[at] == '!';
    if (declaration) ++at;
    while (at < html_.size() && is_name(html_[at]) && tag.name.size() < kLongestTagName) {
      tag.name += static_cast<char>(std::tolower(static_cast<unsigned char>(html_[at++])));
    }
    if (tag.name.empty() || std::isdigit(static_cast<unsigned char>(tag.name[0])) != 0) return false;
    const auto end = find_ahead(">", no_tag_end_);
    if (!end) return false;
    tag.attributes = html_.substr(at, *end - at);
    at_ = *end + 1;
    if (!declaration) apply(tag);
    return true;
  }

  void apply(const Tag& tag) {
    if (tag.name == "a") {
      link(tag);
    } else if (tag.name == "pre") {
      preformatted_ = !tag.closing;
      break_line();
    } else if (tag.name == "li") {
      break_line();
      if (!tag.closing) out_ += "• ";
    } else if (tag.name == "td" || tag.name == "th") {
      if (tag.closing) out_ += "  ";
    } else if (is_one_of(tag.name, kBlocks)) {
      break_line();
    } else if (!tag.closing && is_one_of(tag.name, kSilent)) {
      skip_to_end_of(tag.name);
    }
  }

  void link(const Tag& tag) {
    if (!tag.closing) {
      href_ = std::string(href_in(tag.attributes));
      link_begin_ = out_.size();
      return;
    }
    if (!href_.empty() && std::string_view(out_).substr(std::min(link_begin_, out_.size())) != href_) {
      out_ += " (" + href_ + ")";
    }
    href_.clear();
  }

  void skip_to_end_of(const std::string& name) {
    const std::string end = "</" + name;
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    const auto ahead = html_.substr(at_);
    const auto found = std::search(ahead.begin(), ahead.end(), end.begin(), end.end(), same);
    const auto skipped = static_cast<std::size_t>(found - ahead.begin());
    out_ += fmt::format("[{}, {} bytes]", name, skipped);
    at_ += skipped;
  }

  bool reference() {
    const auto entity = entity_at(html_.substr(at_));
    if (!entity) return false;
    out_ += entity->text;
    at_ += entity->size;
    return true;
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::string out_;
  bool preformatted_ = false;
  bool no_comment_end_ = false;
  bool no_tag_end_ = false;
  std::string href_;
  std::size_t link_begin_ = 0;
};

}  // namespace

std::string html_text(std::string_view html) { return HtmlReader(html).read(); }

}  // namespace berth::cli
