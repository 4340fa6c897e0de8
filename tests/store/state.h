// A state folder of a test's own, and processes that use it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "berth/store/database.h"
#include "berth/store/instances.h"
#include "berth/store/investigations.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::store {

class State : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "state/berth.db"; }

  Database open() {
    auto database = Database::open(path());
    EXPECT_TRUE(testing::ok(database));
    BERTH_ASSERT(database.has_value());
    return *std::move(database);
  }

  testing::TempFolder folder_;
};

inline InvestigationId an_investigation(Database& database) {
  auto added = Investigations(database).add({.name = "case", .type = "Phishing", .incident = Json::object()});
  BERTH_ASSERT(added.has_value());
  return added->id;
}

inline void add_instance(Database& database, const std::string& name) {
  Instance instance;
  instance.name = name;
  instance.brand = "Harbour";
  ASSERT_TRUE(testing::ok(Instances(database).add(instance)));
}

// A process of its own that runs `body`, which returns whether all went well.
inline pid_t fork_process(const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  BERTH_ASSERT(pid >= 0);
  if (pid == 0) ::_exit(body() ? 0 : 1);
  return pid;
}

// How the process ended, as wait(2) gives it.
inline int status_of(pid_t pid) {
  int status = -1;
  BERTH_ASSERT(::waitpid(pid, &status, 0) == pid);
  return status;
}

}  // namespace berth::store
