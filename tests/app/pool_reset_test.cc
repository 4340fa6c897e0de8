#include "berth/app/pool_reset.h"

#include <gtest/gtest.h>

#include <string>

#include "berth/app/system_command.h"
#include "berth/wire/http_response.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scripted_daemon.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

class PoolReset : public ::testing::Test {
 protected:
  // What the line makes of a daemon that answers so.
  Result<Json> reset_with(int status, const char* body) {
    testing::ScriptedDaemon scripted(wire::print_response(status, {}, body));
    settings_.serve.socket = scripted.path();
    auto entry = reset_containers(settings_);
    asked_ = scripted.asked();
    return entry;
  }

  testing::TempFolder folder_;
  Settings settings_;
  std::string asked_;
};

TEST_F(PoolReset, WithoutADaemonIsSuccess) {
  settings_.serve.socket = folder_.path() / "s";
  const auto entry = reset_containers(settings_);
  ASSERT_TRUE(testing::ok(entry));
  EXPECT_EQ(print_json(*entry->find("Contents")), R"({"reset": 0})");
  EXPECT_NE(entry->text_or("HumanReadable", "").find("no pool to reset"), std::string::npos);
}

TEST_F(PoolReset, AsksTheDaemon) {
  const auto entry = reset_with(200, R"({"schema": 1, "reset": 2})");
  ASSERT_TRUE(testing::ok(entry));
  EXPECT_TRUE(asked_.starts_with("POST /v1/pool/reset ")) << asked_;
  EXPECT_EQ(print_json(*entry->find("Contents")), R"({"reset": 2})");
  EXPECT_NE(entry->text_or("HumanReadable", "").find("2 workers"), std::string::npos);
}

TEST_F(PoolReset, TellsWhyNot) {
  EXPECT_TRUE(testing::fails_with(reset_with(403, R"({"error": {"message": "not for you"}})"), Errc::Unavailable,
                                  "the daemon refuses: not for you"));
}

TEST_F(PoolReset, IsALineOfTheServer) {
  const SystemCommand* command = find_system_command("reset_containers");
  ASSERT_NE(command, nullptr);
  EXPECT_TRUE(command->arguments.empty());
}

}  // namespace
}  // namespace berth::app
