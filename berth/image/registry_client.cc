#include "berth/image/registry_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/auth_challenge.h"
#include "berth/image/reference.h"
#include "berth/image/retry_after.h"
#include "berth/image/signature_object.h"
#include "berth/image/strict_json.h"
#include "berth/sys/interrupt.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMostHops = 10;
constexpr auto kQuestionTime = std::chrono::minutes(2);
constexpr std::size_t kMaxTokenBytes = 64 << 10;
constexpr std::size_t kMaxTagsBytes = 4 << 20;
constexpr std::size_t kMaxTags = 20'000;
constexpr int kMostPages = 100;
constexpr int kTagsAPage = 1000;  // that we ask for; more is refused by some

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_worth_another_try(const Result<HttpAnswer>& answer) {
  if (!answer) return answer.error().code() == Errc::Unavailable || answer.error().code() == Errc::TimedOut;
  return answer->status == 429 || answer->status == 408 || (answer->status >= 500 && answer->status != 501);
}

// How long the registry wants us to wait.
std::optional<std::chrono::seconds> wanted_wait(const HttpAnswer& answer) {
  return parse_retry_after(answer.header("retry-after"), answer.header("date"), std::chrono::system_clock::now());
}

// What to do where it is too busy for us.
std::string busy_advice(const HttpAnswer& answer) {
  const auto wanted = wanted_wait(answer);
  std::string when = wanted ? fmt::format("it wants to be left alone for {} s; try again then", wanted->count())
                            : std::string("try again later");
  if (answer.status != 429) return when;
  return when + ", log in where it allows more to those it knows, or name a mirror under images.registries";
}

// A login page of a proxy, as a rule.
Result<void> check_no_page(const HttpAnswer& answer, std::string_view registry, std::string_view what) {
  const std::size_t begin = std::min(answer.body.find_first_not_of(" \t\r\n"), answer.body.size());
  if (answer.body.substr(begin, 1) != "<") return {};
  return fail(Errc::Corrupt, fmt::format("ask the registry '{}' for {}: what came is a page in HTML; see that it is a "
                                         "registry, and that no proxy answers in its place, as with a page to log in",
                                         registry, what));
}

// The registry's own words, where it has some.
std::string words_of(const HttpAnswer& answer) {
  constexpr std::size_t kMost = 200;
  const auto json = parse_json(answer.body, {.depth = 16, .values = 1000});
  const Json* errors = json ? json->find("errors") : nullptr;
  if (errors == nullptr || !errors->is_array() || errors->as_array()->empty()) return {};
  const Json& first = errors->as_array()->front();
  std::string text = first.text_or("code", "");
  if (const std::string message = first.text_or("message", ""); !message.empty()) text += ": " + message;
  return to_visible(text.substr(0, kMost), false);
}

std::string joined(const std::vector<std::string_view>& types) {
  std::string text;
  for (const std::string_view type : types) text += (text.empty() ? "" : ", ") + std::string(type);
  return text;
}

}  // namespace

Result<RegistryClient> RegistryClient::open(RegistryPlace place, std::string path, RegistryOptions options) {
  if (!place.prefix.empty()) path = place.prefix + "/" + path;
  BERTH_TRY(FoundCredentials found, find_credentials(options.credential_files, place.registry, path));
  BERTH_TRY(HttpClient http, HttpClient::open());
  RegistryClient client(std::move(place), std::move(path), std::move(options), std::move(found), std::move(http));
  if (client.place_.insecure) BERTH_CHECK_OK(client.find_scheme());
  return client;
}

// An insecure registry may speak either.
Result<void> RegistryClient::find_scheme() {
  BERTH_TRY(const Url secure, parse_url(place_.base));
  HttpRequest request = {.url = secure.origin() + "/v2/", .time_limit = std::chrono::seconds(20)};
  auto answer = http_.send(request, place_.access);
  BERTH_CHECK_OK(sys::check_interrupted());
  const bool is_reached =
      answer || (answer.error().code() != Errc::Unavailable && answer.error().code() != Errc::Denied);
  if (is_reached) return {};
  const std::string plain = "http" + place_.base.substr(std::string_view("https").size());
  BERTH_TRY(const Url url, parse_url(plain));
  request.url = plain + "/v2/";
  BERTH_CHECK_OK(http_.send(request, place_.access));
  place_.base = plain;
  return {};
}

std::string RegistryClient::url(std::string_view rest) const {
  return fmt::format("{}/v2/{}/{}", place_.base, path_, rest);
}

