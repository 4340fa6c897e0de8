// Warm calls below the command line: what bench/warm_call reads.
//
//     berth_warm_bench IMAGE SCRIPT [--prelude FILE] [--import MODULE]... [--network PROFILE] [--calls N] [--threads N]
//
// The zygote imports each MODULE ahead of the calls, as it does what calls have loaded. Prints one JSON object:
// milliseconds of each phase, every call in a process of its own. A network other than `none` wants one thread.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/quantile.h"
#include "berth/app/settings.h"
#include "berth/app/warm_code.h"
#include "berth/base/clock.h"
#include "berth/base/ids.h"
#include "berth/container/zygote.h"
#include "berth/engine/session.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"
#include "berth/net/network_profile.h"
#include "berth/sys/file.h"

namespace berth {
namespace {

using namespace std::chrono_literals;

class NoHost : public engine::Host {
 public:
  Result<Json> answer(const wire::Message&, std::chrono::steady_clock::time_point) override {
    return fail(Errc::InvalidInput, "not here");
  }
};

struct Options {
  std::string image;
  std::string script;
  std::string prelude;
  std::vector<std::string> imports;
  std::string network = "none";
  int calls = 200;
  int threads = 1;
};

struct Times {
  std::vector<double> fork, ready, call, end;
};

class Stopwatch {
 public:
  double lap() {
    const std::int64_t now = monotonic_ns();
    const double passed = static_cast<double>(now - last_) / 1e6;
    last_ = now;
    return passed;
  }

 private:
  std::int64_t last_ = monotonic_ns();
};

Result<void> one_call(container::Zygote& zygote, std::mutex& forking, const container::Limits& limits, Times& times) {
  Stopwatch watch;
  auto forked = [&] {
    const std::scoped_lock lock(forking);
    return zygote.fork_child(container::Patience::of(10s));
  }();
  if (!forked) return std::unexpected(forked.error());
  container::CallChild child = *std::move(forked);
  times.fork.push_back(watch.lap());
  BERTH_CHECK_OK(child.wait_until_ready(container::Patience::of(10s)));
  times.ready.push_back(watch.lap());
  NoHost host;
  engine::SessionOptions options;
  options.limits = limits;
  options.deadline = std::chrono::steady_clock::now() + 10s;
  const engine::Streams streams{child.in(), child.out(), child.printed(), child.complaints(), child.ended()};
  const std::string job =
      "{\"integration\": false, \"is_ahead\": true, \"args\": {}, \"params\": {}, \"context\": {}}\n";
  watch.lap();
  BERTH_TRY(const engine::CallRecord record, engine::converse(streams, job, host, options));
  times.call.push_back(static_cast<double>(record.wall_time.count()) / 1e6);
  watch.lap();
  if (record.stop != engine::Stop::Completed || record.entries.size() != 1 || !record.exception.empty()) {
    std::string said = fmt::format("{}", fmt::join(record.exception, ""));
    for (const auto& line : record.log) said += line.text + "\n";
    return fail(Errc::Internal, fmt::format("a call did not answer: {}", said));
  }
  BERTH_CHECK_OK(child.end(0ms));
  times.end.push_back(watch.lap());
  return {};
}

Result<void> run(const Options& options) {
  BERTH_TRY(const app::Settings settings, app::load_settings());
  BERTH_TRY(const auto graph_root, image::find_graph_root(app::storage_places(settings)));
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const container::RuntimeFolder folder, container::RuntimeFolder::open(settings.runtime));
  BERTH_TRY(const auto reference, image::parse_reference(options.image));
  BERTH_TRY(const auto resolved, image::resolve_image(store, reference, settings.substitutes, settings.trust));
  std::vector<content::CodePiece> pieces;
  if (!options.prelude.empty()) {
    BERTH_TRY(std::string prelude, sys::read_file(options.prelude, 64 << 20));
    pieces.push_back({content::CodePartKind::Common, options.prelude, std::move(prelude)});
  }
  container::LaunchSpec spec;
  spec.id = make_call_id();
  spec.image_name = options.image;
  spec.root = {resolved.image.id, resolved.image.layer_folders, {}};
  spec.programs = container::interpreters_for("python3");
  BERTH_TRY(spec.network.profile, net::parse_network_profile(options.network));
  spec.environment = container::environment_for({resolved.image.config.env}, {});
  BERTH_TRY(const auto engine, container::make_engine(container::EngineKind::Native, folder, false));
  app::put_warm_code(content::join_code(std::make_shared<const content::CodePrelude>(content::join_pieces(pieces)), "script", options.script), content::ItemKind::Script, app::CodeCache(settings.cache / "code", *engine), spec);
  app::ImportList imports;
  imports.add(options.imports);
  app::put_imports(imports, spec);
  Stopwatch watch;
  BERTH_TRY(container::Zygote zygote, container::Zygote::start(spec, folder, container::Patience::of(30s)));
  const double started = watch.lap();
  std::vector<Times> times(static_cast<std::size_t>(options.threads));
  std::vector<std::thread> threads;
  std::mutex forking;
  std::atomic<int> left = options.calls;
  std::atomic<bool> failed = false;
  watch.lap();
  for (Times& mine : times) {
    threads.emplace_back([&] {
      while (!failed && left.fetch_sub(1) > 0) {
        if (auto done = one_call(zygote, forking, spec.limits, mine); !done) {
          failed = true;
          std::fprintf(stderr, "%s\n", done.error().message().c_str());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double all = watch.lap();
  if (failed) return fail(Errc::Internal, "a call failed");
  Times sum;
  for (const Times& one : times) {
    for (auto part : {&Times::fork, &Times::ready, &Times::call, &Times::end}) {
      (sum.*part).insert((sum.*part).end(), (one.*part).begin(), (one.*part).end());
    }
  }
  fmt::print("{{\"zygote_ms\": {:.2f}, \"calls_per_second\": {:.1f}", started, options.calls / all * 1000);
  for (const auto& [name, part] :
       {std::pair{"fork", &sum.fork}, {"ready", &sum.ready}, {"call", &sum.call}, {"end", &sum.end}}) {
    fmt::print(", \"{0}_ms\": {{\"p50\": {1:.3f}, \"p99\": {2:.3f}}}", name, quantile(*part, 0.5),
               quantile(*part, 0.99));
  }
  fmt::print("}}\n");
  return {};
}

}  // namespace
}  // namespace berth

int main(int argc, char** argv) {
  berth::Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2) {
    std::fputs("usage: berth_warm_bench IMAGE SCRIPT [--prelude FILE] [--import MODULE]... [--network PROFILE] "
               "[--calls N] [--threads N]\n",
               stderr);
    return 64;
  }
  options.image = words[0];
  options.script = words[1];
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    if (words[i] == "--prelude") options.prelude = words[i + 1];
    if (words[i] == "--import") options.imports.push_back(words[i + 1]);
    if (words[i] == "--network") options.network = words[i + 1];
    if (words[i] == "--calls") options.calls = std::atoi(words[i + 1].c_str());
    if (words[i] == "--threads") options.threads = std::atoi(words[i + 1].c_str());
  }
  if (auto done = berth::run(options); !done) {
    std::fprintf(stderr, "berth_warm_bench: %s\n", done.error().message().c_str());
    return 1;
  }
  return 0;
}
