#include "berth/app/work_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

bool is_file_entry(const Json& entry) {
  const Json* type = entry.find("Type");
  return type != nullptr && type->is_int() && (*type->as_int() == 3 || *type->as_int() == 9);
}

// A name with a slash or a dot name could lead to another file; content always makes a UUID.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name.find('/') == std::string::npos &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<std::string> read_work_file(int scratch, const std::string& stored, std::uint64_t room) {
  // Non-blocking: a fifo in the file's place is refused, not waited for.
  BERTH_TRY(UniqueFd file,
            sys::open_without_links(scratch, "work/" + stored, O_RDONLY | O_NONBLOCK | O_NOCTTY, "the call's folders"));
  struct stat status = {};
  if (::fstat(file.get(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) > room) {
    return fail(Errc::Exhausted,
                fmt::format("it has {} bytes, and the files of a run may have {} more", status.st_size, room));
  }
  return sys::read_file(file, room, stored);
}

}  // namespace

std::vector<std::string> take_in_files(std::vector<Json>& entries, int scratch, Playground& playground) {
  std::vector<std::string> problems;
  std::map<std::string, std::string> taken;  // entry ids by FileID
  for (Json& entry : entries) {
    const std::string id = entry.text_or("FileID", "");
    // One that another script of this run returned, and that is here already, is passed on as it is.
    if (!is_file_entry(entry) || playground.find_file(entry.text_or("ID", "")) != nullptr) continue;
    const std::string name = entry.text_or("File", id);
    const auto say = [&](std::string_view why) {
      problems.push_back(fmt::format("the file '{}' of an entry was not taken in: {}", to_visible(name, false), why));
    };
    if (!is_plain_name(id)) {
      say("its FileID is no plain name");
      continue;
    }
    if (const auto known = taken.find(id); known != taken.end()) {
      entry.set("ID", known->second);
      continue;
    }
    if (playground.files().size() >= Playground::kMostFiles) {
      say("the run has as many files as it may");
      continue;
    }
    const std::uint64_t room =
        Playground::kMostFileBytes - std::min(Playground::kMostFileBytes, playground.file_bytes());
    auto bytes = read_work_file(scratch, std::string(kPlaygroundId) + "_" + id, room);
    if (!bytes) {
      say(bytes.error().message());
      continue;
    }
    const std::size_t size = bytes->size();
    const HeldFile& held = playground.add_file(name, *std::move(bytes));
    taken.emplace(id, held.entry_id);
    entry.set("ID", held.entry_id);
    entry.set("FileMetadata", Json::object().set("size", static_cast<std::uint64_t>(size)).set("sha256", held.sha256));
  }
  return problems;
}

}  // namespace berth::app