Result<milliseconds> RegistryClient::time_left() const {
  const auto left = std::chrono::duration_cast<milliseconds>(options_.deadline - Clock::now());
  if (left.count() > 0) return left;
  return fail(Errc::TimedOut,
              fmt::format("ask the registry '{}': it was not done in the time that it has", place_.registry));
}

// What to do where the registry does not let us.
std::string RegistryClient::login_advice() const {
  if (found_.credentials) return "the name and password that were found are not enough";
  if (!found_.warnings.empty()) return found_.warnings.front();
  return fmt::format(
      "it is not there, or not for everybody: no name and password for the registry were found; look how the name is "
      "written, and log in with 'skopeo login {}', or write them to an auth.json",
      place_.registry);
}

Error RegistryClient::refusal(const HttpAnswer& answer, std::string_view what) const {
  const std::string own = words_of(answer);
  const std::string words = own.empty() ? "" : fmt::format(" ({})", own);
  const std::string doing = fmt::format("ask the registry '{}' for {}", place_.registry, what);
  if (answer.status == 404)
    return Error(Errc::NotFound,
                 fmt::format("{}: it has none{}; see that it is written as the registry has it", doing, words));
  if (answer.status == 401 || answer.status == 403) {
    return Error(Errc::Denied, fmt::format("{}: status {}{}: {}", doing, answer.status, words, login_advice()));
  }
  if (answer.status == 413) return Error(Errc::Unavailable, fmt::format("{}: it is too large for it{}", doing, words));
  const std::string remedy = answer.status == 429 || answer.status == 503 ? "; " + busy_advice(answer) : "";
  return Error(Errc::Unavailable,
               fmt::format("{}: it answers with status {}{}{}", doing, answer.status, words, remedy));
}

// What a server of tokens may answer is the token alone; nothing follows its redirects.
Result<HttpAnswer> RegistryClient::ask_for_token(const std::string& realm, const std::string& service) {
  const std::string scope = fmt::format("repository:{}:{}", path_, options_.writes ? "pull,push" : "pull");
  BERTH_TRY(const Url url, parse_url(realm).context([] { return "log in: the registry's server of tokens"; }));
  const bool trusted = may_have_credentials(place_, url);
  HttpAccess access = place_.access;
  access.any_address = trusted;
  if (!trusted) access.client_certificate.clear();
  if (found_.credentials && !trusted) {
    return fail(Errc::Denied,
                fmt::format("log in at '{}': it sends us to '{}' with our password, which is another's; if that is "
                            "right, name it with 'sends_to' under images.registries",
                            place_.registry, url.origin()));
  }
  if (url.scheme != "https" && !place_.insecure) {
    return fail(Errc::Denied, fmt::format("log in at '{}': its server of tokens '{}' is not asked without TLS",
                                          place_.registry, url.origin()));
  }
  BERTH_TRY(const milliseconds left, time_left());
  HttpRequest request = {.limit_bytes = kMaxTokenBytes, .time_limit = std::min<milliseconds>(left, kQuestionTime)};
  if (found_.credentials && !found_.credentials->identity_token.empty()) {
    request.method = "POST";
    request.url = to_text(url);
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.body = fmt::format("grant_type=refresh_token&service={}&scope={}&client_id=berth&refresh_token={}",
                               query_text(service), query_text(scope), query_text(found_.credentials->identity_token));
  } else {
    const bool has_query = url.target.contains('?');
    request.url = fmt::format("{}{}service={}&scope={}", to_text(url), has_query ? "&" : "?", query_text(service),
                              query_text(scope));
    if (found_.credentials) request.headers = {"Authorization: " + found_.credentials->basic()};
  }
  return http_.send(request, access);
}

Result<void> RegistryClient::log_in(const HttpAnswer& answer) {
  const auto doing = [&] { return fmt::format("log in at the registry '{}'", place_.registry); };
  BERTH_TRY(const AuthChallenge challenge, parse_auth_challenge(answer.all("www-authenticate")).context(doing));
  if (!challenge.bearer) {
    if (!found_.credentials || found_.credentials->user.empty())
      return std::unexpected(refusal(answer, "'" + path_ + "'"));
    authorization_ = found_.credentials->basic();
    return {};
  }
  BERTH_TRY(const HttpAnswer told, ask_for_token(challenge.realm, challenge.service));
  if (!told.is_success()) {
    return fail(told.status == 401 || told.status == 403 ? Errc::Denied : Errc::Unavailable,
                fmt::format("{}: its server of tokens answers with status {}{}", doing(), told.status,
                            found_.warnings.empty() ? "" : ": " + found_.warnings.front()));
  }
  BERTH_TRY(const Json json, parse_strict_json(told.body, "token"));
  std::string token = json.text_or("token", "");
  if (token.empty()) token = json.text_or("access_token", "");
  const bool plain = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
  if (token.empty() || !plain) return fail(Errc::Corrupt, doing() + ": its server of tokens gave none");
  authorization_ = "Bearer " + token;
  return {};
}

