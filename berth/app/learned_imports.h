// What calls import, kept on disk, so that zygotes import it ahead (docs/warm.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/app/import_list.h"

namespace berth::app {

// One list for each key of a zygote (warm_key), in a file of its name: image, code, item and all else that it stands
// for, and so never shared by what could not share a zygote. What stands in a list was told by scripts of that key, and
// is given to a zygote of that key alone, which is trusted no more than they are.
//
// A list that cannot be read is empty, and one that cannot be written is learned again: that costs time and no call.
class LearnedImports {
 public:
  // `folder` is made when something is put into it.
  explicit LearnedImports(std::filesystem::path folder) : folder_(std::move(folder)) {}

  ImportList of(const std::string& key) const;

  // Takes in what a call of `key` has loaded. Whether any of it was new.
  bool learn(const std::string& key, const std::vector<std::string>& names) const;

  // Takes in what a zygote of `key` made of its list (ImportList::settle).
  std::vector<ImportedModule> settle(const std::string& key, const ImportList& answer) const;

  // No zygote of `key` starts with its list, and one without it does.
  void give_up(const std::string& key) const;

 private:
  std::filesystem::path path_of(const std::string& key) const;
  void keep(const std::string& key, const ImportList& list) const;

  std::filesystem::path folder_;
};

}  // namespace berth::app
