// What the server's commands and requests work on: a state folder of a test's own, and no JavaScript.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/dt/script.h"
#include "berth/server/built_in.h"
#include "berth/server/investigation.h"
#include "berth/server/playground.h"
#include "berth/server/state.h"
#include "berth/server/stored_investigation.h"
#include "berth/store/investigations.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::server::testing {

using berth::testing::fails_with;
using berth::testing::ok;

inline Json json(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(ok(value)) << text;
  return value ? *std::move(value) : Json();
}

// Conditions that compare members need no engine; all else is refused.
class NoScript : public dt::Script {
 public:
  Result<Json::Array> evaluate(const dt::ScriptJob&) override { return fail(Errc::Unavailable, "no engine"); }
};

// A state folder that is gone with the test.
class StateFolder {
 public:
  State& state() { return state_; }
  store::Database& database() {
    auto opened = state_.database();
    EXPECT_TRUE(ok(opened));
    BERTH_ASSERT(opened.has_value());
    return **opened;
  }

  StoredInvestigation add_investigation(const std::string& name, Json incident = Json()) {
    auto added =
        store::Investigations(database()).add({.name = name, .type = "Phishing", .incident = std::move(incident)});
    BERTH_ASSERT(added.has_value());
    auto opened = StoredInvestigation::open(state_, std::to_string(added->id));
    BERTH_ASSERT(opened.has_value());
    return *std::move(opened);
  }

 private:
  berth::testing::TempFolder folder_;
  State state_{{.database = folder_.path() / "state/berth.db", .files = folder_.path() / "files", .keys = {}}};
};

inline Caller person() { return {.is_person = true, .kind = content::ItemKind::Script, .item = "operator"}; }
inline Caller script() { return {.kind = content::ItemKind::Script, .item = "Triage"}; }
inline Caller integration() { return {.kind = content::ItemKind::Integration, .item = "Harbour"}; }
inline Caller trusted_script() { return {.kind = content::ItemKind::Script, .item = "Triage", .reaches_others = true}; }

inline std::vector<NewEntry> new_entries(std::string_view list) {
  std::vector<NewEntry> entries;
  const Json parsed = json(list);
  for (const Json& one : *parsed.as_array()) entries.push_back({one, std::nullopt});
  return entries;
}

}  // namespace berth::server::testing
