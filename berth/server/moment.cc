#include "berth/server/moment.h"

namespace berth::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// Takes pieces off the front of a text; once one is missing, all that follow are.
class MomentReader {
 public:
  explicit MomentReader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  bool take(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    taken_ = text_.front();
    text_.remove_prefix(1);
    return true;
  }
  char taken() const { return taken_; }

  // A number of exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int number = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return number;
  }

  // A fraction of a second, of any length.
  std::optional<milliseconds> fraction() {
    int thousandths = 0;
    int scale = 100;
    std::size_t count = 0;
    for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9'; ++count, scale /= 10) {
      thousandths += (text_[count] - '0') * scale;
    }
    text_.remove_prefix(count);
    if (count == 0) return std::nullopt;
    return milliseconds(thousandths);
  }

 private:
  std::string_view text_;
  char taken_ = 0;
};

std::optional<store::Time> read_date(MomentReader& reader) {
  const auto year = reader.digits(4);
  if (!year || !reader.take("-")) return std::nullopt;
  const auto month = reader.digits(2);
  if (!month || !reader.take("-")) return std::nullopt;
  const auto day = reader.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// The time of the day, up to its offset.
std::optional<milliseconds> read_time(MomentReader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(":")) return std::nullopt;
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  milliseconds time = std::chrono::hours(*hour) + minutes(*minute);
  if (!reader.take(":")) return time;
  const auto second = reader.digits(2);
  if (!second || *second > 60) return std::nullopt;
  time += std::chrono::seconds(*second);
  if (!reader.take(".,")) return time;
  const auto fraction = reader.fraction();
  if (!fraction) return std::nullopt;
  return time + *fraction;
}

// How far the text is ahead of UTC.
std::optional<minutes> read_offset(MomentReader& reader) {
  if (reader.at_end() || reader.take("Zz")) return minutes(0);
  if (!reader.take("+-")) return std::nullopt;
  const bool behind = reader.taken() == '-';
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23) return std::nullopt;
  reader.take(":");
  const auto minute = reader.at_end() ? std::optional(0) : reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  const minutes ahead = std::chrono::hours(*hour) + minutes(*minute);
  return behind ? -ahead : ahead;
}

}  // namespace

std::optional<store::Time> parse_moment(std::string_view text) {
  MomentReader reader(text);
  const auto date = read_date(reader);
  if (!date || reader.at_end()) return date;
  if (!reader.take("Tt ")) return std::nullopt;
  const auto time = read_time(reader);
  if (!time) return std::nullopt;
  const auto ahead = read_offset(reader);
  if (!ahead || !reader.at_end()) return std::nullopt;
  return *date + *time - *ahead;
}

}  // namespace berth::server
