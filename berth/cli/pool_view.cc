#include "berth/cli/pool_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <optional>
#include <set>

#include "berth/cli/progress.h"

namespace berth::cli {
namespace {

constexpr std::size_t kShownKey = 12;  // digits: enough to tell zygotes apart

const Json::Array& list_in(const Json& json, const char* key) {
  static const Json::Array none;
  const Json* list = json.find(key);
  return list != nullptr && list->is_array() ? *list->as_array() : none;
}

std::int64_t number_in(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value != nullptr && value->is_int() ? *value->as_int() : 0;
}

std::string number_text(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value != nullptr && value->is_int() ? std::to_string(*value->as_int()) : "";
}

std::string mebibytes(std::int64_t bytes) { return fmt::format("{:.1f}", static_cast<double>(bytes) / (1 << 20)); }

// "2026-01-31T12:00:00Z" as seconds before `now`.
std::string age_text(const std::string& since, std::chrono::system_clock::time_point now) {
  tm parts = {};
  const char* const end = ::strptime(since.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return "";
  const auto then = std::chrono::system_clock::from_time_t(::timegm(&parts));
  return elapsed_text(std::chrono::duration_cast<std::chrono::seconds>(now - then));
}

}  // namespace

std::string count_text(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Table worker_table(const Json& pool) {
  constexpr auto kRight = Align::Right;
  Table table{plain_row({"WORKER", "STATE", "CALLS", "MIB", "ZYGOTES", "SINCE", "LAST"}),
              {kRight, Align::Left, kRight, kRight, kRight},
              {}};
  for (const Json& one : list_in(pool, "workers")) {
    table.rows.push_back(
        plain_row({number_text(one, "pid"), one.text_or("state", ""), number_text(one, "calls"),
                   mebibytes(number_in(one, "memory_bytes")), std::to_string(list_in(one, "zygotes").size()),
                   one.text_or("since", ""), one.text_or("affinity", "")}));
  }
  return table;
}

Table zygote_table(const Json& pool) {
  constexpr auto kRight = Align::Right;
  Table table{plain_row({"ZYGOTE", "WORKER", "CHILDREN", "SPARES", "MIB", "SINCE", "ITEM"}),
              {Align::Left, kRight, kRight, kRight, kRight},
              {}};
  for (const Json& worker : list_in(pool, "workers")) {
    for (const Json& one : list_in(worker, "zygotes")) {
      table.rows.push_back(
          plain_row({one.text_or("key", "").substr(0, kShownKey), number_text(worker, "pid"),
                     number_text(one, "children"), number_text(one, "spares"),
                     mebibytes(number_in(one, "memory_bytes")), one.text_or("since", ""), one.text_or("item", "")}));
    }
  }
  return table;
}

Table shared_table(const Json& pool) {
  constexpr auto kRight = Align::Right;
  Table table{
      plain_row({"SHARED", "WORKER", "CALLS", "MIB", "SINCE", "ITEM"}), {Align::Left, kRight, kRight, kRight}, {}};
  for (const Json& worker : list_in(pool, "workers")) {
    for (const Json& one : list_in(worker, "shared")) {
      table.rows.push_back(
          plain_row({one.text_or("key", "").substr(0, kShownKey), number_text(worker, "pid"), number_text(one, "calls"),
                     mebibytes(number_in(one, "memory_bytes")), one.text_or("since", ""), one.text_or("item", "")}));
    }
  }
  return table;
}

std::vector<std::string> items_of_pool(const Json& pool) {
  std::set<std::string> names;
  for (const Json& worker : list_in(pool, "workers")) {
    for (const char* kind : {"zygotes", "shared"}) {
      for (const Json& one : list_in(worker, kind)) names.insert(one.text_or("item", ""));
    }
  }
  return {names.begin(), names.end()};
}

std::string pool_summary(const Json& pool) {
  const Json none = Json::object();
  const Json* totals = pool.find("totals") != nullptr ? pool.find("totals") : &none;
  const Json* bounds = pool.find("bounds") != nullptr ? pool.find("bounds") : &none;
  const Json* warm = pool.find("warm");
  const bool is_warm = warm != nullptr && warm->is_bool() && *warm->as_bool();
  std::string text =
      fmt::format("{} of {} calls run, {} of {} wait; {}, {} of at most {} idle", number_in(*totals, "running"),
                  number_in(*bounds, "calls"), number_in(*totals, "waiting"), number_in(*bounds, "waiting"),
                  count_text(number_in(*totals, "workers"), "worker"), number_in(*totals, "idle"),
                  number_in(*bounds, "idle_workers"));
  if (!is_warm) return text + "; calls.warm is off";
  return text + fmt::format("; {} of {} zygotes, {} of {} MiB", number_in(*totals, "zygotes"),
                            number_in(*bounds, "zygotes"), mebibytes(number_in(*totals, "zygote_bytes")),
                            mebibytes(number_in(*bounds, "zygote_bytes")));
}

Table call_table(const Json& calls, const std::map<std::int64_t, double>& cpu,
                 const std::map<std::int64_t, std::uint64_t>& memory, std::chrono::system_clock::time_point now) {
  constexpr auto kRight = Align::Right;
  Table table{plain_row({"CALL", "STATE", "PROCESS", "CPU", "MIB", "TIME", "ITEM"}),
              {Align::Left, Align::Left, kRight, kRight, kRight, kRight},
              {}};
  for (const Json& one : list_in(calls, "calls")) {
    const auto used = cpu.find(number_in(one, "pid"));
    const auto held = memory.find(number_in(one, "container_pid"));
    table.rows.push_back(
        plain_row({one.text_or("id", one.text_or("verb", "")), one.text_or("state", ""), number_text(one, "pid"),
                   used == cpu.end() ? "" : fmt::format("{:.0f}%", used->second * 100),
                   held == memory.end() ? "" : mebibytes(static_cast<std::int64_t>(held->second)),
                   age_text(one.text_or("since", ""), now), one.text_or("item", one.text_or("affinity", ""))}));
  }
  return table;
}

std::set<std::int64_t> processes_in(const Json& calls) {
  std::set<std::int64_t> processes;
  for (const Json& one : list_in(calls, "calls")) {
    if (const std::int64_t pid = number_in(one, "container_pid"); pid > 0) processes.insert(pid);
  }
  return processes;
}

}  // namespace berth::cli
