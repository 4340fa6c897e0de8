// Which instances run for long and which fetch, and when (docs/serve.md, "Instances").
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::http {

// An enabled instance, as far as the daemon has something to do for it.
struct DueInstance {
  std::string name;
  bool runs_for_long = false;
  bool fetches = false;
  std::chrono::seconds every{60};  // between the beginnings of two fetches
  std::string stamp;               // another one once it was changed

  bool operator==(const DueInstance&) const = default;
};

// The pause that an instance's own parameters (incidentFetchInterval, feedFetchInterval, eventFetchInterval,
// assetsFetchInterval; minutes) ask for, the shortest of them; `otherwise` without one. Pure.
std::chrono::seconds fetch_pause(const Json& parameters, std::chrono::seconds otherwise);

// One line of text for each, between the daemon and the process that has looked them up.
std::string print_due(const DueInstance& instance);
Result<DueInstance> parse_due(std::string_view text);

// Decides what is to be begun and ended. Pure: time and facts are handed in.
class InstancePlan {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // What there is now, all of it.
  void update(const std::vector<DueInstance>& instances);

  struct Steps {
    std::vector<std::string> run;    // begin to run for long; count as begun
    std::vector<std::string> stop;   // end that: it is disabled, gone or changed
    std::vector<std::string> fetch;  // fetch once; count as begun
  };
  Steps steps(Time now);

  void fetch_ended(const std::string& name);
  // It is begun anew after a pause, which grows while it ends soon.
  void run_ended(const std::string& name, Time now);

  // When steps() may have something next, as far as time alone decides.
  std::optional<Time> next() const;

 private:
  struct State {
    DueInstance instance;
    bool is_wanted = true;
    bool is_fetching = false;
    Time fetch_at = {};  // not before
    bool is_running = false;
    std::string running_stamp;
    Time run_begun = {};
    Time run_at = {};  // not before
    int failures = 0;
  };

  std::map<std::string, State> states_;
};

}  // namespace berth::http
