// What a user asks to be run, and what comes of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/instance_call.h"
#include "berth/base/json.h"
#include "berth/container/guards.h"
#include "berth/content/assignment.h"
#include "berth/content/context_extension.h"
#include "berth/content/item.h"
#include "berth/engine/outcome.h"
#include "berth/engine/record.h"
#include "berth/engine/session.h"
#include "berth/net/network_profile.h"
#include "berth/server/integration_memory.h"
#include "berth/server/investigation.h"

namespace berth::app {

// What becomes of the entries of a call.
struct Recording {
  bool posts = true;            // into the investigation; false: only what has a file, for another script
  bool ignore_outputs = false;  // leave the context alone, but for the extensions
  bool raw_response = false;    // drop what is made for people
  std::vector<content::ContextExtension> extensions;
  std::string parent;  // the entry that they answer
};

struct CallRequest {
  content::Item item;
  std::string command;  // of an integration; empty for a script
  std::vector<content::Assignment> arguments;
  Json typed_arguments =
      Json::object();  // values of another script's call that are no text; they go before `arguments`
  std::vector<content::Assignment> parameters;
  Json parameters_file;                  // object, or null
  std::optional<InstanceCall> instance;  // whose parameters these are; then the two above are not asked
  std::string image;                     // empty: what the item names
  container::Limits limits;
  bool timeout_given = false;                  // `limits.wall_time` is the user's own, and goes before the item's
  std::optional<net::NetworkProfile> network;  // of the command line; empty: what item and operator say
  Recording recording;
  bool is_fetch = false;  // the server itself fetches: there is a last run
  bool keep = false;
  bool debug = false;
  std::optional<std::uint16_t> published_port;  // of the container, on this machine's loopback interface, for everybody
  std::optional<std::uint16_t> debugger_port;   // wait for an editor on this port of this machine's loopback interface
  int interrupt = -1;                           // readable once the call is to be stopped
  std::function<void(std::string_view)> on_step;  // of a long line of the server's own: what begins now
  std::function<void(engine::Direction, std::string_view)> on_frame;
  // For calls that last: entries and lines of the log as they come; the answer then holds none. Secrets are masked.
  std::function<void(const Json& entry)> on_entry;
  std::function<void(const engine::LogLine& line)> on_log;
  std::function<void(std::string_view text, bool is_error)> on_health;  // updateModuleHealth; may be empty
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

struct CallAnswer {
  std::string id;
  std::string item;
  std::string command;
  std::string engine;  // who made its container, where that was not Berth itself
  UsedImage image;
  UsedNetwork network;
  std::string instance;                       // of an integration, where it is a stored one
  engine::CallRecord record;                  // entries, with their ids once they are posted
  std::vector<server::NewEntry> new_entries;  // before they are posted: the entries with their files
  std::map<store::FetchKind, Json> fetched;   // what a fetch has set of its last run
  server::HandedOver handed_over;             // beside its entries
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
  bool is_warm = false;    // it ran in a process that a zygote had forked, not in a container of its own
  bool is_shared = false;  // it ran in a process that serves calls one after another
  std::string not_warm;    // where calls may be warm and this was neither: why

  bool has_error_entry() const;
  int exit_code() const;
};

// Nothing has run: what was asked for is wrong, or the container could not be had.
struct StartError {
  Error error;
  bool is_start = false;  // the container failed to start; false: the request was wrong
};

}  // namespace berth::app
