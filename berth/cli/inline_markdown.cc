// One pass cuts the text into pieces: plain text, code, delimiter runs such as `**`, and the ends of links. A second
// pairs the delimiter runs on a stack. Styles overlap freely (they are flags, not a tree), so pairing needs no order
// between kinds of marks, and nothing recurses.

#include "berth/cli/inline_markdown.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/cli/entities.h"

namespace berth::cli {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kLongestCodeMark = 16;  // backticks; longer runs are text
constexpr int kParenthesesInUrl = 8;          // open at once; keeps looking for a link's end linear
constexpr std::size_t kShownDataUrl = 40;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }
bool is_punctuation(char c) { return std::ispunct(static_cast<unsigned char>(c)) != 0; }

struct Piece {
  std::string text;
  char mark = 0;         // of a delimiter run, whose `text` is empty
  std::size_t left = 0;  // characters of the run that are not used up: shown as text
  bool can_open = false;
  bool can_close = false;
  bool code = false;
  bool aside = false;  // the address of a link
  // What begins (1) or ends (-1) after the run, or at the end of a link.
  int bold = 0;
  int italic = 0;
  int struck = 0;
  int link = 0;
};

struct LinkTarget {
  std::string url;
  std::size_t size;  // bytes from ( to )
};

// The part of a link after its text: `(url)`, `(<url>)` or `(url "title")`, at the start of `text`.
std::optional<LinkTarget> link_target_at(std::string_view text) {
  if (!text.starts_with('(')) return std::nullopt;
  std::size_t at = 1;
  std::size_t end = at;
  if (text.substr(at).starts_with('<')) {
    end = text.find_first_of("<>\n", ++at);
    if (end == std::string_view::npos || text[end] != '>') return std::nullopt;
  } else {
    int open = 0;
    for (; end < text.size() && !is_blank(text[end]); ++end) {
      if (text[end] == '(' && ++open > kParenthesesInUrl) return std::nullopt;
      if (text[end] == ')' && --open < 0) break;
    }
  }
  LinkTarget target = {std::string(text.substr(at, end - at)), 0};
  if (end < text.size() && text[end] == '>') ++end;
  while (end < text.size() && text[end] == ' ') ++end;
  if (end < text.size() && (text[end] == '"' || text[end] == '\'')) {
    // A title ends on its line and holds no other quote of its kind.
    const std::size_t close = text.find_first_of(std::string{text[end], '\n', '['}, end + 1);
    if (close == std::string_view::npos || text[close] != text[end]) return std::nullopt;
    end = close + 1;
  }
  if (end >= text.size() || text[end] != ')') return std::nullopt;
  target.size = end + 1;
  return target;
}

// A page inside the address says nothing to a reader.
std::string shown_url(const std::string& url) {
  if (!url.starts_with("data:") || url.size() <= kShownDataUrl) return url;
  return url.substr(0, std::min(kShownDataUrl, url.find_first_of(";,"))) + "…";
}

// Bytes of a `<br>` tag at the start of `text`, in any of its spellings; 0 for none.
std::size_t break_tag_at(std::string_view text) {
  if (text.size() < 4 || (text[1] | 0x20) != 'b' || (text[2] | 0x20) != 'r') return 0;
  std::size_t at = 3;
  while (at < text.size() && text[at] == ' ' && at < 5) ++at;
  if (at < text.size() && text[at] == '/') ++at;
  return at < text.size() && text[at] == '>' ? at + 1 : 0;
}

class InlineScanner {
 public:
  InlineScanner(std::string_view text, bool keep_code_marks) : text_(text), keep_code_marks_(keep_code_marks) {}

  std::vector<Piece> scan() {
    while (at_ < text_.size()) {
      const std::size_t stop = std::min(text_.find_first_of("\\`*_~[]!<&", at_), text_.size());
      plain(text_.substr(at_, stop - at_));
      at_ = stop;
      if (at_ < text_.size() && !special()) {
        plain(text_.substr(at_, 1));
        ++at_;
      }
    }
    return std::move(pieces_);
  }

 private:
  struct Bracket {
    std::size_t piece;
    std::size_t text_at;
    bool image;
  };

