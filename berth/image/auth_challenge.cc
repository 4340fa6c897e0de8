#include "berth/image/auth_challenge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxHeader = 8192;

bool is_token_sign(char c) {
  return lower_letter(c) != c || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void skip(std::string_view signs) { rest_.remove_prefix(std::min(rest_.find_first_not_of(signs), rest_.size())); }
  void drop() { rest_.remove_prefix(1); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string token() {
    std::string text;
    for (; !rest_.empty() && is_token_sign(rest_.front()); rest_.remove_prefix(1)) text += lower_letter(rest_.front());
    return text;
  }
  // A quoted text or a token; nothing when a quote is not closed.
  std::optional<std::string> value() {
    std::string text;
    if (!take('"')) {
      for (; !rest_.empty() && !std::string_view(" \t,").contains(rest_.front()); rest_.remove_prefix(1)) {
        text += rest_.front();
      }
      return text;
    }
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c == '\\' && !rest_.empty()) {
        text += rest_.front();
        rest_.remove_prefix(1);
      } else {
        text += c;
      }
    }
    return std::nullopt;
  }
  bool is_done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::unexpected<Error> refuse(std::string_view header, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read the registry's way to log in, '{}': {}",
                                         to_visible(header.substr(0, 200), false), why));
}

// Reads what stands behind a scheme, and returns the scheme of the next challenge; empty: there is none.
Result<std::string> read_parameters(Reader& reader, std::string_view header, AuthChallenge& challenge) {
  for (;;) {
    reader.skip(" \t,");
    if (reader.is_done()) return std::string();
    std::string name = reader.token();
    if (name.empty()) {  // of what a scheme writes in place of parameters
      reader.drop();
      continue;
    }
    reader.skip(" \t");
    if (!reader.take('=')) return name;
    reader.skip(" \t");
    auto value = reader.value();
    if (!value) return refuse(header, "a quote is not closed");
    if (name == "realm") {
      challenge.realm = *std::move(value);
    } else if (name == "service") {
      challenge.service = *std::move(value);
    }
  }
}

}  // namespace

Result<AuthChallenge> parse_auth_challenge(std::string_view header) {
  if (header.size() > kMaxHeader) return refuse(header, "it is too long");
  Reader reader(header);
  reader.skip(" \t,");
  std::string scheme = reader.token();
  while (!scheme.empty()) {
    AuthChallenge challenge = {.bearer = scheme == "bearer"};
    const bool is_known = challenge.bearer || scheme == "basic";
    BERTH_TRY(scheme, read_parameters(reader, header, challenge));
    if (!is_known) continue;
    if (challenge.bearer && challenge.realm.empty()) return refuse(header, "it names no server of tokens");
    return challenge;
  }
  return refuse(header, "only Bearer and Basic are spoken");
}

std::string query_text(std::string_view text) {
  std::string written;
  for (const char c : text) {
    const bool plain = (lower_letter(c) >= 'a' && lower_letter(c) <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    written += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return written;
}

}  // namespace berth::image