struct RegistryClient::Followed {
  HttpAnswer answer;
  bool is_own = true;  // the registry itself gave it, nobody that it sent us to
};

// One request to wherever it leads in the end.
Result<RegistryClient::Followed> RegistryClient::follow(HttpRequest request) {
  BERTH_TRY(Url url, parse_url(request.url));
  BERTH_TRY(const Url base, parse_url(place_.base));
  HttpAccess access = place_.access;
  bool is_own = url.origin() == base.origin();
  if (!is_own) access.any_address = place_.is_named(url);
  if (is_own && !authorization_.empty()) request.headers.push_back("Authorization: " + authorization_);
  for (int hop = 0;; ++hop) {
    BERTH_TRY(HttpAnswer answer, http_.send(request, access));
    if (!is_redirect(answer.status) || (request.method != "GET" && request.method != "HEAD")) {
      return Followed{std::move(answer), is_own};
    }
    const auto doing = [&] { return fmt::format("follow where the registry '{}' sends us", place_.registry); };
    if (hop == kMostHops)
      return fail(Errc::Corrupt, fmt::format("{}: it does so more than {} times", doing(), kMostHops));
    auto next = follow_location(url, answer.header("location"));
    // The next place is the registry's mistake, not the caller's.
    if (!next) return fail(Errc::Corrupt, fmt::format("{}: {}", doing(), next.error().message()));
    if (next->has_user) return fail(Errc::Denied, doing() + ": the address holds a name and a password");
    if (url.scheme == "https" && next->scheme == "http") {
      return fail(Errc::Denied, fmt::format("{}: from https to http, at '{}'", doing(), next->origin()));
    }
    if (next->origin() != url.origin()) {
      is_own = false;
      std::erase_if(request.headers, [](const std::string& header) { return header.starts_with("Authorization:"); });
      access.any_address = place_.is_named(*next);
      if (!access.any_address) access.client_certificate.clear();
    }
    url = *std::move(next);
    request.url = to_text(url);
  }
}

Result<HttpAnswer> RegistryClient::ask_once(const HttpRequest& request) {
  BERTH_TRY(Followed first, follow(request));
  if (first.answer.status != 401 || !first.is_own) return std::move(first.answer);
  // Without a token yet, or with one that has run out.
  BERTH_CHECK_OK(log_in(first.answer));
  BERTH_TRY(Followed second, follow(request));
  return std::move(second.answer);
}

Result<HttpAnswer> RegistryClient::ask(HttpRequest request) {
  milliseconds pause = options_.pause;
  for (int tries = 1;; ++tries) {
    BERTH_TRY(const milliseconds left, time_left());
    request.time_limit = std::min<milliseconds>(left, request.time_limit);
    auto answer = ask_once(request);
    if (!is_worth_another_try(answer) || tries >= options_.tries) return answer;
    const auto wanted = answer ? wanted_wait(*answer) : std::nullopt;
    // Asked sooner it would refuse again, and for so long nobody is left without a word.
    if (wanted && (*wanted > kLongestWait || *wanted >= left)) return answer;
    const milliseconds wait = wanted && wanted->count() > 0 ? milliseconds(*wanted) : pause;
    if (options_.on_wait && wait >= kShortWait) {
      options_.on_wait(wait_text(place_.registry, wait, answer ? answer->status : 0, wanted.has_value()));
    }
    BERTH_CHECK_OK(sys::rest(std::min(wait, left)));
    pause *= 2;
  }
}

