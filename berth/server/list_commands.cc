// Server lists: named texts.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/server/command_groups.h"
#include "berth/store/lists.h"

namespace berth::server {
namespace {

Result<std::vector<Json>> get_list(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string name, arguments.needed_text("listName"));
  BERTH_TRY(store::Database * database, scene.state.database());
  const auto list = store::Lists(*database).get(name);
  if (!list && list.error().code() == Errc::NotFound) {
    // Content looks for these words to tell a list that is not there.
    return fail(Errc::NotFound, fmt::format("Item not found (8): there is no list '{}'", name));
  }
  if (!list) return std::unexpected(list.error());
  return one_entry(text_entry(list->data));
}

Result<std::vector<Json>> keep_list(const CommandArguments& arguments, const CommandScene& scene, bool must_be_new) {
  BERTH_TRY(const std::string name, arguments.needed_text("listName"));
  BERTH_TRY(store::Database * database, scene.state.database());
  store::Lists lists(*database);
  return database->transaction([&]() -> Result<std::vector<Json>> {
    if (must_be_new && lists.get(name)) {
      return fail(Errc::AlreadyExists, fmt::format("the list '{}' is there already; use setList to change it", name));
    }
    BERTH_CHECK_OK(lists.set(name, arguments.text("listData")));
    return one_entry(text_entry(fmt::format("Done: list {} was {}", name, must_be_new ? "created" : "set")));
  });
}

Result<std::vector<Json>> create_list(const CommandArguments& arguments, const CommandScene& scene) {
  return keep_list(arguments, scene, true);
}

Result<std::vector<Json>> set_list(const CommandArguments& arguments, const CommandScene& scene) {
  return keep_list(arguments, scene, false);
}

Result<std::vector<Json>> add_to_list(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string name, arguments.needed_text("listName"));
  BERTH_TRY(store::Database * database, scene.state.database());
  const std::string separator = arguments.text("separator");
  BERTH_CHECK_OK(store::Lists(*database).append(name, arguments.text("listData"), separator.empty() ? "," : separator));
  return one_entry(text_entry(fmt::format("Done: list {} was extended", name)));
}

Result<std::vector<Json>> remove_from_list(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string name, arguments.needed_text("listName"));
  BERTH_TRY(store::Database * database, scene.state.database());
  const std::string separator = arguments.text("separator").empty() ? "," : arguments.text("separator");
  const std::vector<std::string> unwanted = arguments.texts("listData");
  std::size_t removed = 0;
  BERTH_CHECK_OK(store::Lists(*database).update(name, [&](std::string& data) -> Result<void> {
    std::string kept;
    bool is_first = true;  // an empty item is one, too
    for (std::size_t at = 0; at <= data.size();) {
      const std::size_t end = std::min(data.find(separator, at), data.size());
      const std::string item = data.substr(at, end - at);
      at = end + separator.size();
      if (std::ranges::find(unwanted, item) != unwanted.end()) {
        ++removed;
      } else {
        if (!std::exchange(is_first, false)) kept += separator;
        kept += item;
      }
    }
    data = std::move(kept);
    return {};
  }));
  return one_entry(text_entry(fmt::format("Done: {} removed from list {}", removed, name)));
}

constexpr BuiltInCommand kCommands[] = {
    {"getList", "the data of a server list", "listName", get_list},
    {"createList", "make a server list", "listName", create_list},
    {"setList", "set the data of a server list, which is made where it is missing", "listName", set_list},
    {"addToList", "put data at the end of a server list", "listName", add_to_list},
    {"removeFromList", "take items out of a server list", "listName", remove_from_list},
};

}  // namespace

std::span<const BuiltInCommand> list_commands() { return kCommands; }

}  // namespace berth::server
