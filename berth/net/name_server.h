// The serving loop of the name forwarder: questions in, answers out, every wait bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/net/name_client.h"
#include "berth/net/name_forwarder.h"
#include "berth/net/name_report.h"
#include "berth/net/opening.h"
#include "berth/net/rate_limit.h"
#include "berth/net/upstream.h"

namespace berth::net {

// One thread, one poll(2) over everything. Owns what it opens; the descriptors of the job belong to the caller.
class NameServer {
 public:
  // At a time; each holds a socket. Further questions wait in the buffers of their sockets.
  static constexpr std::size_t kMaxInFlight = 256;

  // Looks up what needs more than the confined process may do.
  explicit NameServer(NameForwarderJob job);

  // Until the other end of the control socket is closed or shut down, or breaks its rules.
  void run();
  const NameReport& report() const { return report_; }

 private:
  // A question on its way: asked upstream, or answered and waiting for the keeper.
  struct Exchange {
    NameClient client;
    DnsQuery query;
    std::string name;  // as the policy and the report have it
    NameDecision decision;
    DnsName asked;  // in lower case, so that case carries nothing outwards
    std::int64_t deadline_ns = 0;
    std::int64_t try_deadline_ns = 0;
    std::size_t first_resolver = 0;
    std::size_t tries = 0;
    bool was_answered = false;  // by some resolver, if badly
    std::optional<UpstreamTry> attempt;
    std::uint32_t sequence = 0;  // of the opening that the keeper works on
    DnsReply reply;              // to be given once it has
    bool is_done = false;
  };

  bool may_take(std::int64_t now_ns);
  std::int64_t next_wake_ns(std::int64_t now_ns);
  void poll_once();
  void take_questions(const pollfd* polled, std::int64_t now_ns);
  void take_keeper_answers();

  void handle(const NameMessage& message, std::int64_t now_ns);
  bool is_repeated(const NameClient& client, const DnsQuery& query) const;
  void decide(Exchange exchange, std::int64_t now_ns);
  bool within_budget(const Exchange& exchange, std::int64_t now_ns);
  void ask(Exchange& exchange, Transport transport, std::int64_t now_ns);
  void ask_next(Exchange& exchange, std::int64_t now_ns);
  void advance(Exchange& exchange, std::int64_t now_ns);
  void time_out(Exchange& exchange, std::int64_t now_ns);
  void take_answer(Exchange& exchange, std::int64_t now_ns);
  std::vector<DnsRecord> without_refused(const Exchange& exchange, std::vector<DnsRecord> records);
  void open_then_reply(Exchange& exchange, DnsReply reply, std::int64_t now_ns);
  void fail_exchange(Exchange& exchange, NameEventKind kind);
  void reply(Exchange& exchange, const DnsReply& reply);
  void send(const NameClient& client, const std::string& message);

  NameForwarderJob job_;
  std::vector<UpstreamAddress> resolvers_;
  std::size_t preferred_ = 0;  // the resolver that is asked first: not the last one that kept silent
  std::int64_t try_ns_ = 0;
  TokenBucket queries_;
  TokenBucket name_bytes_;
  RecentNames recent_;
  NameConnections connections_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::uint32_t next_sequence_ = 1;
  NameReport report_;
  bool is_over_ = false;
};

}  // namespace berth::net