  // True when something was recognised and `at_` has moved past it.
  bool special() {
    switch (text_[at_]) {
      case '\\':
        return escape();
      case '`':
        return code();
      case '*':
      case '_':
      case '~':
        return delimiters();
      case '!':
      case '[':
        return open_bracket();
      case ']':
        return close_bracket();
      case '<':
        return angle();
      default:
        return reference();
    }
  }

  void plain(std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || !joinable_) pieces_.emplace_back();
    pieces_.back().text += text;
    joinable_ = true;
  }

  void add(Piece piece) {
    pieces_.push_back(std::move(piece));
    joinable_ = false;
  }

  bool escape() {
    if (at_ + 1 >= text_.size()) return false;
    const char next = text_[at_ + 1];
    if (!is_punctuation(next) && next != '\n') return false;
    plain(text_.substr(at_ + 1, 1));
    at_ += 2;
    return true;
  }

  std::size_t run_at(std::size_t at) const {
    return std::min(text_.find_first_not_of(text_[at], at), text_.size()) - at;
  }

  bool code() {
    const std::size_t run = run_at(at_);
    const std::size_t begin = at_ + run;
    if (const auto end = code_end(begin, run)) {
      std::string inside(text_.substr(begin, *end - begin));
      const bool padded = inside.size() > 2 && inside.front() == ' ' && inside.back() == ' ';
      if (padded) inside = inside.substr(1, inside.size() - 2);
      add({.text = keep_code_marks_ ? "`" + inside + "`" : std::move(inside), .code = true});
      at_ = *end + run;
      return true;
    }
    plain(text_.substr(at_, run));
    at_ = begin;
    return true;
  }

  // Where the run of exactly `run` backticks starts that closes code. A length that was looked for in vain is not
  // looked for again.
  std::optional<std::size_t> code_end(std::size_t from, std::size_t run) {
    if (run > kLongestCodeMark || unclosed_code_[run]) return std::nullopt;
    for (std::size_t at = from; (at = text_.find('`', at)) != std::string_view::npos;) {
      const std::size_t found = run_at(at);
      if (found == run) return at;
      at += found;
    }
    unclosed_code_[run] = true;
    return std::nullopt;
  }

  bool delimiters() {
    const char mark = text_[at_];
    const std::size_t run = run_at(at_);
    const std::size_t end = at_ + run;
    if (mark == '~' && run != 2) {
      plain(text_.substr(at_, run));
      at_ = end;
      return true;
    }
    const char before = at_ == 0 ? ' ' : text_[at_ - 1];
    const char after = end == text_.size() ? ' ' : text_[end];
    const bool leans_right = !is_blank(after) && (!is_punctuation(after) || is_blank(before) || is_punctuation(before));
    const bool leans_left = !is_blank(before) && (!is_punctuation(before) || is_blank(after) || is_punctuation(after));
    Piece piece = {.mark = mark, .left = run, .can_open = leans_right, .can_close = leans_left};
    // snake_case is no emphasis.
    if (mark == '_') {
      piece.can_open = leans_right && (!leans_left || is_punctuation(before));
      piece.can_close = leans_left && (!leans_right || is_punctuation(after));
    }
    add(std::move(piece));
    at_ = end;
    return true;
  }

  bool open_bracket() {
    const bool image = text_[at_] == '!';
    if (image && (at_ + 1 >= text_.size() || text_[at_ + 1] != '[')) return false;
    const std::size_t size = image ? 2 : 1;
    brackets_.push_back({pieces_.size(), at_ + size, image});
    add({.text = std::string(text_.substr(at_, size))});
    at_ += size;
    return true;
  }

  bool close_bracket() {
    if (brackets_.empty()) return false;
    const Bracket open = brackets_.back();
    brackets_.pop_back();
    const auto target = link_target_at(text_.substr(at_ + 1));
    if (!target) return false;
    const std::string_view label = text_.substr(open.text_at, at_ - open.text_at);
    Piece& begin = pieces_[open.piece];
    begin.text = open.image ? "image: " : "";
    begin.link = 1;
    add({.link = -1});
    if (label.empty()) {
      add({.text = shown_url(target->url), .aside = true});
    } else if (!target->url.empty() && label != target->url) {
      add({.text = " (" + shown_url(target->url) + ")", .aside = true});
    }
    at_ += 1 + target->size;
    return true;
  }

  bool angle() {
    const std::string_view rest = text_.substr(at_);
    if (const std::size_t size = break_tag_at(rest)) {
      plain("\n");
      at_ += size;
      return true;
    }
    if (!rest.starts_with("<http://") && !rest.starts_with("<https://") && !rest.starts_with("<mailto:")) return false;
    const std::size_t end = rest.find_first_of("<> \n", 1);
    if (end == std::string_view::npos || rest[end] != '>') return false;
    add({.text = std::string(rest.substr(1, end - 1)), .aside = true});
    at_ += end + 1;
    return true;
  }

  bool reference() {
    const auto entity = entity_at(text_.substr(at_));
    if (!entity) return false;
    plain(entity->text);
    at_ += entity->size;
    return true;
  }

  std::string_view text_;
  bool keep_code_marks_;
  std::size_t at_ = 0;
  std::vector<Piece> pieces_;
  bool joinable_ = false;  // the last piece is plain text that can grow
  std::vector<Bracket> brackets_;
  std::array<bool, kLongestCodeMark + 1> unclosed_code_ = {};
};

