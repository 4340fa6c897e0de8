#include "berth/cli/pool_view.h"

#include <gtest/gtest.h>

#include "berth/cli/process_times.h"

namespace berth::cli {
namespace {

constexpr const char* kPool = R"({
  "schema": 1, "warm": true,
  "workers": [
    {"pid": 41, "state": "idle", "affinity": "Print", "since": "2026-01-01T00:00:00Z", "calls": 7,
     "memory_bytes": 3145728,
     "zygotes": [{"key": "0123456789abcdef", "item": "Print\u001b[2J", "children": 8, "spares": 5, "memory_bytes": 15728640,
                  "since": "2026-01-01T00:00:01Z"}],
     "shared": [{"key": "fedcba9876543210", "item": "Lookup", "calls": 12, "memory_bytes": 7340032,
                 "since": "2026-01-01T00:00:02Z"}]},
    {"pid": 42, "state": "busy", "affinity": "", "since": "", "calls": 1, "memory_bytes": 0, "zygotes": []}],
  "totals": {"workers": 2, "idle": 1, "running": 1, "waiting": 0, "zygotes": 1, "zygote_bytes": 15728640},
  "bounds": {"calls": 16, "waiting": 64, "idle_workers": 8, "zygotes": 32, "zygote_bytes": 1073741824}})";

std::string text_of(const Table& table) { return render_table(table, Page()); }

TEST(PoolView, ShowsWorkersAndZygotes) {
  const Json pool = *parse_json(kPool);
  const std::string workers = text_of(worker_table(pool));
  EXPECT_NE(workers.find("41"), std::string::npos);
  EXPECT_NE(workers.find("3.0"), std::string::npos);
  EXPECT_NE(workers.find("busy"), std::string::npos);
  const std::string zygotes = text_of(zygote_table(pool));
  EXPECT_NE(zygotes.find("0123456789ab "), std::string::npos);
  EXPECT_NE(zygotes.find(" 5  15.0 "), std::string::npos) << zygotes;
  EXPECT_EQ(zygotes.find('\x1b'), std::string::npos);
  const std::string shared = text_of(shared_table(pool));
  EXPECT_NE(shared.find("fedcba987654 "), std::string::npos);
  EXPECT_NE(shared.find("12"), std::string::npos);
  EXPECT_NE(shared.find("7.0"), std::string::npos);
  EXPECT_NE(shared.find("Lookup"), std::string::npos);
  EXPECT_EQ(pool_summary(pool),
            "1 of 16 calls run, 0 of 64 wait; 2 workers, 1 of at most 8 idle; 1 of 32 zygotes, 15.0 of 1024.0 MiB");
}

TEST(PoolView, CountsInWords) {
  EXPECT_EQ(count_text(0, "worker"), "0 workers");
  EXPECT_EQ(count_text(1, "worker"), "1 worker");
  const std::string one = pool_summary(*parse_json(R"({"totals": {"workers": 1}})"));
  EXPECT_NE(one.find("; 1 worker, "), std::string::npos) << one;
}

TEST(PoolView, NamesItems) {
  EXPECT_EQ(items_of_pool(*parse_json(kPool)), (std::vector<std::string>{"Lookup", "Print\x1b[2J"}));
  EXPECT_TRUE(items_of_pool(*parse_json("{}")).empty());
}

TEST(PoolView, TakesWhatIsNoPool) {
  for (const char* text : {"{}", "[]", R"({"workers": 1, "totals": []})", R"({"workers": [1, {"zygotes": {}}]})"}) {
    const Json pool = *parse_json(text);
    text_of(worker_table(pool));
    text_of(zygote_table(pool));
    text_of(shared_table(pool));
    EXPECT_NE(pool_summary(pool).find("calls.warm is off"), std::string::npos);
  }
}

TEST(PoolView, ShowsCalls) {
  const Json calls = *parse_json(R"({"calls": [
    {"id": "ID", "verb": "run", "item": "Long", "pid": 41, "container_pid": 43,
     "since": "2026-01-01T00:00:00Z", "state": "running"},
    {"verb": "exec", "state": "waiting", "affinity": "Patient"}]})");
  const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1767225600 + 125));
  const std::string text = text_of(call_table(calls, {{41, 0.5}}, {{43, 5 << 20}}, now));
  EXPECT_NE(text.find("2:05 min"), std::string::npos) << text;
  EXPECT_NE(text.find("50%"), std::string::npos) << text;
  EXPECT_NE(text.find("5.0"), std::string::npos) << text;
  EXPECT_EQ(processes_in(calls), std::set<std::int64_t>{43});
  EXPECT_NE(text.find("waiting"), std::string::npos) << text;
  EXPECT_NE(text.find("Patient"), std::string::npos) << text;
}

TEST(ProcessStat, IsReadBehindTheName) {
  const auto stat = parse_process_stat("41 (a) R 1 (x) S 7 41 41 0 -1 4194560 1 0 0 0 25 17 0 0 20 0 1 0");
  EXPECT_EQ(stat.parent, 7);
  EXPECT_EQ(stat.ticks, 42u);
  EXPECT_EQ(parse_process_stat("").ticks, 0u);
  EXPECT_EQ(parse_process_stat("41 (berth").parent, 0);
  EXPECT_EQ(parse_process_stat("41 (berth) S").ticks, 0u);
}

}  // namespace
}  // namespace berth::cli
