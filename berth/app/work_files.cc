#include "berth/app/work_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

std::int64_t type_of(const Json& entry) {
  const Json* type = entry.find("Type");
  return type != nullptr && type->is_int() ? *type->as_int() : 1;
}

bool is_file_entry(const Json& entry) { return type_of(entry) == 3 || type_of(entry) == 9; }

// A name with a slash or a dot name could lead to another file; content always makes a UUID.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name.find('/') == std::string::npos &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<std::string> read_work_file(int scratch, const std::string& stored, std::uint64_t room) {
  // Non-blocking: a fifo in the file's place is refused, not waited for.
  BERTH_TRY(UniqueFd file, sys::open_without_links_or_mounts(scratch, "work/" + stored,
                                                             O_RDONLY | O_NONBLOCK | O_NOCTTY, "the call's folders"));
  struct stat status = {};
  if (::fstat(file.get(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) > room) {
    return fail(Errc::Exhausted,
                fmt::format("it has {} bytes, and the files of a run may have {} more", status.st_size, room));
  }
  return sys::read_file(file, room, stored);
}

// Text where content meant an entry: results that hold lists, numbers, null.
Json as_entry(Json entry) {
  if (entry.is_object()) return entry;
  Json made = Json::object();
  made.set("Type", 1).set("ContentsFormat", "text");
  return made.set("Contents", entry.is_string() ? std::move(entry) : Json(print_json(entry)));
}

// Lists in results are entries of their own, however deep content nested them.
void flatten(Json entry, std::vector<Json>& into) {
  if (!entry.is_array()) {
    into.push_back(as_entry(std::move(entry)));
    return;
  }
  for (Json& one : *entry.as_array()) flatten(std::move(one), into);
}

}  // namespace

TakenIn take_in_files(std::vector<Json> entries, int scratch, server::Investigation& investigation) {
  TakenIn taken;
  std::set<std::string> seen;  // FileIDs
  server::FileRoom room = investigation.room_for_files();
  std::vector<Json> flat;
  for (Json& entry : entries) flatten(std::move(entry), flat);
  for (Json& entry : flat) {
    server::NewEntry& made = taken.entries.emplace_back(server::NewEntry{std::move(entry), std::nullopt});
    if (!is_file_entry(made.entry) || investigation.file(made.entry.text_or("ID", "")).has_value()) continue;
    const std::string id = made.entry.text_or("FileID", "");
    const std::string name = made.entry.text_or("File", id);
    const auto say = [&](std::string_view why) {
      taken.problems.push_back(
          fmt::format("the file '{}' of an entry was not taken in: {}", to_visible(name, false), why));
    };
    if (!is_plain_name(id)) {
      say("its FileID is no plain name");
    } else if (!seen.insert(id).second) {
      say("an earlier entry of this call has it");
    } else if (room.files == 0) {
      say("the run has as many files as it may");
    } else if (auto bytes = read_work_file(scratch, server::stored_name(investigation, id), room.bytes)) {
      --room.files;
      room.bytes -= bytes->size();
      made.file = server::NewFile{name, *std::move(bytes), type_of(made.entry) == 9};
    } else {
      say(bytes.error().message());
    }
  }
  return taken;
}

}  // namespace berth::app
