#include "berth/image/tar_extension.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "berth/base/utf8.h"

namespace berth::image {
namespace {

constexpr std::string_view kAttribute = "SCHILY.xattr.";
constexpr std::string_view kSparse = "GNU.sparse.";

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Some tools take a global header for an entry with its name.
bool is_plain(std::string_view name) { return !name.contains("..") && !name.contains(".wh."); }

}  // namespace

std::string TarExtension::complaint_about(char type) const {
  if (type == 'g') return is_empty() ? "" : "a global header stands between it and its extended header";
  const bool again = type == 'x' ? pax_.has_value() : type == 'L' ? long_name_.has_value() : long_target_.has_value();
  if (again) return "it has two extended headers of a kind";
  const bool mixed = type == 'x' ? long_name_ || long_target_ : pax_.has_value();
  return mixed ? "it has extended headers of PAX and of GNU" : "";
}

// Records "LENGTH KEY=VALUE\n".
std::string TarExtension::read(std::string_view text, Records& records) {
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const auto length = decimal(text.substr(0, blank));
    if (blank == std::string_view::npos || !length || *length > text.size() || *length < blank + 2) {
      return "a record of its extended header has no length";
    }
    std::string_view record = text.substr(blank + 1, *length - blank - 1);
    text.remove_prefix(*length);
    const std::size_t equals = record.find('=');
    if (!record.ends_with('\n') || equals == std::string_view::npos) {
      return "a record of its extended header is not of the form KEY=VALUE";
    }
    record.remove_suffix(1);
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key.starts_with(kSparse)) return "it is a sparse file";
    // Values of attributes are bytes of any kind.
    if (!key.starts_with(kAttribute) && value.contains('\0')) {
      return fmt::format("its '{}' holds a NUL", to_visible(key, false));
    }
    records[std::string(key)] = value;
  }
  return {};
}

std::string TarExtension::take(char type, std::string_view text, std::string_view name) {
  if (text.empty()) return "its extended header is empty";
  if (type == 'L' || type == 'K') {
    (type == 'L' ? long_name_ : long_target_) = std::string(text.substr(0, text.find('\0')));
    return {};
  }
  Records records;
  if (std::string complaint = read(text, records); !complaint.empty()) return complaint;
  if (type == 'x') {
    pax_ = std::move(records);
    return {};
  }
  for (const auto& [key, value] : records) {
    if (key != "comment") return fmt::format("a global header sets '{}' for all entries", to_visible(key, false));
  }
  return is_plain(name) ? "" : "a global header has the name of a file";
}

std::string TarExtension::put_over(TarEntry& entry) {
  if (long_name_) entry.name = *std::exchange(long_name_, std::nullopt);
  if (long_target_) entry.target = *std::exchange(long_target_, std::nullopt);
  Records records;
  if (pax_) records = *std::exchange(pax_, std::nullopt);
  for (auto& [key, value] : records) {
    const bool is_text = key == "path" || key == "linkpath";
    // Some programs go back to the short form then.
    if (is_text && value.empty()) return fmt::format("its {} is empty", key);
    if (is_text) (key == "path" ? entry.name : entry.target) = value;
    if (key == "size" || key == "uid" || key == "gid") {
      const auto told = decimal(value);
      if (!told) return fmt::format("its {} is no number", key);
      (key == "size" ? entry.size_bytes : key == "uid" ? entry.uid : entry.gid) = *told;
    }
    if (key.starts_with(kAttribute)) entry.attributes[key.substr(kAttribute.size())] = std::move(value);
  }
  return {};
}

}  // namespace berth::image