int& depth_of(Piece& piece, std::size_t used) {
  if (piece.mark == '~') return piece.struck;
  return used == 2 ? piece.bold : piece.italic;
}

// Pairs `closer` with the runs that wait on `open`, nearest first. Each step uses characters up, so all of them
// together are linear.
void close_runs(std::vector<Piece>& pieces, Piece& closer, std::vector<std::size_t>& open) {
  while (closer.left > 0 && !open.empty()) {
    Piece& opener = pieces[open.back()];
    const std::size_t used = opener.left >= 2 && closer.left >= 2 ? 2 : 1;
    ++depth_of(opener, used);
    --depth_of(closer, used);
    opener.left -= used;
    closer.left -= used;
    if (opener.left == 0) open.pop_back();
  }
}

void pair_delimiters(std::vector<Piece>& pieces) {
  std::vector<std::size_t> stars;
  std::vector<std::size_t> underscores;
  std::vector<std::size_t> tildes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces[i];
    if (piece.mark == 0) continue;
    auto& open = piece.mark == '*' ? stars : piece.mark == '_' ? underscores : tildes;
    if (piece.can_close) close_runs(pieces, piece, open);
    if (piece.can_open && piece.left > 0) open.push_back(i);
  }
}

void append_styled(StyledText& out, const std::vector<Piece>& pieces, Style base) {
  int bold = 0;
  int italic = 0;
  int struck = 0;
  int link = 0;
  for (const Piece& piece : pieces) {
    Style style = base;
    style.bold = style.bold || bold > 0;
    style.italic = style.italic || italic > 0;
    style.struck = style.struck || struck > 0;
    style.underline = style.underline || link > 0;
    style.dim = style.dim || piece.aside;
    if (piece.code) style.colour = Colour::Cyan;
    if (piece.mark == 0) {
      out.append(piece.text, style);
    } else {
      out.append(std::string(piece.left, piece.mark), style);
    }
    bold += piece.bold;
    italic += piece.italic;
    struck += piece.struck;
    link += piece.link;
  }
}

// The bytes to take at once: all of them, or up to the last line, word or at least character that fits a chunk.
std::size_t chunk_size(std::string_view text) {
  if (text.size() <= kChunkBytes) return text.size();
  const std::string_view window = text.substr(0, kChunkBytes);
  for (const char c : {'\n', ' '}) {
    const std::size_t at = window.rfind(c);
    if (at != std::string_view::npos && at > kChunkBytes / 2) return at + 1;
  }
  std::size_t size = kChunkBytes;
  while (size > kChunkBytes - 4 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return size;
}

}  // namespace

StyledText inline_markdown(std::string_view text, Style base, bool keep_code_marks) {
  StyledText out;
  while (!text.empty()) {
    const std::size_t size = chunk_size(text);
    std::vector<Piece> pieces = InlineScanner(text.substr(0, size), keep_code_marks).scan();
    pair_delimiters(pieces);
    append_styled(out, pieces, base);
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace berth::cli
