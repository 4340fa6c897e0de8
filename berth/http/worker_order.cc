// A message is a line of JSON, for a call with its body behind it. Beside a call's message travel the client's
// connection and, where the body is long, a file that holds it; the descriptors of the request come with the next one,
// since there may be as many of them as one message can have.

#include "berth/http/worker_order.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "berth/base/json.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"
#include "berth/sys/unix_socket.h"

namespace berth::http {
namespace {

constexpr std::size_t kLongestInMessage = 32 << 10;  // of a body
constexpr std::size_t kLargestBody = 16 << 20;
constexpr std::string_view kDescriptors = "descriptors";

Result<void> send(int socket, const Json& head, std::string_view body = {}, std::span<const int> descriptors = {}) {
  const std::string message = print_json(head) + "\n" + std::string(body);
  BERTH_CHECK_OK(sys::send_with(socket, message, descriptors, MSG_DONTWAIT));
  return {};
}

Result<UniqueFd> file_of(std::string_view body) {
  BERTH_TRY(const int fd, sys::call([] { return ::memfd_create("body", MFD_CLOEXEC); }, "make a file in memory"));
  UniqueFd file(fd);
  BERTH_CHECK_OK(sys::write_all(fd, body, "a file in memory"));
  BERTH_CHECK_OK(sys::check([&] { return ::lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0; }, "rewind a file in memory"));
  return file;
}

Error not_one() { return Error(Errc::Corrupt, "the daemon says what is no order"); }

bool is_on(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value != nullptr && value->is_bool() && *value->as_bool();
}

std::size_t count_in(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value != nullptr && value->is_int() && *value->as_int() > 0 ? static_cast<std::size_t>(*value->as_int()) : 0;
}

// Whose call it is decides what it may have in common with others: it is never guessed.
Result<uid_t> user_in(const Json& json) {
  const Json* value = json.find("user");
  if (value == nullptr || !value->is_int()) return std::unexpected(not_one());
  const std::int64_t user = *value->as_int();
  if (user < 0 || user >= std::int64_t{kNobody}) return std::unexpected(not_one());
  return static_cast<uid_t>(user);
}

Result<CallOrder> read_call(int socket, const Json& head, std::string_view body, std::vector<UniqueFd> descriptors) {
  CallOrder order;
  order.id = head.text_or("id", "");
  order.verb = head.text_or("verb", "") == "run" ? Verb::Run : Verb::Exec;
  order.in_lines = is_on(head, "lines");
  order.keep_alive = is_on(head, "keeps");
  BERTH_TRY(order.user, user_in(head));
  order.zygotes = count_in(head, "zygotes");
  order.begins_zygotes = is_on(head, "begins");
  order.read_ns = static_cast<std::int64_t>(count_in(head, "read_ns"));
  order.body = body;
  if (descriptors.empty()) return std::unexpected(not_one());
  order.client = std::move(descriptors[0]);
  if (descriptors.size() > 1) {
    BERTH_TRY(order.body, sys::read_to_end(descriptors[1].get(), kLargestBody, "the body of a request"));
  }
  if (count_in(head, "descriptors") > 0) {
    BERTH_TRY(sys::Received more, sys::receive_from(socket, 0));
    if (more.bytes != kDescriptors) return std::unexpected(not_one());
    order.descriptors = std::move(more.descriptors);
  }
  return order;
}

}  // namespace

Result<void> send_order(int socket, const CallOrder& order, int client) {
  Json head = Json::object();
  head.set("order", "call").set("id", order.id).set("verb", order.verb == Verb::Run ? "run" : "exec");
  head.set("lines", order.in_lines).set("keeps", order.keep_alive).set("user", std::uint64_t{order.user});
  head.set("begins", order.begins_zygotes);
  head.set("read_ns", order.read_ns)
      .set("zygotes", std::uint64_t{order.zygotes})
      .set("descriptors", std::uint64_t{order.descriptors.size()});
  if (order.body.size() <= kLongestInMessage) {
    BERTH_CHECK_OK(send(socket, head, order.body, std::array{client}));
  } else {
    BERTH_TRY(const UniqueFd body, file_of(order.body));
    BERTH_CHECK_OK(send(socket, head, {}, std::array{client, body.get()}));
  }
  if (order.descriptors.empty()) return {};
  std::vector<int> descriptors;
  for (const UniqueFd& one : order.descriptors) descriptors.push_back(one.get());
  BERTH_CHECK_OK(sys::send_with(socket, kDescriptors, descriptors, MSG_DONTWAIT));
  return {};
}

Result<void> send_order(int socket, const StopOrder& order) {
  return send(socket, Json::object().set("order", "stop").set("id", order.id));
}

Result<void> send_order(int socket, const DropOrder& order) {
  Json keys = Json::array();
  for (const std::string& key : order.keys) keys.push_back(key);
  return send(socket, Json::object().set("order", "drop").set("keys", std::move(keys)));
}

Result<void> send_order(int socket, const WarmOrder& order) {
  Json head = Json::object();
  head.set("order", "warm").set("wish", order.wish).set("zygotes", std::uint64_t{order.zygotes});
  return send(socket, head);
}

Result<std::optional<Order>> receive_order(int socket) {
  BERTH_TRY(sys::Received received, sys::receive_from(socket, 0));
  if (received.bytes.empty()) return std::nullopt;
  const std::string_view message = received.bytes;
  const std::size_t end = message.find('\n');
  if (end == std::string_view::npos) return std::unexpected(not_one());
  const auto head = parse_json(message.substr(0, end));
  if (!head) return std::unexpected(not_one());
  const std::string what = head->text_or("order", "");
  if (what == "call") {
    BERTH_TRY(CallOrder order, read_call(socket, *head, message.substr(end + 1), std::move(received.descriptors)));
    return Order(std::move(order));
  }
  if (what == "stop") return Order(StopOrder{head->text_or("id", "")});
  if (what == "warm") return Order(WarmOrder{head->text_or("wish", ""), count_in(*head, "zygotes")});
  if (what != "drop") return std::unexpected(not_one());
  DropOrder order;
  const Json* keys = head->find("keys");
  if (keys == nullptr || !keys->is_array()) return std::unexpected(not_one());
  for (const Json& key : *keys->as_array()) {
    if (const std::string* text = key.as_string()) order.keys.push_back(*text);
  }
  return Order(std::move(order));
}

}  // namespace berth::http
