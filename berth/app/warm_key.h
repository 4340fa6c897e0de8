// Which calls have their zygote in common.
#pragma once

#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/container/launch_spec.h"
#include "berth/content/item.h"

namespace berth::app {

// What has to be the same for two calls to come from one zygote: image, common script, item, instance, user, limits,
// network, environment and files. Nothing is ever shared across it. The user is who asked for the call: the peer whom
// the daemon serves, or ourselves. Of an item that is a file it is the name and where it lies, and `code` is the common
// script alone: a zygote runs nothing of an item, and a child is given a text that has changed since.
std::string warm_key(const container::LaunchSpec& call, std::string_view code, const content::Item& item,
                     std::string_view instance, uid_t user);

// warm_key(), remembered for the last few calls: to compare what goes into it is ten times faster than to hash it. For
// one thread.
class WarmKeys {
 public:
  std::string of(const container::LaunchSpec& call, std::string_view code, const content::Item& item,
                 std::string_view instance, uid_t user);

 private:
  static constexpr std::size_t kMost = 8;
  struct File {
    std::string name;
    std::string bytes;
  };
  struct Known {
    std::string image_id;
    std::string code;
    std::string item;
    std::filesystem::path source;
    content::ItemKind kind = content::ItemKind::Script;
    std::string instance;
    uid_t user = static_cast<uid_t>(-1);
    std::vector<std::string> programs;
    std::vector<std::string> environment;
    std::vector<File> fixed;
    container::NetworkSpec network;
    container::Limits limits;
    std::string key;

    bool is_of(const container::LaunchSpec& call, std::string_view of_code, const content::Item& of_item,
               std::string_view of_instance, uid_t of_user) const;
  };
  std::deque<Known> known_;  // the one used last first
};

}  // namespace berth::app