Result<FetchedManifest> RegistryClient::fetch_manifest(const std::string& tag_or_digest) {
  const std::string what = fmt::format("the manifest '{}' of '{}'", tag_or_digest, path_);
  HttpRequest request = {.url = url("manifests/" + tag_or_digest), .limit_bytes = kMaxManifestBytes};
  request.headers = {"Accept: " + joined({kOciManifestType, kOciIndexType, kDockerManifestType, kDockerIndexType})};
  BERTH_TRY(HttpAnswer answer, ask(std::move(request)));
  if (!answer.is_success()) return std::unexpected(refusal(answer, what));
  BERTH_CHECK_OK(check_no_page(answer, place_.registry, what));
  FetchedManifest fetched = {.body = std::move(answer.body), .content_type = answer.header("content-type")};
  fetched.digest = "sha256:" + sha256_hex(fetched.body);
  const std::string told = answer.header("docker-content-digest");
  for (const std::string& wanted : {told, is_digest(tag_or_digest) ? tag_or_digest : std::string()}) {
    if (wanted.empty() || wanted == fetched.digest) continue;
    return fail(Errc::Corrupt,
                fmt::format("ask the registry '{}' for {}: what came has the digest {}, and should have {}",
                            place_.registry, what, fetched.digest, to_visible(wanted, false)));
  }
  return fetched;
}

Result<std::optional<std::string>> RegistryClient::find_digest(const std::string& tag) {
  HttpRequest request = {.method = "HEAD", .url = url("manifests/" + tag)};
  request.headers = {"Accept: " + joined({kOciManifestType, kOciIndexType, kDockerManifestType, kDockerIndexType})};
  BERTH_TRY(const HttpAnswer answer, ask(std::move(request)));
  if (answer.status == 404) return std::optional<std::string>();
  if (!answer.is_success()) return std::unexpected(refusal(answer, fmt::format("the digest of '{}:{}'", path_, tag)));
  std::string digest = answer.header("docker-content-digest");
  if (is_digest(digest)) return std::optional(std::move(digest));
  BERTH_TRY(FetchedManifest fetched, fetch_manifest(tag));
  return std::optional(std::move(fetched.digest));
}

Result<TagList> RegistryClient::fetch_tags(const std::string& validator) {
  const std::string what = fmt::format("the tags of '{}'", path_);
  TagList list;
  HttpRequest request = {.url = url(fmt::format("tags/list?n={}", kTagsAPage)), .limit_bytes = kMaxTagsBytes};
  if (!validator.empty()) request.headers = {"If-None-Match: " + validator};
  for (int page = 0; page < kMostPages; ++page) {
    BERTH_TRY(const HttpAnswer answer, ask(request));
    if (answer.status == 304 && page == 0) {
      list.validator = validator;
      list.unchanged = true;
      return list;
    }
    if (!answer.is_success()) return std::unexpected(refusal(answer, what));
    BERTH_CHECK_OK(check_no_page(answer, place_.registry, what));
    if (page == 0) list.validator = answer.header("etag");
    BERTH_TRY(const Json json, parse_strict_json(answer.body, "list of tags"));
    const Json* tags = json.find("tags");
    if (tags != nullptr && tags->is_array()) {
      for (const Json& tag : *tags->as_array()) {
        // A tag that is none could not be asked for either; one that belongs to a digest is that of no image.
        const bool is_tag =
            tag.is_string() && parse_reference("x:" + *tag.as_string()) && !is_tag_of_a_digest(*tag.as_string());
        if (is_tag && list.tags.size() < kMaxTags) list.tags.push_back(*tag.as_string());
      }
    }
    BERTH_TRY(const std::optional<std::string> next,
              next_page(answer).context([&] { return fmt::format("ask for {}: the next page", what); }));
    if (!next) return list;
    list.validator.clear();  // it stands for the first page alone
    request.url = *next;
    request.headers.clear();
  }
  return fail(Errc::Exhausted, fmt::format("ask the registry '{}' for {}: there are more than {} pages of them",
                                           place_.registry, what, kMostPages));
}

// Without the rest of the tags the newest one would be wrong: what cannot be followed is an error.
Result<std::optional<std::string>> RegistryClient::next_page(const HttpAnswer& answer) const {
  const std::string link = answer.header("link");
  const std::size_t close = link.find('>');
  if (!link.starts_with('<') || close == std::string::npos || !link.contains("next")) {
    return std::optional<std::string>();
  }
  BERTH_TRY(const Url base, parse_url(place_.base));
  BERTH_TRY(const Url next, follow_location(base, std::string_view(link).substr(1, close - 1)));
  // A registry behind a proxy may not know how it is reached; its host alone must be the same.
  if (next.host != base.host) {
    return fail(Errc::Denied, fmt::format("the registry '{}' sends us to '{}' for it", place_.registry, next.origin()));
  }
  return std::optional(base.origin() + next.target);
}

}  // namespace berth::image
