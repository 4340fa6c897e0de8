#include "berth/app/mask_forms.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/json.h"

namespace berth::app {
namespace {

constexpr std::size_t kShortest = 4;         // a shorter secret would tear other text apart
constexpr std::size_t kShortestEncoded = 8;  // from here on no encoding is met by chance

template <class Each>
std::string each_byte(std::string_view text, Each write) {
  std::string out;
  for (const char c : text) write(out, c);
  return out;
}

std::string json_text(std::string_view secret, std::string (*print)(std::string_view)) {
  const std::string quoted = print(secret);
  return quoted.substr(1, quoted.size() - 2);
}

// As Python writes it in quotes.
std::string python_text(std::string_view secret) {
  return each_byte(secret, [](std::string& out, char c) {
    constexpr std::string_view kSpecial = "\\\n\r\t";
    const std::size_t which = kSpecial.find(c);
    if (which == std::string_view::npos) {
      out += c;
    } else {
      out += '\\';
      out += "\\nrt"[which];
    }
  });
}

std::string html_text(std::string_view secret) {
  return each_byte(secret, [](std::string& out, char c) {
    const std::string_view escape = c == '&'    ? "&amp;"
                                    : c == '<'  ? "&lt;"
                                    : c == '>'  ? "&gt;"
                                    : c == '"'  ? "&quot;"
                                    : c == '\'' ? "&#x27;"
                                                : "";
    if (escape.empty()) {
      out += c;
    } else {
      out += escape;
    }
  });
}

// With a percent sign for what is neither letter, digit nor one of `kept`.
std::string address_text(std::string_view secret, std::string_view kept, bool plus_for_blank) {
  return each_byte(secret, [&](std::string& out, char c) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_word || kept.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ' && plus_for_blank) {
      out += '+';
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  });
}

std::string hex_text(std::string_view secret) {
  return each_byte(secret, [](std::string& out, char c) {
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
  });
}

// In base64 without padding.
std::string base64_text(std::string_view bytes, std::string_view last_two) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
    for (std::size_t i = 0; i <= group.size(); ++i) {
      const std::size_t value = bits >> (18 - 6 * i) & 63;
      out += value < 62 ? kAlphabet[value] : last_two[value - 62];
    }
  }
  return out;
}

// What is the same in base64 of any bytes that hold the secret `before` bytes behind a multiple of three.
std::string base64_inside(std::string_view secret, std::size_t before, std::string_view last_two) {
  std::string text = base64_text(std::string(before, '\0') + std::string(secret), last_two);
  if ((before + secret.size()) % 3 != 0) text.pop_back();
  return text.substr(before == 0 ? 0 : before + 1);
}

class Forms {
 public:
  void add(std::string text, bool any_case = false) {
    MaskForm form{std::move(text), any_case};
    if (std::ranges::find(forms_, form) == forms_.end()) forms_.push_back(std::move(form));
  }
  std::vector<MaskForm> take() && { return std::move(forms_); }

 private:
  std::vector<MaskForm> forms_;
};

}  // namespace

std::vector<MaskForm> mask_forms(std::string_view secret) {
  if (secret.size() < kShortest) return {};
  Forms forms;
  const bool is_long = secret.size() >= kShortestEncoded;
  forms.add(std::string(secret), is_long);
  forms.add(json_text(secret, [](std::string_view text) { return print_json(Json(text)); }), is_long);
  forms.add(json_text(secret, [](std::string_view text) { return print_json_pretty(Json(text)); }), is_long);
  forms.add(python_text(secret), is_long);
  if (!is_long) return std::move(forms).take();
  forms.add(html_text(secret), true);
  for (const std::string_view kept : {"-_.~", "-_.~/", "-_.!~*'()"}) {
    forms.add(address_text(secret, kept, false), true);
    forms.add(address_text(secret, kept, true), true);
  }
  forms.add(hex_text(secret), true);
  forms.add(std::string(secret.rbegin(), secret.rend()), true);
  for (const std::string_view last_two : {"+/", "-_"}) {
    std::string alone = base64_text(secret, last_two);
    forms.add(alone + std::string((4 - alone.size() % 4) % 4, '='));
    forms.add(std::move(alone));
    for (std::size_t before = 0; before < 3; ++before) forms.add(base64_inside(secret, before, last_two));
  }
  return std::move(forms).take();
}

}  // namespace berth::app
