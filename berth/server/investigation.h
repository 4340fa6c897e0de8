// What a call belongs to: entries, files, a context, perhaps an incident.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/context.h"
#include "berth/store/file_digest.h"

namespace berth::server {

// A file that an entry stands for.
struct HeldFile {
  std::string entry_id;
  std::string name;     // for people
  std::string file_id;  // UUID
  store::FileFacts facts;
  bool info = false;  // for people, not evidence
};

struct NewFile {
  std::string name;
  std::string bytes;
  bool info = false;
};

struct NewEntry {
  Json entry;  // an object
  std::optional<NewFile> file;
};

// Who made entries, and what becomes of them.
struct Posting {
  std::string call_id;
  std::string parent;          // the entry that they answer; may be empty
  bool merges_outputs = true;  // into the context: EntryContext, and what is told of files
};

struct Posted {
  std::vector<std::string> ids;       // in the order of the entries
  std::vector<std::string> problems;  // a line for each output that could not be merged; all else is kept
};

struct EntryQuery {
  std::vector<std::int64_t> types;  // empty: all
  std::vector<std::string> tags;    // one of them; empty: all
  std::int64_t after = 0;           // only larger numbers
  std::size_t limit = 1000;
};

// How much more of files one call may add.
struct FileRoom {
  std::size_t files = 1000;
  std::uint64_t bytes = 512ull << 20;
};

using ContextChange = std::function<Result<void>(dt::Context&)>;
// From the incident as it is (null when there is none) to the fields that are to be set.
using IncidentChange = std::function<Result<Json>(const Json& incident)>;

// The right of somebody outside to answer a question once, by the GUID alone.
struct Entitlement {
  std::string guid;
  bool persistent = false;  // may be used again
  std::string reply_tag;    // of the entry that an answer becomes; may be empty
};

// Keeps what came for an entitlement.
using EntitlementAnswer = std::function<Result<void>(const Entitlement& used)>;

// Two kinds, held to one contract by tests/server/investigation_test.cc. For one thread.
class Investigation {
 public:
  virtual ~Investigation() = default;

  virtual std::string id() const = 0;
  // What content sees as `demisto.investigation()`.
  virtual Result<Json> description() = 0;

  // An object, or null when there is none.
  virtual Result<Json> incident() = 0;
  // Errors: InvalidInput when `fields` is no object.
  virtual Result<void> set_incident_fields(const Json& fields) = 0;
  // Nobody else changes the incident between what `change` sees and what it sets. Its error leaves all as it was.
  virtual Result<void> change_incident(const IncidentChange& change) = 0;
  // What is closed still takes entries and changes, since a script that closes the investigation that it runs in has
  // more to say. Closing it again changes reason and notes.
  virtual Result<void> close(const std::string& reason, const std::string& notes) = 0;

  // Errors: Exhausted past store::Entitlements::kMost.
  virtual Result<void> add_entitlement(const Entitlement& entitlement) = 0;
  // Finds it, hands it to `answer`, and takes it away then unless it is persistent. It is there still, and nothing of
  // the answer kept, when that has not succeeded. Errors: NotFound when none of that GUID was given here; those of
  // `answer`.
  virtual Result<void> use_entitlement(std::string_view guid, const EntitlementAnswer& answer) = 0;

  virtual Result<Json> context() = 0;
  // Nobody else changes the context between what `change` sees and what it leaves. Its error undoes everything.
  virtual Result<void> change_context(const ContextChange& change) = 0;

  // The same for one path alone, at a cost that does not grow with the context of a playground.
  virtual Result<void> set_context(std::string_view path, Json value) = 0;

  // All of them or none; each entry gets its ID, a file's entry its FileID and FileMetadata. When this has returned
  // they last as long as the investigation. Errors: Exhausted past the bounds on entries and files: of the whole
  // playground, which is held in memory; of one entry, in an investigation that lasts.
  virtual Result<Posted> post(std::vector<NewEntry>& entries, const Posting& posting, dt::Script& script) = 0;

  // Errors: NotFound.
  virtual Result<Json> entry(std::string_view id) = 0;
  virtual Result<std::vector<Json>> entries(const EntryQuery& query) = 0;

  // By the id of its entry, or its own. Errors: NotFound.
  virtual Result<HeldFile> file(std::string_view id) = 0;
  virtual Result<std::vector<HeldFile>> files() = 0;
  virtual FileRoom room_for_files() const { return {}; }
  virtual Result<std::string> bytes_of(const HeldFile& file) = 0;
};

// What a file is called in a work folder: "<investigation>_<FileID>".
std::string stored_name(const Investigation& investigation, std::string_view file_id);

}  // namespace berth::server
