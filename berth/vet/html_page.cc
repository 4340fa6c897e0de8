#include "berth/vet/html_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/base/lower_case.h"
#include "berth/base/percent.h"
#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostAttributes = 64;
constexpr std::size_t kLongestReason = 500;
constexpr std::string_view kBlanks = " \t\n\r\f";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, [](char a, char b) { return lower_letter(a) == b; });
}

std::unexpected<Error> unreadable(std::string_view why) {
  return fail(Errc::InvalidInput, fmt::format("the page of a project cannot be read: {}", why));
}

struct Attribute {
  std::string_view name;
  std::string_view value;  // as it stands there; empty where it has none
};

struct Tag {
  std::string_view name;
  std::vector<Attribute> attributes;

  // The first of that name, as browsers have it.
  const Attribute* find(std::string_view wanted) const {
    const auto found = std::ranges::find_if(attributes, [&](const auto& one) { return is_word(one.name, wanted); });
    return found == attributes.end() ? nullptr : &*found;
  }
  std::ptrdiff_t count(std::string_view wanted) const {
    return std::ranges::count_if(attributes, [&](const auto& one) { return is_word(one.name, wanted); });
  }
};

// The tags that begin something, one after the other. Linear in time.
class Tags {
 public:
  explicit Tags(std::string_view html) : html_(html) {}

  // Nothing at the end. Errors: InvalidInput.
  Result<std::optional<Tag>> next() {
    while ((at_ = html_.find('<', at_)) != std::string_view::npos) {
      const std::string_view rest = html_.substr(at_);
      if (rest.size() > 1 && is_letter(rest[1])) return read_tag();
      if (rest.starts_with("<!--")) {
        BERTH_CHECK_OK(pass("-->", 2, "a comment does not end"));
      } else if (rest.size() > 1 && (rest[1] == '!' || rest[1] == '?' || rest[1] == '/')) {
        BERTH_CHECK_OK(pass(">", 2, "a tag does not end"));
      } else {
        ++at_;
      }
    }
    return std::optional<Tag>();
  }

 private:
  Result<void> pass(std::string_view end, std::size_t from, std::string_view why) {
    const std::size_t found = html_.find(end, at_ + from);
    if (found == std::string_view::npos) return unreadable(why);
    at_ = found + end.size();
    return {};
  }

  std::string_view take_until(std::string_view ends) {
    const std::size_t begin = at_;
    at_ = std::min(html_.find_first_of(ends, begin), html_.size());
    return html_.substr(begin, at_ - begin);
  }

  void skip(std::string_view characters) { at_ = std::min(html_.find_first_not_of(characters, at_), html_.size()); }

  Result<std::optional<Tag>> read_tag() {
    ++at_;
    Tag tag = {take_until(" \t\n\r\f/>"), {}};
    for (;;) {
      skip(" \t\n\r\f/");
      if (at_ == html_.size()) return unreadable("a tag does not end");
      if (html_[at_] == '>') break;
      if (tag.attributes.size() == kMostAttributes) return unreadable("a tag has too many attributes");
      BERTH_TRY(const Attribute one, read_attribute());
      tag.attributes.push_back(one);
    }
    ++at_;
    for (const std::string_view name : {"script", "style"}) {
      if (is_word(tag.name, name)) BERTH_CHECK_OK(pass_code(name));
    }
    return std::optional(std::move(tag));
  }

  Result<Attribute> read_attribute() {
    const std::size_t begin = at_;
    at_ = std::min(html_.find_first_of(" \t\n\r\f/>=", begin + 1), html_.size());
    Attribute one = {html_.substr(begin, at_ - begin), {}};
    const std::size_t behind = at_;
    skip(kBlanks);
    if (at_ == html_.size() || html_[at_] != '=') {
      at_ = behind;
      return one;
    }
    ++at_;
    skip(kBlanks);
    if (at_ == html_.size()) return unreadable("a tag does not end");
    const char quote = html_[at_];
    if (quote != '"' && quote != '\'') {
      one.value = take_until(" \t\n\r\f>");
      return one;
    }
    const std::size_t from = at_ + 1;
    BERTH_CHECK_OK(pass(std::string_view(&quote, 1), 1, "a text in quotes does not end"));
    one.value = html_.substr(from, at_ - 1 - from);
    return one;
  }

  // In it nothing is a tag, but for its own end.
  Result<void> pass_code(std::string_view name) {
    while ((at_ = html_.find("</", at_)) != std::string_view::npos) {
      at_ += 2;
      if (is_word(html_.substr(at_, name.size()), name)) return {};
    }
    return unreadable("a script or style does not end");
  }

  std::string_view html_;
  std::size_t at_ = 0;
};

struct Resolved {
  std::string text;
  bool is_whole = true;  // whether all references in it are known
};

// The character that `&#...;` stands for.
char32_t character_of(std::string_view digits, int base) {
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
  const bool is_one = error == std::errc() && code != 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  return is_one ? static_cast<char32_t>(code) : char32_t{0xFFFD};
}

