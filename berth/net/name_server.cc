#include "berth/net/name_server.h"

#include <poll.h>

#include <algorithm>

#include "berth/base/clock.h"
#include "berth/net/name_answer.h"
#include "berth/sys/pipe.h"

namespace berth::net {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kKeeperPatienceNs = 2 * kSecondNs;  // a change of the packet filter takes about a millisecond
constexpr int kDatagramsAtOnce = 16;                       // so that one socket does not keep the others waiting

std::int64_t ns_of(std::chrono::nanoseconds time) { return time.count(); }

// Every resolver gets its turn before the deadline, and none more time than this machine's own programs give it.
std::int64_t try_ns_of(const NameForwarderJob& job) {
  const auto tries = static_cast<std::int64_t>(job.upstream.resolvers.size()) * std::max(job.upstream.attempts, 1);
  return std::min(ns_of(job.upstream.timeout), ns_of(job.limits.query_deadline) / std::max<std::int64_t>(tries, 1));
}

bool is_usable(DnsCode code) { return code == DnsCode::NoError || code == DnsCode::NoSuchName; }

}  // namespace

NameServer::NameServer(NameForwarderJob job)
    : job_(std::move(job)),
      try_ns_(try_ns_of(job_)),
      queries_(job_.limits.queries_per_second, std::chrono::seconds(1), job_.limits.query_burst),
      name_bytes_(job_.limits.name_bytes_per_minute, std::chrono::minutes(1), job_.limits.name_bytes_per_minute) {
  BERTH_ASSERT(job_.udp.size() <= kMaxListeners && job_.tcp.size() <= kMaxListeners && job_.control >= 0);
  for (const Resolver& resolver : job_.upstream.resolvers) resolvers_.push_back(upstream_address_of(resolver));
  // accept(2) blocks when the caller has gone meanwhile.
  for (const int listener : job_.tcp) std::ignore = sys::set_nonblocking(listener, "the name forwarder's socket");
}

void NameServer::run() {
  while (!is_over_) poll_once();
}

bool NameServer::may_take(std::int64_t now_ns) {
  return exchanges_.size() < kMaxInFlight && queries_.wait_ns(now_ns) == 0;
}

std::int64_t NameServer::next_wake_ns(std::int64_t now_ns) {
  std::int64_t wake_ns = connections_.next_end_ns(now_ns + 60 * kSecondNs);
  for (const auto& exchange : exchanges_) {
    wake_ns = std::min({wake_ns, exchange->deadline_ns, exchange->try_deadline_ns});
  }
  if (const std::int64_t wait_ns = queries_.wait_ns(now_ns); wait_ns > 0) wake_ns = std::min(wake_ns, now_ns + wait_ns);
  return may_take(now_ns) && connections_.has_message() ? now_ns : wake_ns;
}

