// What extended headers of a tar say of the entry behind them: PAX's (POSIX.1-2017, pax, "pax Header Block") and the
// long names of GNU's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "berth/image/tar_entry.h"

namespace berth::image {

// Programs disagree about what several such headers before one entry mean together: one adds them up, another lets the
// last one win, a third lets the kinds go before each other. So there may be one of each kind, and PAX's beside none of
// GNU's. All complaints are about the entry, and empty when there is none.
class TarExtension {
 public:
  static constexpr std::uint64_t kMostBytes = 1 << 20;

  static bool is_one(char type) { return type == 'x' || type == 'g' || type == 'L' || type == 'K'; }

  bool is_empty() const { return !pax_ && !long_name_ && !long_target_; }

  // Whether a header of `type` may stand here.
  std::string complaint_about(char type) const;

  // Takes in what stands in a header of `type`. `name` is the header's own.
  std::string take(char type, std::string_view text, std::string_view name);

  // Puts it over what `entry` says of itself, and forgets it.
  std::string put_over(TarEntry& entry);

 private:
  using Records = std::map<std::string, std::string, std::less<>>;

  static std::string read(std::string_view text, Records& records);

  std::optional<Records> pax_;
  std::optional<std::string> long_name_;
  std::optional<std::string> long_target_;
};

}  // namespace berth::image
