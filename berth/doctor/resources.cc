#include "berth/doctor/resources.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "berth/doctor/words.h"
#include "berth/engine/outcome.h"
#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

// The amount of a line "Name:   123 kB", in bytes.
std::optional<std::uint64_t> amount_of(std::string_view meminfo, std::string_view name) {
  for (const std::string_view line : lines_of(meminfo)) {
    const auto words = words_of(line);
    if (words.size() < 2 || words[0] != name) continue;
    const auto kib = number_of<std::uint64_t>(words[1]);
    if (kib) return *kib * 1024;
  }
  return std::nullopt;
}

std::uint64_t number_in(const char* path) {
  const auto text = small_file(path);
  return text ? number_of<std::uint64_t>(*text).value_or(0) : 0;
}

}  // namespace

DescriptorFacts descriptor_facts(const Asked& asked) {
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return {.hard = limit.rlim_max,
          .wanted = asked.settings.limits.open_files_hard,
          .system = small_file("/proc/sys/fs/file-nr").value_or("")};
}

CheckResult judge_descriptors(const DescriptorFacts& facts) {
  if (facts.hard < facts.wanted) {
    return failure(fmt::format("the hard limit is {}, and calls are given {}", facts.hard, facts.wanted),
                   fmt::format("raise it to {} ('ulimit -Hn', LimitNOFILE= of the service), or lower "
                               "'limits.open_files_hard'",
                               facts.wanted));
  }
  const auto numbers = words_of(facts.system);
  const auto open = numbers.size() == 3 ? number_of<std::uint64_t>(numbers[0]) : std::nullopt;
  const auto most = numbers.size() == 3 ? number_of<std::uint64_t>(numbers[2]) : std::nullopt;
  if (open && most && *open > *most / 10 * 9) {
    return warning(fmt::format("{} of the machine's {} descriptors are open", *open, *most),
                   "raise fs.file-max, or end what holds them");
  }
  return ok(fmt::format("{} for a process", facts.hard));
}

MemoryFacts memory_facts(const Asked& asked) {
  return {small_file("/proc/meminfo").value_or(""), asked.settings.limits.memory_bytes};
}

CheckResult judge_memory(const MemoryFacts& facts) {
  const auto total = amount_of(facts.meminfo, "MemTotal:");
  const auto available = amount_of(facts.meminfo, "MemAvailable:");
  if (!total || !available) return skipped("/proc/meminfo does not tell");
  const std::string swap = engine::bytes_text(amount_of(facts.meminfo, "SwapFree:").value_or(0));
  const std::string found = fmt::format("{} available of {}, {} of swap free", engine::bytes_text(*available),
                                        engine::bytes_text(*total), swap);
  if (*available < facts.wanted_bytes) {
    return warning(fmt::format("{}; a call may take {}", found, engine::bytes_text(facts.wanted_bytes)),
                   "give the machine more, end what takes it, or lower 'limits.memory'");
  }
  return ok(found);
}

ProcessFacts process_facts(const Asked& asked) {
  ProcessFacts facts{.wanted = asked.settings.limits.pids};
  // "0.50 0.40 0.30 2/345 6789": runnable and all.
  const std::string load = small_file("/proc/loadavg").value_or("");
  const auto words = words_of(load);
  if (words.size() >= 4) facts.running = number_of<std::uint64_t>(field_of(words[3], 1, '/')).value_or(0);
  facts.most = std::min(number_in("/proc/sys/kernel/pid_max"), number_in("/proc/sys/kernel/threads-max"));
  rlimit limit = {};
  if (!asked.root && ::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_max != RLIM_INFINITY) {
    facts.most_of_user = limit.rlim_max;
  }
  return facts;
}

CheckResult judge_processes(const ProcessFacts& facts) {
  if (facts.most == 0) return skipped("/proc/sys/kernel does not tell how many there may be");
  if (facts.running + facts.wanted > facts.most) {
    return warning(
        fmt::format("{} run of {} that may, and a call may start {}", facts.running, facts.most, facts.wanted),
        "raise kernel.pid_max and kernel.threads-max, or end what runs");
  }
  if (facts.most_of_user > 0 && facts.most_of_user < facts.wanted) {
    return warning(fmt::format("this user may run {}, and a call may start {}", facts.most_of_user, facts.wanted),
                   "raise 'ulimit -Hu' of this user, or lower 'limits.pids'");
  }
  return ok(fmt::format("{} run, {} may", facts.running, facts.most));
}

Result<void> try_random() {
  std::array<char, 32> bytes;
  return sys::check([&] { return ::getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK); }, "getrandom");
}

CheckResult judge_random(const Result<void>& tried) {
  if (tried) return ok("random bytes come without waiting");
  return failure("the kernel has not gathered enough yet: " + tried.error().message(),
                 "give a virtual machine a virtio-rng device, or run haveged or rngd");
}

}  // namespace berth::doctor
