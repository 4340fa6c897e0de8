// The content trees that an operator has registered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/time.h"

namespace berth::store {

enum class ContentOrigin { Path, Git, Zip };

struct ContentSource {
  std::string name;  // unique
  std::string path;  // absolute: the tree on this machine
  ContentOrigin origin = ContentOrigin::Path;
  Json details = Json::object();  // of the origin: address and revision of a git repository
  Time added = now();
};

// For the thread of its database. Errors beside those of Database: NotFound for a name that is not there.
class ContentSources {
 public:
  explicit ContentSources(Database& database) : database_(database) {}

  // Errors: InvalidInput for an empty name or a path that is not absolute; AlreadyExists.
  Result<void> add(const ContentSource& source);
  // Sets path, origin and details anew.
  Result<void> update(const ContentSource& source);
  Result<void> remove(std::string_view name);
  Result<ContentSource> get(std::string_view name);
  // In the order in which they were added.
  Result<std::vector<ContentSource>> list();

 private:
  Database& database_;
};

}  // namespace berth::store
