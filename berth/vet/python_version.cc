#include "berth/vet/python_version.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

constexpr std::size_t kLongest = 200;

// The bytes of an order key. A part that is absent sorts below or above all that it could be, and the end of a list
// below everything that could go on. Numbers follow their count of digits, which begins above all of these.
constexpr char kEnd = '\x01';
constexpr char kBelow = '\x02';
constexpr char kPresent = '\x03';
constexpr char kWord = '\x04';
constexpr char kNumber = '\x05';
constexpr char kAbove = '\x7f';
constexpr std::size_t kDigitsBase = 0x20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_joint(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string without_zeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.empty() ? "0" : std::string(digits);
}

void put_number(std::string& key, std::string_view digits) {
  if (digits == "0") digits = {};
  key += static_cast<char>(kDigitsBase + digits.size());
  key += digits;
}

}  // namespace

// Reads from the front; the text is in lower case.
class PythonVersionReader {
 public:
  explicit PythonVersionReader(std::string_view text) : rest_(text) {}

  bool read(PythonVersion& version) {
    if (rest_.starts_with('v')) rest_.remove_prefix(1);
    if (!release(version)) return false;
    pre_release(version);
    post_release(version);
    version.dev_ = part({"dev"});
    return local(version) && rest_.empty();
  }

 private:
  std::string_view take(bool (*allowed)(char)) {
    const auto end = std::ranges::find_if_not(rest_, allowed);
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  void skip_joint() {
    if (!rest_.empty() && is_joint(rest_.front())) rest_.remove_prefix(1);
  }

  bool release(PythonVersion& version) {
    std::string_view digits = take(is_digit);
    if (digits.empty()) return false;
    if (rest_.starts_with('!')) {
      version.epoch_ = without_zeros(digits);
      rest_.remove_prefix(1);
      digits = take(is_digit);
      if (digits.empty()) return false;
    }
    version.release_.push_back(without_zeros(digits));
    while (rest_.size() > 1 && rest_[0] == '.' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      version.release_.push_back(without_zeros(take(is_digit)));
    }
    return true;
  }

  // [joint] WORD [joint] [digits]: the digits, "0" where there are none; nothing where none of the words stands here.
  std::optional<std::string> part(std::initializer_list<std::string_view> words) {
    std::string_view after = rest_;
    if (!after.empty() && is_joint(after.front())) after.remove_prefix(1);
    for (const std::string_view word : words) {
      if (!after.starts_with(word)) continue;
      rest_ = after.substr(word.size());
      skip_joint();
      return without_zeros(take(is_digit));
    }
    return std::nullopt;
  }

  void pre_release(PythonVersion& version) {
    using Stage = PythonVersion::Stage;
    if (auto number = part({"alpha", "a"})) {
      version.pre_ = {Stage::Alpha, *std::move(number)};
    } else if (auto beta = part({"beta", "b"})) {
      version.pre_ = {Stage::Beta, *std::move(beta)};
    } else if (auto candidate = part({"preview", "pre", "c", "rc"})) {
      version.pre_ = {Stage::Candidate, *std::move(candidate)};
    }
  }

  void post_release(PythonVersion& version) {
    if (rest_.size() > 1 && rest_[0] == '-' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      version.post_ = without_zeros(take(is_digit));
      return;
    }
    version.post_ = part({"post", "rev", "r"});
  }

  bool local(PythonVersion& version) {
    if (!rest_.starts_with('+')) return true;
    do {
      rest_.remove_prefix(1);
      const std::string_view word = take([](char c) { return is_letter(c) || is_digit(c); });
      if (word.empty()) return false;
      version.local_.push_back(std::ranges::all_of(word, is_digit) ? without_zeros(word) : std::string(word));
    } while (!rest_.empty() && is_joint(rest_.front()));
    return true;
  }

  std::string_view rest_;
};

Result<PythonVersion> PythonVersion::parse(std::string_view text) {
  PythonVersion version;
  version.written_ = text.substr(0, kLongest + 1);
  std::string_view trimmed = text;
  while (!trimmed.empty() && is_blank(trimmed.front())) trimmed.remove_prefix(1);
  while (!trimmed.empty() && is_blank(trimmed.back())) trimmed.remove_suffix(1);
  if (trimmed.size() > kLongest) {
    return fail(Errc::InvalidInput, fmt::format("a version of {} bytes: at most {}", trimmed.size(), kLongest));
  }
  std::string lower(trimmed);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!PythonVersionReader(lower).read(version)) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is no version of a Python package (PEP 440)",
                                                to_visible(trimmed.substr(0, 60), false)));
  }
  version.make_keys();
  return version;
}

void PythonVersion::make_keys() {
  std::string key;
  put_number(key, epoch_);
  std::size_t count = release_.size();
  while (count > 0 && release_[count - 1] == "0") --count;
  for (std::size_t i = 0; i < count; ++i) put_number(key, release_[i]);
  key += kEnd;
  if (pre_) {
    key += "abr"[static_cast<std::size_t>(pre_->stage)];
    put_number(key, pre_->number);
  } else {
    // Of what leads to a final release, a development release with nothing before it comes first.
    key += dev_ && !post_ ? kBelow : kAbove;
  }
  key += post_ ? kPresent : kBelow;
  if (post_) put_number(key, *post_);
  key += dev_ ? kPresent : kAbove;
  if (dev_) put_number(key, *dev_);
  public_key_ = key + kBelow;
  if (local_.empty()) {
    key_ = public_key_;
    return;
  }
  key += kPresent;
  for (const std::string& word : local_) {
    if (is_digit(word.front()) && std::ranges::all_of(word, is_digit)) {
      key += kNumber;
      put_number(key, word);
    } else {
      key += kWord;
      key += word;
      key += kEnd;
    }
  }
  key_ = key + kEnd;
}

std::string PythonVersion::text() const {
  static constexpr std::array<std::string_view, 3> kStages = {"a", "b", "rc"};
  std::string text = epoch_ == "0" ? std::string() : epoch_ + "!";
  text += fmt::format("{}", fmt::join(release_, "."));
  if (pre_) text += fmt::format("{}{}", kStages[static_cast<std::size_t>(pre_->stage)], pre_->number);
  if (post_) text += ".post" + *post_;
  if (dev_) text += ".dev" + *dev_;
  if (!local_.empty()) text += fmt::format("+{}", fmt::join(local_, "."));
  return text;
}

bool PythonVersion::begins_with(const std::string& epoch, const std::vector<std::string>& numbers) const {
  if (epoch != epoch_) return false;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if ((i < release_.size() ? release_[i] : "0") != numbers[i]) return false;
  }
  return true;
}

bool PythonVersion::is_of_family(const PythonVersion& other) const {
  const std::size_t size = std::max(release_.size(), other.release_.size());
  std::vector<std::string> padded = other.release_;
  padded.resize(size, "0");
  return begins_with(other.epoch_, padded) && pre_ == other.pre_;
}

PythonVersion PythonVersion::first_development() const {
  PythonVersion first = *this;
  first.dev_ = "0";
  first.local_.clear();
  first.make_keys();
  return first;
}

}  // namespace berth::vet
