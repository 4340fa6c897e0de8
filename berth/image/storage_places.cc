#include "berth/image/storage_places.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "berth/base/text_parts.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxConfBytes = 256 << 10;

// The text in quotes at the start of `value`; what follows them is a comment.
std::optional<std::string> unquoted(std::string_view value) {
  if (value.empty() || (value.front() != '"' && value.front() != '\'')) return std::nullopt;
  const std::size_t close = value.find(value.front(), 1);
  if (close == std::string_view::npos) return std::nullopt;
  return std::string(value.substr(1, close - 1));
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// Reads `key` from `file`; nothing when the file or the key is not there.
Result<std::optional<std::string>> value_in(const std::filesystem::path& file, std::string_view key) {
  auto text = sys::read_file(file, kMaxConfBytes);
  if (!text && text.error().code() == Errc::NotFound) return std::optional<std::string>();
  if (!text) return std::unexpected(std::move(text).error());
  std::optional<std::string> value = storage_conf_value(*text, key);
  if (value && value->empty()) value.reset();
  return value;
}

std::filesystem::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

}  // namespace

std::optional<std::string> storage_conf_value(std::string_view toml, std::string_view key) {
  bool in_storage = false;
  while (!toml.empty()) {
    const std::size_t end = std::min(toml.find('\n'), toml.size());
    const std::string_view line = trimmed(toml.substr(0, end), " \t\r");
    toml.remove_prefix(std::min(end + 1, toml.size()));
    if (line.starts_with('[')) in_storage = line.substr(0, line.find(']') + 1) == "[storage]";
    const std::size_t equals = line.find('=');
    if (!in_storage || line.starts_with('#') || equals == std::string_view::npos) continue;
    if (trimmed(line.substr(0, equals), " \t\r") == key) return unquoted(trimmed(line.substr(equals + 1), " \t\r"));
  }
  return std::nullopt;
}

StoragePlaces storage_places_of_process(std::filesystem::path setting) {
  return {.root = ::geteuid() == 0,
          .uid = ::geteuid(),
          .setting = std::move(setting),
          .home = from_environment("HOME"),
          .data_home = from_environment("XDG_DATA_HOME"),
          .config_home = from_environment("XDG_CONFIG_HOME")};
}

Result<std::filesystem::path> find_graph_root(const StoragePlaces& places) {
  if (!places.setting.empty()) return places.setting;
  if (!places.root) {
    const auto config_home = places.config_home.empty() ? places.home / ".config" : places.config_home;
    BERTH_TRY(const auto own, value_in(config_home / "containers/storage.conf", "graphroot"));
    if (own) return *own;
  }
  for (const std::filesystem::path& file : places.machine_conf) {
    BERTH_TRY(auto value, value_in(file, places.root ? "graphroot" : "rootless_storage_path"));
    if (!value) continue;
    replace_all(*value, "$HOME", places.home.native());
    replace_all(*value, "$UID", std::to_string(places.uid));
    return *value;
  }
  if (places.root) return "/var/lib/containers/storage";
  const auto data_home = places.data_home.empty() ? places.home / ".local/share" : places.data_home;
  return data_home / "containers/storage";
}

}  // namespace berth::image
