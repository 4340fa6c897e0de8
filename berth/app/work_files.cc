#include "berth/app/work_files.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestFile = 256 << 20;  // the writable part of a container holds less by default

bool is_file_entry(const Json& entry) {
  const Json* type = entry.find("Type");
  return type != nullptr && type->is_int() && (*type->as_int() == 3 || *type->as_int() == 9);
}

// A name with a slash or a dot name could lead to another file; content always makes a UUID.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name.find('/') == std::string::npos &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<std::string> read_work_file(int scratch, const std::string& stored) {
  // Non-blocking: a fifo in the file's place is refused, not waited for.
  BERTH_TRY(UniqueFd file,
            sys::open_without_links(scratch, "work/" + stored, O_RDONLY | O_NONBLOCK | O_NOCTTY, "the call's folders"));
  return sys::read_file(file, kLargestFile, stored);
}

}  // namespace

std::vector<std::string> take_in_files(std::vector<Json>& entries, int scratch, Playground& playground) {
  std::vector<std::string> problems;
  for (Json& entry : entries) {
    if (!is_file_entry(entry) || entry.find("EntryID") != nullptr) continue;
    const std::string id = entry.text_or("FileID", "");
    const std::string name = entry.text_or("File", id);
    const auto say = [&](std::string_view why) {
      problems.push_back(fmt::format("the file '{}' of an entry was not taken in: {}", to_visible(name, false), why));
    };
    if (!is_plain_name(id)) {
      say("its FileID is no plain name");
      continue;
    }
    auto bytes = read_work_file(scratch, std::string(kPlaygroundId) + "_" + id);
    if (!bytes) {
      say(bytes.error().message());
      continue;
    }
    const std::size_t size = bytes->size();
    const HeldFile& held = playground.add_file(name, *std::move(bytes));
    entry.set("ID", held.entry_id);
    entry.set("FileMetadata", Json::object().set("size", static_cast<std::uint64_t>(size)).set("sha256", held.sha256));
  }
  return problems;
}

}  // namespace berth::app