// The order of what is polled: control, datagram sockets, listeners, connections, exchanges.
void NameServer::poll_once() {
  std::int64_t now_ns = monotonic_ns();
  const bool takes = may_take(now_ns);
  std::vector<pollfd> polled = {{job_.control, POLLIN, 0}};
  for (const int udp : job_.udp) polled.push_back({takes ? udp : -1, POLLIN, 0});
  for (const int tcp : job_.tcp) polled.push_back({connections_.has_room() ? tcp : -1, POLLIN, 0});
  const std::size_t connections_at = polled.size();
  connections_.append_polled(polled, takes);
  const std::size_t exchanges_at = polled.size();
  for (const auto& exchange : exchanges_) {
    const bool asks = exchange->attempt.has_value();
    polled.push_back({asks ? exchange->attempt->fd() : -1, asks ? exchange->attempt->wanted_events() : short{0}, 0});
  }
  // Rounded up, so that what is waited for has come.
  const std::int64_t wait_ns = std::max<std::int64_t>(next_wake_ns(now_ns) - now_ns, 0);
  ::poll(polled.data(), polled.size(), static_cast<int>((wait_ns + 999'999) / 1'000'000));

  now_ns = monotonic_ns();
  if (polled[0].revents != 0) take_keeper_answers();
  for (std::size_t at = 0; at < polled.size() - exchanges_at; ++at) {
    Exchange& exchange = *exchanges_[at];
    if (!exchange.is_done && polled[exchanges_at + at].revents != 0) advance(exchange, now_ns);
    if (!exchange.is_done) time_out(exchange, now_ns);
  }
  connections_.advance(&polled[0] + connections_at, now_ns);
  take_questions(&polled[1], now_ns);
  std::erase_if(exchanges_, [](const auto& exchange) { return exchange->is_done; });
}

void NameServer::take_questions(const pollfd* polled, std::int64_t now_ns) {
  for (const int udp : job_.udp) {
    if ((polled++)->revents == 0) continue;
    for (int count = 0; count < kDatagramsAtOnce && may_take(now_ns); ++count) {
      const auto message = receive_datagram(udp);
      if (!message) break;
      handle(*message, now_ns);
    }
  }
  for (const int tcp : job_.tcp) {
    if ((polled++)->revents != 0) connections_.accept_one(tcp, now_ns);
  }
  while (may_take(now_ns)) {
    const auto message = connections_.take_message();
    if (!message) break;
    handle(*message, now_ns);
  }
}

void NameServer::take_keeper_answers() {
  for (;;) {
    const auto answer = receive_opening_answer(job_.control);
    is_over_ = !answer.has_value();
    if (is_over_ || !*answer) return;
    const auto waiting = std::ranges::find_if(exchanges_, [&](const auto& exchange) {
      return !exchange->is_done && exchange->sequence != 0 && exchange->sequence == (*answer)->sequence;
    });
    if (waiting == exchanges_.end()) continue;  // it came too late
    if ((*answer)->opened) {
      reply(**waiting, (*waiting)->reply);
    } else {
      fail_exchange(**waiting, NameEventKind::NotOpened);
    }
  }
}

void NameServer::handle(const NameMessage& message, std::int64_t now_ns) {
  queries_.take(now_ns, 1);
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(message.bytes.data()), message.bytes.size());
  auto query = parse_query(bytes);
  if (!query) {
    if (query.error().code) send(message.client, print_refusal(query.error()));
    return;
  }
  if (is_repeated(message.client, *query)) return;
  Exchange exchange = {.client = message.client, .query = *query, .name = query->name.to_text()};
  decide(std::move(exchange), now_ns);
}

// A client that grew impatient asks the same again from the same port; one answer is enough.
bool NameServer::is_repeated(const NameClient& client, const DnsQuery& query) const {
  return std::ranges::any_of(exchanges_, [&](const auto& exchange) {
    return !exchange->is_done && exchange->query.id == query.id && exchange->query.type == query.type &&
           exchange->client.is_same(client) && exchange->query.name.equals_any_case(query.name);
  });
}

void NameServer::decide(Exchange exchange, std::int64_t now_ns) {
  exchange.decision = judge_name(job_.rules, exchange.name, exchange.query.type);
  exchange.deadline_ns = now_ns + ns_of(job_.limits.query_deadline);
  switch (exchange.decision.verdict) {
    case NameVerdict::Refuse:
      report_.note(is_host_name(exchange.name) ? NameEventKind::NotAllowed : NameEventKind::NotAName, exchange.name);
      return reply(exchange, {.code = DnsCode::NoSuchName, .reason = DnsReason::Prohibited});
    case NameVerdict::NoSuchName:
      return reply(exchange, {.code = DnsCode::NoSuchName});
    case NameVerdict::NoData:
      return reply(exchange, {});
    case NameVerdict::Fixed: {
      auto records = without_refused(exchange, fixed_records(exchange.query, *exchange.decision.fixed));
      exchanges_.push_back(std::make_unique<Exchange>(std::move(exchange)));
      return open_then_reply(*exchanges_.back(), {.records = std::move(records)}, now_ns);
    }
    case NameVerdict::Forward:
      break;
  }
  exchange.asked = exchange.query.name.in_lower_case();
  if (!within_budget(exchange, now_ns)) {
    report_.note(NameEventKind::TooMany, exchange.name);
    return reply(exchange, {.code = DnsCode::Refused, .reason = DnsReason::Prohibited});
  }
  exchange.first_resolver = preferred_;
  exchanges_.push_back(std::make_unique<Exchange>(std::move(exchange)));
  ask(*exchanges_.back(), Transport::Udp, now_ns);
}

bool NameServer::within_budget(const Exchange& exchange, std::int64_t now_ns) {
  const std::string name = exchange.asked.to_text();
  if (recent_.contains(name)) return true;
  if (!name_bytes_.take(now_ns, static_cast<std::uint32_t>(name.size()))) return false;
  recent_.add(name);
  return true;
}

void NameServer::ask(Exchange& exchange, Transport transport, std::int64_t now_ns) {
  const std::size_t resolver = (exchange.first_resolver + exchange.tries) % resolvers_.size();
  exchange.try_deadline_ns = std::min(now_ns + try_ns_, exchange.deadline_ns);
  exchange.attempt = UpstreamTry::start(resolvers_[resolver], transport, exchange.asked, exchange.query.type);
  if (!exchange.attempt) ask_next(exchange, now_ns);
}

// Recursion over the tries, which are few: attempts times resolvers.
void NameServer::ask_next(Exchange& exchange, std::int64_t now_ns) {
  ++exchange.tries;
  const std::size_t most = resolvers_.size() * static_cast<std::size_t>(std::max(job_.upstream.attempts, 1));
  if (exchange.tries >= most || now_ns >= exchange.deadline_ns) {
    return fail_exchange(exchange, exchange.was_answered ? NameEventKind::BadAnswer : NameEventKind::NoAnswer);
  }
  ask(exchange, Transport::Udp, now_ns);
}

void NameServer::advance(Exchange& exchange, std::int64_t now_ns) {
  switch (exchange.attempt->advance()) {
    case Progress::Waiting:
      return;
    case Progress::Answered:
      return take_answer(exchange, now_ns);
    case Progress::AskByTcp:
      return ask(exchange, Transport::Tcp, now_ns);
    case Progress::Silent:
      return ask_next(exchange, now_ns);
    case Progress::Nonsense:
      exchange.was_answered = true;
      return ask_next(exchange, now_ns);
  }
}

void NameServer::time_out(Exchange& exchange, std::int64_t now_ns) {
  if (now_ns < std::min(exchange.deadline_ns, exchange.try_deadline_ns)) return;
  if (exchange.sequence != 0) return fail_exchange(exchange, NameEventKind::NotOpened);
  // The next question begins with another resolver, so that a dead one costs only a few of them their time.
  if (preferred_ == (exchange.first_resolver + exchange.tries) % resolvers_.size()) {
    preferred_ = (preferred_ + 1) % resolvers_.size();
  }
  ask_next(exchange, now_ns);
}

void NameServer::take_answer(Exchange& exchange, std::int64_t now_ns) {
  const DnsAnswer answer = exchange.attempt->answer();
  exchange.attempt.reset();
  if (!is_usable(answer.code)) {
    exchange.was_answered = true;
    return ask_next(exchange, now_ns);
  }
  const std::size_t asked_for = answer.records.size();
  DnsReply reply = {.code = answer.code, .records = without_refused(exchange, answer.records)};
  if (reply.records.empty() && asked_for != 0) reply.reason = DnsReason::Prohibited;
  open_then_reply(exchange, std::move(reply), now_ns);
}

std::vector<DnsRecord> NameServer::without_refused(const Exchange& exchange, std::vector<DnsRecord> records) {
  const auto is_refused = [&](const DnsRecord& record) {
    const auto address = address_of(record);
    if (!address || judge_address(job_.rules, exchange.decision, *address) == nullptr) return false;
    report_.note(NameEventKind::AddressRefused, exchange.name, address);
    return true;
  };
  // A way that leads nowhere is of no use.
  if (std::erase_if(records, is_refused) != 0 && addresses_of(records).empty()) records.clear();
  return records;
}

// With an allow-list, the way to the addresses is open before the script knows them.
void NameServer::open_then_reply(Exchange& exchange, DnsReply reply_when_open, std::int64_t now_ns) {
  const auto ttl = give_one_ttl(reply_when_open.records);
  if (job_.rules.allowed) keep_addresses(reply_when_open.records, kMaxOpenedAddresses);
  auto addresses = addresses_of(reply_when_open.records);
  if (!job_.rules.allowed || addresses.empty()) return reply(exchange, reply_when_open);
  exchange.sequence = next_sequence_++;
  if (next_sequence_ == 0) next_sequence_ = 1;  // 0 says that nothing is waited for
  exchange.reply = std::move(reply_when_open);
  exchange.deadline_ns = exchange.try_deadline_ns = now_ns + kKeeperPatienceNs;
  const EntrySet entries = entries_for(job_.rules, exchange.decision, addresses);
  const Opening opening = {exchange.sequence, entries, ttl, std::move(addresses)};
  if (!send_opening(job_.control, opening)) fail_exchange(exchange, NameEventKind::NotOpened);
}

void NameServer::fail_exchange(Exchange& exchange, NameEventKind kind) {
  report_.note(kind, exchange.name);
  const DnsReason reason = kind == NameEventKind::NotOpened ? DnsReason::Other : DnsReason::NoReachableAuthority;
  reply(exchange, {.code = DnsCode::ServerFailure, .reason = reason});
}

void NameServer::reply(Exchange& exchange, const DnsReply& reply) {
  exchange.is_done = true;
  exchange.attempt.reset();
  send(exchange.client, print_reply(exchange.query, reply, exchange.client.limit_bytes(exchange.query)));
}

void NameServer::send(const NameClient& client, const std::string& message) {
  if (client.udp < 0) return connections_.answer(client.connection, message, monotonic_ns());
  // A script that does not read its answers loses them.
  ::sendto(client.udp, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&client.peer), client.peer_size);
}

}  // namespace berth::net