// Of an attribute's value. `&` that begins no reference is itself.
Resolved resolved(std::string_view raw) {
  constexpr auto kNames = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}, {"num", "#"}});
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  Resolved out;
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('&'), raw.size());
    out.text += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    const bool is_hex = raw.starts_with("&#x") || raw.starts_with("&#X");
    const std::size_t from = is_hex ? 3 : raw.starts_with("&#") ? 2 : 1;
    std::size_t end = from;
    if (from == 1) {
      while (end < raw.size() && (is_letter(raw[end]) || kDigits.contains(raw[end]))) ++end;
    } else {
      end = std::min(raw.find_first_not_of(is_hex ? kHex : kDigits, from), raw.size());
    }
    const std::string_view name = raw.substr(from, end - from);
    const bool is_ended = end < raw.size() && raw[end] == ';';
    if (name.empty() || (from == 1 && !is_ended)) {
      out.text += '&';
      raw.remove_prefix(1);
      continue;
    }
    if (from > 1) {
      append_utf8(out.text, character_of(name, is_hex ? 16 : 10));
    } else {
      const auto known = std::ranges::find(kNames, name, &std::pair<std::string_view, std::string_view>::first);
      out.is_whole = out.is_whole && known != kNames.end();
      out.text += known == kNames.end() ? raw.substr(0, end + 1) : known->second;
    }
    raw.remove_prefix(end + (is_ended ? 1 : 0));
  }
  return out;
}

bool is_hex_digit(char c) {
  const char small = lower_letter(c);
  return (small >= '0' && small <= '9') || (small >= 'a' && small <= 'f');
}

// `sha256=HEX` among what `&` parts; empty where there is none.
std::string sha256_in(std::string_view text) {
  constexpr std::string_view kKey = "sha256=";
  constexpr std::size_t kDigits = 64;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!part.starts_with(kKey) || part.size() != kKey.size() + kDigits) continue;
    std::string digest(part.substr(kKey.size()));
    std::ranges::transform(digest, digest.begin(), lower_letter);
    if (std::ranges::all_of(digest, is_hex_digit)) return digest;
  }
  return {};
}

std::string reason_of(const Attribute& attribute) {
  return to_valid_utf8(resolved(attribute.value).text.substr(0, kLongestReason));
}

// Nothing for a link to no file.
Result<std::optional<ProjectFile>> file_of(const Tag& link) {
  const Attribute* const href = link.find("href");
  if (href == nullptr) return std::optional<ProjectFile>();
  if (link.count("href") > 1) return unreadable("a link has two addresses");
  const Resolved whole = resolved(href->value);
  if (!whole.is_whole) return unreadable("a link's address has a reference in it that is not known");
  const std::string_view address = trimmed(whole.text, kBlanks);
  const std::size_t fragment = std::min(address.find('#'), address.size());
  std::string_view path = address.substr(0, std::min(fragment, address.find('?')));
  while (path.ends_with('/')) path.remove_suffix(1);
  ProjectFile file;
  file.name = to_valid_utf8(percent_decoded(path.substr(path.rfind('/') + 1)));
  if (file.name.empty() || file.name.size() > kLongestFileName) return std::optional<ProjectFile>();
  file.sha256 = sha256_in(address.substr(std::min(fragment + 1, address.size())));
  if (const Attribute* yanked = link.find("data-yanked")) {
    file.is_yanked = true;
    file.yanked_reason = reason_of(*yanked);
  }
  // PEP 714: the newer name first.
  for (const std::string_view key : {"data-core-metadata", "data-dist-info-metadata"}) {
    const Attribute* const metadata = link.find(key);
    if (metadata == nullptr || file.metadata_sha256 || is_word(metadata->value, "false")) continue;
    file.metadata_sha256 = sha256_in(resolved(metadata->value).text);
  }
  return std::optional(std::move(file));
}

Result<void> take_meta(const Tag& meta, ProjectPage& page) {
  const Attribute* const name = meta.find("name");
  const Attribute* const content = meta.find("content");
  if (name == nullptr || content == nullptr) return {};
  if (is_word(name->value, "pypi:repository-version")) {
    const std::string_view version = trimmed(content->value, kBlanks);
    if (version.substr(0, version.find('.')) != "1") return unreadable("it is of another version of the interface");
  }
  if (is_word(name->value, "pypi:project-status") && is_project_status(content->value)) page.status = content->value;
  if (is_word(name->value, "pypi:project-status-reason")) page.status_reason = reason_of(*content);
  return {};
}

}  // namespace

Result<ProjectPage> parse_html_page(std::string_view html) {
  if (html.size() > kMostPageBytes) return fail(Errc::Exhausted, "the page of a project is too large");
  if (html.contains('\0')) return unreadable("it is no text in UTF-8");
  ProjectPage page;
  Tags tags(html);
  for (;;) {
    BERTH_TRY(const std::optional<Tag> tag, tags.next());
    if (!tag) break;
    if (is_word(tag->name, "meta")) BERTH_CHECK_OK(take_meta(*tag, page));
    if (!is_word(tag->name, "a")) continue;
    BERTH_TRY(std::optional<ProjectFile> file, file_of(*tag));
    if (!file) continue;
    if (page.files.size() == kMostFiles) return fail(Errc::Exhausted, "the page of a project has too many files");
    page.files.push_back(*std::move(file));
  }
  if (page.status.empty()) page.status_reason.clear();
  return page;
}

}  // namespace berth::vet
