// What a script says that wants no answer of the host: entries, lines of the log and its exception.
#pragma once

#include "berth/base/json.h"
#include "berth/engine/record.h"
#include "berth/engine/session.h"
#include "berth/wire/message.h"

namespace berth::engine {

// Puts what is said into the record, or hands it on where the options say so. The record keeps so many bytes of log
// and counts what it left out. Borrows both.
class RecordKeeper {
 public:
  RecordKeeper(CallRecord& record, const SessionOptions& options) : record_(record), options_(options) {}

  void log(LogLine line);
  void take_exception(const wire::Message& message);
  void take_results(wire::Message& message);
  void take_entry_log(const wire::Message& message);
  // demisto.info, debug, error and exception: for the log. False for any other request.
  bool take_server_log(const wire::Message& message);

 private:
  void take_entry(Json entry);

  CallRecord& record_;
  const SessionOptions& options_;
  std::size_t kept_log_bytes_ = 0;
};

}  // namespace berth::engine
