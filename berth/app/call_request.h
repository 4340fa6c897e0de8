// What a user asks to be run, and what comes of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/playground.h"
#include "berth/base/json.h"
#include "berth/container/guards.h"
#include "berth/content/assignment.h"
#include "berth/content/item.h"
#include "berth/engine/outcome.h"
#include "berth/engine/record.h"
#include "berth/engine/session.h"
#include "berth/net/network_profile.h"

namespace berth::app {

struct CallRequest {
  content::Item item;
  std::string command;  // of an integration; empty for a script
  std::vector<content::Assignment> arguments;
  Json typed_arguments =
      Json::object();  // values of another script's call that are no text; they go before `arguments`
  std::vector<content::Assignment> parameters;
  Json parameters_file;  // object, or null
  std::string image;     // empty: what the item names
  container::Limits limits;
  bool timeout_given = false;                  // `limits.wall_time` is the user's own, and goes before the item's
  Json incident;                               // null: none
  std::optional<net::NetworkProfile> network;  // of the command line; empty: what item and operator say
  bool keep = false;
  bool debug = false;
  std::optional<std::uint16_t> debugger_port;  // wait for an editor on this port of this machine's loopback interface
  int interrupt = -1;                          // readable once the call is to be stopped
  std::function<void(engine::Direction, std::string_view)> on_frame;
};

// Which image was really used.
struct UsedImage {
  std::string wanted;
  std::string used;
  std::string digest;
  std::string reason;  // why this one
};

// Which network it had, and what it was kept from.
struct UsedNetwork {
  std::string profile;
  std::string reason;
  container::NetworkEnd end;
};

// A file that a script handed over, to be saved where the user wants.
struct CallAnswer {
  std::string id;
  std::string item;
  std::string command;
  UsedImage image;
  UsedNetwork network;
  engine::CallRecord record;  // entries with their ids
  // Where the item's own code begins in what was run, for people who read tracebacks.
  std::string code_origin;
  std::optional<std::size_t> code_first_line;
  engine::Outcome outcome;
  std::vector<container::Moment> moments;
  std::vector<std::string> notes;         // about the item, for those who wrote it
  std::vector<std::string> not_enforced;  // limits that nothing held this call to (Ground::not_enforced)
  std::vector<std::string> warnings;      // about what was left undone, for everybody
  std::vector<std::string> secrets;       // texts to be masked in whatever is shown
  bool kept = false;

  bool has_error_entry() const;
  int exit_code() const;
};

}  // namespace berth::app
