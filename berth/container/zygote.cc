// On the way of every call: nothing here, if a child is ready. Making one costs what fork_child() says, at another
// time.

#include "berth/container/zygote.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/container/call_files.h"
#include "berth/container/cgroup_views.h"
#include "berth/container/cpu_time.h"
#include "berth/container/isolation_check.h"
#include "berth/container/zygote_plan.h"
#include "berth/sys/cgroup_members.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr sys::MountAttributes kView = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
constexpr std::size_t kMostReadyBytes = 4096;
constexpr auto kStatusPatience = std::chrono::seconds(1);  // an answer waits for it, and the zygote may be lost
constexpr int kShortDeathMilliseconds = 500;
constexpr int kDeathMilliseconds = 5'000;  // much memory takes its time
constexpr std::size_t kMostSlots = 32;     // that wait for another child
constexpr unsigned kFilters = 2;           // the zygote's and its own, beside those of this process

// Version 2 has no descriptor for joining by writing, as version 1 has (Cgroup::task_files).
Result<std::vector<UniqueFd>> open_process_files(const sys::Cgroup& cgroup) {
  std::vector<UniqueFd> files;
  for (const auto& [path, hierarchy] : cgroup.folders()) {
    if (hierarchy.version != 2) continue;
    const std::string file = path / "cgroup.procs";
    BERTH_TRY(int fd, sys::call([&] { return ::open(file.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", file));
    files.emplace_back(fd);
  }
  return files;
}

Result<ChildSlot> take_slot(ZygoteHome& home, std::uint32_t number) {
  {
    const std::scoped_lock lock(home.mutex);
    if (!home.slots.empty()) {
      ChildSlot slot = std::move(home.slots.back());
      home.slots.pop_back();
      return slot;
    }
  }
  return ChildSlot::make(home.container.hierarchies(), fmt::format("berth/{}-{}", home.id, number), home.limits);
}

Result<std::vector<UniqueFd>> open_views(const sys::Cgroup& cgroup, const std::vector<sys::CgroupHierarchy>& all) {
  std::vector<UniqueFd> views;
  for (const CgroupView& view : cgroup_views(all)) {
    BERTH_TRY(UniqueFd mount, sys::copy_mount(AT_FDCWD, cgroup.folders()[view.hierarchy].path));
    BERTH_CHECK_OK(sys::set_mount_attributes(mount.get(), kView));
    views.push_back(std::move(mount));
  }
  return views;
}

Result<UniqueFd> open_user_namespace(pid_t of) {
  const std::string path = fmt::format("/proc/{}/ns/user", of);
  BERTH_TRY(int fd, sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", path));
  return UniqueFd(fd);
}

// What a process that failed has said, which may still be on its way.
std::string text_at(int fd) {
  std::string text(512, '\0');
  pollfd ready = {fd, POLLIN, 0};
  const ssize_t got = ::poll(&ready, 1, 500) == 1 ? ::read(fd, text.data(), text.size()) : 0;
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (text.ends_with('\n')) text.pop_back();
  return to_visible(to_valid_utf8(text), false);
}

}  // namespace

// --- the zygote ------------------------------------------------------------------------------------------------------

Result<Zygote> Zygote::start(const LaunchSpec& call, const RuntimeFolder& folder, const Patience& patience) {
  BERTH_TRY(Zygote zygote, begin(call, folder));
  BERTH_CHECK_OK(zygote.wait_until_ready(patience));
  return zygote;
}

Result<Zygote> Zygote::begin(const LaunchSpec& call, const RuntimeFolder& folder) {
  BERTH_TRY(Ground ground, find_ground(call.limits));
  if (!ground.not_enforced.empty() || !ground.counts_processes()) {
    return fail(Errc::Unavailable, "start a zygote: calls could not be kept within their limits one by one here");
  }
  // Its root would be the user: the owner of the groups that are to limit it.
  if (!ground.of_machine) return fail(Errc::Unavailable, "start a zygote: that takes the machine's root");
  std::vector<std::string> views;
  for (const CgroupView& view : cgroup_views(ground.hierarchies)) views.push_back(view.at);
  BERTH_TRY(Container container, Container::start(zygote_spec(call, views), folder, std::move(ground)));
  auto home = std::make_shared<ZygoteHome>(std::move(container), call, folder);
  if (!call.network.is_none()) {
    BERTH_TRY(home->user_namespace, open_user_namespace(home->container.init()));
  }
  return Zygote(std::move(home));
}

Result<void> Zygote::wait_until_ready(const Patience& patience) {
  auto ready = home_->channel.wait_until_ready(patience);
  if (ready) return {};
  const std::string said = text_at(home_->container.complaints().get());
  BERTH_CHECK_OK(home_->container.end(std::chrono::milliseconds(200)));  // what init says of it goes first
  return std::unexpected(std::move(ready).error().in(said.empty() ? "start a zygote" : "start a zygote: " + said));
}

Result<CallChild> Zygote::fork_child(const Patience& patience) {
  const Container& container = home_->container;
  const Limits& limits = home_->limits;
  const std::uint32_t number = ++children_;
  LaunchSpec spec;
  spec.limits = limits;
  BERTH_TRY(UniqueFd scratch, make_scratch(spec, container.ids()));
  BERTH_TRY(ChildSlot slot, take_slot(*home_, number));
  CallChild child(home_, number, std::move(slot));
  sys::Cgroup& cgroup = child.slot_.cgroup();
  BERTH_TRY(sys::Pipe in, sys::make_pipe());
  BERTH_TRY(sys::Pipe out, sys::make_pipe());
  BERTH_TRY(sys::Pipe printed, sys::make_pipe());
  BERTH_TRY(sys::Pipe complaints, sys::make_pipe());
  BERTH_TRY(const auto process_files, open_process_files(cgroup));
  BERTH_TRY(const auto views, open_views(cgroup, container.hierarchies()));
  std::vector<int> descriptors = {in.read.get(), out.write.get(), printed.write.get(), complaints.write.get(),
                                  scratch.get()};
  // The single-threaded child joins its groups by writing "0" to them.
  for (const auto* files : {&cgroup.task_files(), &process_files}) {
    for (const UniqueFd& file : *files) descriptors.push_back(file.get());
  }
  const auto joins = static_cast<std::uint32_t>(descriptors.size()) - fork::kFirstStreams;
  for (const UniqueFd& view : views) descriptors.push_back(view.get());
  if (!home_->network.is_none()) {
    BERTH_TRY(ChildNetwork made,
              ChildNetwork::open(home_->network, home_->folder, home_->user_namespace.get(), container.hierarchies()));
    child.network_.emplace(std::move(made));
    // Before there is a child: its common script runs ahead and may go out, and nobody else is in the namespace yet.
    BERTH_CHECK_OK(child.network_->wire());
    BERTH_CHECK_OK(child.network_->wait_until_ready(patience.until));
    descriptors.push_back(child.network_->name_space());
  } else if (child.slot_.network() >= 0) {
    descriptors.push_back(child.slot_.network());
  }
  const bool has_network = child.network_ || child.slot_.network() >= 0;
  const fork::Order order = {fork::Wish::Child, number, joins, has_network ? 1u : 0u};
  BERTH_TRY(ZygoteAnswer answer, home_->channel.ask(order, descriptors, fork::Word::Child, patience));
  child.reaper_ = std::move(answer.descriptors[0]);
  child.script_ = std::move(answer.descriptors[1]);
  child.in_ = std::move(in.write);
  child.out_ = std::move(out.read);
  child.printed_ = std::move(printed.read);
  child.complaints_ = std::move(complaints.read);
  child.scratch_ = std::move(scratch);
  return child;
}

// --- a child ---------------------------------------------------------------------------------------------------------

CallChild::CallChild(CallChild&& other) noexcept = default;

CallChild::~CallChild() {
  if (!home_) return;
  if (reaper_) kill();
  if (network_) cut_off();
  // Until then it cannot be waited for. Much memory takes its time, which its host does not give it here.
  pollfd ended = {script_.get(), POLLIN, 0};
  if (script_) ::poll(&ended, 1, kShortDeathMilliseconds);
  // Also one that was forked after its host had given up waiting for it.
  home_->channel.tell({fork::Wish::Gone, number_, 0, 0});
  const std::scoped_lock lock(home_->mutex);
  home_->scripts.erase(number_);
}

// Of the whole pid namespace: the kernel ends it with its first process.
void CallChild::kill() { ::syscall(SYS_pidfd_send_signal, reaper_.get(), SIGKILL, nullptr, 0); }

// Whoever still holds the namespace, which nobody but a zygote that means ill would, holds one that leads nowhere.
void CallChild::cut_off() { home_->container.remove_interface(network_->outside()); }

Result<void> CallChild::wait_until_ready(const Patience& patience) {
  std::string said;
  while (!said.contains('\n')) {
    BERTH_CHECK_OK(wait_to_read(out_.get(), patience, "wait for a zygote's child to be ready"));
    std::array<char, kMostReadyBytes> part;
    BERTH_TRY(const int got,
              sys::call([&] { return ::read(out_.get(), part.data(), part.size()); }, "hear from a zygote's child"));
    if (got == 0) {
      return fail(Errc::Unavailable,
                  fmt::format("a zygote's child ended before it was ready: {}", text_at(complaints_.get())));
    }
    said.append(part.data(), static_cast<std::size_t>(got));
    if (said.size() > kMostReadyBytes) break;
  }
  // It has no more to say before it has its job.
  if (said.find('\n') != said.size() - 1) return fail(Errc::Corrupt, "a zygote's child does not speak as it should");
  BERTH_CHECK_OK(check_what_it_is());
  compare_pages();
  return {};
}

// Both read what is known of a process by its number, which is nobody else's as long as it lives.
void CallChild::learn_pages() {
  const std::scoped_lock lock(home_->mutex);
  if (!home_->pages.wants_call()) return;
  auto pages = pages_of(pid_);
  if (pages && !sys::is_readable(script_.get())) home_->pages.take_call(std::move(pages->own));
}

void CallChild::compare_pages() {
  const std::scoped_lock lock(home_->mutex);
  if (!home_->pages.wants_spare()) return;
  const auto pages = pages_of(pid_);
  if (!pages || sys::is_readable(script_.get())) return;
  if (home_->pages.take_spare(pages->shared)) home_->channel.tell_pages(home_->pages.all());
}

Result<void> CallChild::check_what_it_is() {
  const Container& container = home_->container;
  BERTH_TRY(const pid_t pid, pid_of(script_.get()));
  BERTH_TRY(const unsigned inherited, filters_of_this_process());
  ShownChild shown = {reaper_.get(),        script_.get(),    container.ids().script,
                      inherited + kFilters, container.init(), sys::members_of(container.cgroup_folder())};
  const std::scoped_lock lock(home_->mutex);
  shown.network = network_ ? network_->name_space() : slot_.network();
  for (const auto& [number, sibling] : home_->scripts) shown.others.push_back(sibling);
  BERTH_CHECK_OK(check_membership(pid, slot_.name(), slot_.cgroup().folders().size()));
  BERTH_CHECK_OK(check_isolation(shown));
  if (!network_) {
    BERTH_CHECK_OK(slot_.keep_network(pid));
    BERTH_CHECK_OK(pid_of(script_.get()));  // it lives, and has had its number until now
  }
  home_->scripts[number_] = pid;
  pid_ = pid;
  return {};
}

// How the interpreter ended, as the zygote tells it: figures for people, which nothing is decided by.
struct CallChild::Told {
  std::optional<int> status;
  std::chrono::nanoseconds cpu_time = {};
  std::uint64_t largest_bytes = 0;
};

CallChild::Told CallChild::ask_how_it_ended() {
  const auto answer =
      home_->channel.ask({fork::Wish::Status, number_, 0, 0}, {}, fork::Word::Status, Patience::of(kStatusPatience));
  if (!answer || answer->what.word != fork::Word::Status || answer->what.value < 0) return {};
  const fork::Answer& what = answer->what;
  const auto most = static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count() / 2);
  return {what.value, std::chrono::nanoseconds(std::min(what.cpu_nanoseconds, most)), what.largest_bytes};
}

std::chrono::nanoseconds CallChild::cpu_time_now() const {
  // A process that never had another one has waited for none: its own clock is all.
  if (slot_.meter().has_had_one_task()) return cpu_time_of_alone(pid_);
  const auto& folders = slot_.cgroup().folders();
  return folders.empty() ? std::chrono::nanoseconds(0) : cpu_time_of_members(folders.front().path, -1);
}

ContainerEnd CallChild::figures() const {
  ContainerEnd figures;
  figures.usage = slot_.meter().usage();
  figures.cpu_time = figures.usage.cpu_time ? *figures.usage.cpu_time : cpu_time_now();
  if (!figures.usage.peak_memory_bytes) figures.usage.peak_memory_bytes = slot_.meter().memory_bytes_now();
  return figures;
}

Result<void> CallChild::kill_and_wait() {
  kill();
  pollfd ended = {script_.get(), POLLIN, 0};
  return sys::check([&] { return ::poll(&ended, 1, kDeathMilliseconds); }, "wait for a zygote's child to die");
}

// To the next child, or takes it away. What the call answered is not lost for a group that cannot be removed, which is
// said then: the start after the zygote's end sweeps it.
std::string CallChild::leave_slot() {
  const bool is_clean = slot_.renew();
  const std::scoped_lock lock(home_->mutex);
  if (is_clean && home_->slots.size() < kMostSlots) {
    home_->slots.push_back(std::move(slot_));
    return {};
  }
  auto removed = slot_.cgroup().remove();
  slot_.cgroup().release();
  return removed ? std::string() : removed.error().message();
}

// Of what a dead one held.
void CallChild::let_go(ContainerEnd& end) {
  reaper_.reset();
  end.left_behind = leave_slot();
  if (network_) {
    end.network = network_->end();
    cut_off();
    network_.reset();
  }
}

Result<ContainerEnd> CallChild::end(std::chrono::milliseconds grace) {
  pollfd ended = {script_.get(), POLLIN, 0};
  BERTH_CHECK_OK(sys::call([&] { return ::poll(&ended, 1, static_cast<int>(grace.count())); }, "wait for the end"));
  ContainerEnd end;
  Told told;
  if (ended.revents != 0) told = ask_how_it_ended();
  end.status = told.status;
  const auto used = cpu_time_now();
  const auto memory = slot_.meter().memory_bytes_now();
  BERTH_CHECK_OK(kill_and_wait());
  end.usage = slot_.meter().usage();
  end.cpu_time = end.usage.cpu_time.value_or(used + told.cpu_time);
  if (!end.usage.peak_memory_bytes) {
    // As of a container (Container::end): what it had when it ended, or its largest process.
    if (!told.status) told = ask_how_it_ended();
    end.usage.peak_memory_bytes = std::max(memory.value_or(0), told.largest_bytes);
  }
  let_go(end);
  return end;
}

void CallChild::end_soon() {
  kill();
  for (UniqueFd* one : {&in_, &out_, &printed_, &complaints_, &scratch_}) one->reset();
}

Result<void> CallChild::end_unasked() {
  BERTH_CHECK_OK(kill_and_wait());
  ContainerEnd untold;
  let_go(untold);
  return {};
}

}  // namespace berth::container
