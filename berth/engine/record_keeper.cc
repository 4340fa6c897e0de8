#include "berth/engine/record_keeper.h"

#include <fmt/format.h>

#include <utility>

namespace berth::engine {
namespace {

using wire::Message;

constexpr std::size_t kKeptLogBytes = 4 << 20;

}  // namespace

void RecordKeeper::log(LogLine line) {
  if (options_.on_log) return options_.on_log(line);
  const std::size_t bytes = line.text.size() + sizeof(LogLine);
  if (kept_log_bytes_ + bytes > kKeptLogBytes) {
    record_.dropped_log_bytes += line.text.size();
    return;
  }
  kept_log_bytes_ += bytes;
  record_.log.push_back(std::move(line));
}

void RecordKeeper::take_exception(const Message& message) {
  const Json* args = message.body.find("args");
  const Json* lines = args != nullptr ? args->find("exception") : nullptr;
  if (lines == nullptr || !lines->is_array()) {
    record_.exception.emplace_back("the script raised an exception and said nothing of it\n");
    return;
  }
  for (const Json& line : *lines->as_array()) {
    const std::string* text = line.as_string();
    record_.exception.push_back(text != nullptr ? *text : print_json(line));
  }
}

void RecordKeeper::take_results(Message& message) {
  for (auto& [key, results] : *message.body.as_object()) {
    if (key != "results") continue;
    if (!results.is_array()) {
      take_entry(std::move(results));
      continue;
    }
    for (Json& entry : *results.as_array()) take_entry(std::move(entry));
  }
}

void RecordKeeper::take_entry(Json entry) {
  if (options_.on_entry) return options_.on_entry(std::move(entry));
  record_.entries.push_back(std::move(entry));
}

void RecordKeeper::take_entry_log(const Message& message) {
  const Json* args = message.body.find("args");
  const Json* text = args != nullptr ? args->find("message") : nullptr;
  if (text == nullptr) return;
  log({LogSource::Script, "", text->is_string() ? *text->as_string() : print_json(*text)});
}

bool RecordKeeper::take_server_log(const Message& message) {
  const Json* args = message.body.find("args");
  if (message.name == "exception") {
    log({LogSource::Server, "error", args != nullptr ? print_json(*args) : ""});
    return true;
  }
  if (message.name != "log") return false;
  const Json* parts = args != nullptr ? args->find("args") : nullptr;
  std::string text;
  if (parts != nullptr && parts->is_array()) {
    for (const Json& part : *parts->as_array()) {
      if (!text.empty()) text += ' ';
      text += part.is_string() ? *part.as_string() : print_json(part);
    }
  }
  log({LogSource::Server, message.body.text_or("command", "info"), std::move(text)});
  return true;
}

}  // namespace berth::engine
