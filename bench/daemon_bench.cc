// Calls through a daemon that runs, over one kept connection: what bench/daemon_call reads.
//
//     berth_daemon_bench SOCKET IMAGE [--code FILE | --path FILE] [--calls N] [--pause-us N] [--threads N] [--edit yes] [--any yes]
//
// --path has the daemon read a script itself, which --edit changes before each call that counts.
// Prints one JSON object: milliseconds of each call as its client sees it, and how many of them were warm. The first
// calls, until one is warm, do not count; with --any the first twenty of each client.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/quantile.h"
#include "berth/base/clock.h"
#include "berth/client/daemon.h"
#include "berth/sys/file.h"
#include "berth/wire/affinity.h"

namespace berth {
namespace {

constexpr int kMostToGetWarm = 50;
constexpr int kFirst = 20;

struct Options {
  std::string socket;
  std::string image;
  std::string code = "demisto.results(1)";
  std::string path;
  bool edits = false;
  bool takes_any = false;  // calls need not be warm
  int calls = 300;
  int pause_us = 5000;
  int threads = 1;
};

struct Times {
  std::vector<double> milliseconds;
  int warm = 0;
};

// One call. Whether it was warm.
Result<bool> call(client::Daemon& daemon, const client::Request& request) {
  BERTH_TRY(const client::Reply reply, daemon.ask(request));
  if (reply.status != 200 || reply.body.find("\"completed\"") == std::string::npos) {
    return fail(Errc::Internal, fmt::format("a call did not answer: {}", reply.body.substr(0, 2000)));
  }
  return reply.body.find("\"warm\": true") != std::string::npos;
}

// Another last line, in the same file.
void edit(const Options& options, int number) {
  std::ofstream(options.path) << fmt::format("{}\n# {}\n", options.code, number);
}

Result<Times> run_client(const Options& options, const client::Request& request) {
  BERTH_TRY(client::Daemon daemon, client::Daemon::connect(options.socket));
  const auto rest = [&] { std::this_thread::sleep_for(std::chrono::microseconds(options.pause_us)); };
  for (int i = 0; i < kFirst && options.takes_any; ++i) BERTH_CHECK_OK(call(daemon, request));
  for (int i = 0; i < kMostToGetWarm && !options.takes_any; ++i) {
    BERTH_TRY(const bool is_warm, call(daemon, request));
    if (is_warm) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  Times times;
  for (int i = 0; i < options.calls; ++i) {
    if (options.edits) edit(options, i);
    rest();
    const std::int64_t begun = monotonic_ns();
    BERTH_TRY(const bool is_warm, call(daemon, request));
    times.milliseconds.push_back(static_cast<double>(monotonic_ns() - begun) / 1e6);
    times.warm += is_warm ? 1 : 0;
  }
  return times;
}

Result<void> run(const Options& options) {
  Json body = Json::object();
  client::Request request;
  UniqueFd item;
  if (options.path.empty()) {
    body.set("item", Json::object().set("code", options.code));
  } else {
    item = UniqueFd(::open(options.path.c_str(), O_RDONLY | O_CLOEXEC));
    body.set("item", Json::object().set("path", options.path).set("descriptor", std::uint64_t{0}));
    request.descriptors = {item.get()};
  }
  body.set("image", options.image);
  request.method = "POST";
  request.target = "/v1/run";
  request.body = print_json(body);
  request.affinity = wire::affinity_text({.name = options.path,
                                          .code = options.path.empty() ? options.code : std::string_view(),
                                          .command = {},
                                          .instance = {},
                                          .image = options.image});
  std::vector<Result<Times>> results(static_cast<std::size_t>(options.threads), Times());
  std::vector<std::thread> threads;
  const std::int64_t begun = monotonic_ns();
  for (auto& result : results) {
    threads.emplace_back([&] { result = run_client(options, request); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = static_cast<double>(monotonic_ns() - begun) / 1e9;
  Times all;
  for (auto& result : results) {
    BERTH_TRY(const Times one, std::move(result));
    all.milliseconds.insert(all.milliseconds.end(), one.milliseconds.begin(), one.milliseconds.end());
    all.warm += one.warm;
  }
  fmt::print("{{\"calls\": {}, \"warm\": {}, \"calls_per_second\": {:.1f}", all.milliseconds.size(), all.warm,
             static_cast<double>(all.milliseconds.size()) / seconds);
  fmt::print(", \"p50_ms\": {:.3f}, \"p90_ms\": {:.3f}, \"p99_ms\": {:.3f}}}\n", quantile(all.milliseconds, 0.5),
             quantile(all.milliseconds, 0.9), quantile(all.milliseconds, 0.99));
  return {};
}

}  // namespace
}  // namespace berth

int main(int argc, char** argv) {
  berth::Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2) {
    std::fputs("usage: berth_daemon_bench SOCKET IMAGE [--code FILE | --path FILE] [--calls N] [--pause-us N] "
               "[--threads N] [--edit yes] [--any yes]\n",
               stderr);
    return 64;
  }
  options.socket = words[0];
  options.image = words[1];
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    if (words[i] == "--path") options.path = words[i + 1];
    if (words[i] == "--any") options.takes_any = words[i + 1] == "yes";
    if (words[i] == "--edit") options.edits = words[i + 1] == "yes";
    if (words[i] == "--code" || words[i] == "--path") {
      const auto code = berth::sys::read_file(words[i + 1], 16 << 20);
      if (code) options.code = *code;
    }
    if (words[i] == "--calls") options.calls = std::atoi(words[i + 1].c_str());
    if (words[i] == "--pause-us") options.pause_us = std::atoi(words[i + 1].c_str());
    if (words[i] == "--threads") options.threads = std::atoi(words[i + 1].c_str());
  }
  if (auto done = berth::run(options); !done) {
    std::fprintf(stderr, "berth_daemon_bench: %s\n", done.error().message().c_str());
    return 1;
  }
  return 0;
}
