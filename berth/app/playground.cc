#include "berth/app/playground.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/app/ids.h"
#include "berth/base/sha256.h"

namespace berth::app {
namespace {

constexpr std::uint64_t kMostSetBytes = 64 << 20;
constexpr std::size_t kMostParts = 64;

std::string extension_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? "" : name.substr(dot + 1);
}

}  // namespace

std::string Playground::next_entry_id() { return fmt::format("{}@{}", ++last_entry_, kPlaygroundId); }

Result<void> Playground::set(std::string_view path, const Json& value) {
  const auto wrong = [&](std::string_view why) {
    return fail(Errc::InvalidInput, fmt::format("set context path '{}': {}", path.substr(0, 200), why));
  };
  set_bytes_ += path.size() + print_json(value).size();
  if (set_bytes_ > kMostSetBytes) {
    return fail(Errc::Exhausted, "set context: more than 64 MiB were set in this run");
  }
  // Checked first, so that a wrong path leaves nothing behind.
  if (path.empty() || path.starts_with('.') || path.ends_with('.') || path.find("..") != std::string_view::npos) {
    return wrong("it has an empty part");
  }
  if (static_cast<std::size_t>(std::ranges::count(path, '.')) >= kMostParts) return wrong("it has more than 64 parts");
  Json* at = &context_;
  for (std::string_view rest = path;;) {
    const std::string_view part = rest.substr(0, rest.find('.'));
    if (part.size() == rest.size()) {
      at->set(part, value);
      return {};
    }
    rest.remove_prefix(part.size() + 1);
    if (at->find(part) == nullptr) at->set(part, Json::object());
    Json* next = nullptr;
    for (auto& member : *at->as_object()) {
      if (member.first == part) next = &member.second;
    }
    if (!next->is_object()) return wrong(fmt::format("'{}' is there and is no object", part));
    at = next;
  }
}

const HeldFile& Playground::add_file(std::string name, std::string bytes) {
  std::string sum = sha256_hex(bytes);
  files_.push_back({next_entry_id(), std::move(name), make_uuid(), std::move(bytes), std::move(sum)});
  return files_.back();
}

std::uint64_t Playground::file_bytes() const {
  std::uint64_t bytes = 0;
  for (const HeldFile& file : files_) bytes += file.bytes.size();
  return bytes;
}

const HeldFile* Playground::find_file(std::string_view entry_id) const {
  for (const HeldFile& file : files_) {
    if (file.entry_id == entry_id || file.file_id == entry_id) return &file;
  }
  return nullptr;
}

Json Playground::file_context() const {
  Json files = Json::array();
  for (const HeldFile& file : files_) {
    Json one = Json::object();
    one.set("Name", file.name).set("Size", static_cast<std::uint64_t>(file.bytes.size())).set("EntryID", file.entry_id);
    one.set("SHA256", file.sha256).set("Extension", extension_of(file.name));
    files.push_back(std::move(one));
  }
  return files;
}

}  // namespace berth::app
