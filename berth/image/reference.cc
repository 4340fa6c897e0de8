#include "berth/image/reference.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/base/utf8.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxText = 512;  // longest name, tag and digest together
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;
constexpr std::size_t kMaxLabel = 63;  // of a host name, RFC 1035
constexpr int kMaxPort = 65535;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_number(char c) { return c >= '0' && c <= '9'; }
bool is_letter_or_number(char c) { return is_lower(c) || is_upper(c) || is_number(c); }
bool is_lower_hex(char c) { return is_number(c) || (c >= 'a' && c <= 'f'); }

// What is wrong, for the end of the error text; empty when nothing is.
using Complaint = std::string;

Complaint complain_about_bytes(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > kMaxText) return fmt::format("it has {} characters, and {} is the most", text.size(), kMaxText);
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return "only ASCII may stand in it; write a host name in its xn-- form";
    if (c <= ' ' || c == 0x7f) return "it holds a blank or a control character";
  }
  if (text.find("://") != std::string_view::npos) return "it is a URL: leave out what stands before the host name";
  return {};
}

Complaint complain_about_port(std::string_view port) {
  int value = 0;
  for (const char c : port) {
    if (!is_number(c) || value > kMaxPort) return fmt::format("the port '{}' is not a number from 1 to 65535", port);
    value = value * 10 + (c - '0');
  }
  if (value < 1 || value > kMaxPort) return fmt::format("the port '{}' is not a number from 1 to 65535", port);
  return {};
}

Complaint complain_about_host(std::string_view host) {
  if (host.empty()) return "the registry has no host name";
  for (std::size_t begin = 0; begin <= host.size();) {
    const std::size_t end = std::min(host.find('.', begin), host.size());
    const std::string_view label = host.substr(begin, end - begin);
    const auto fits = [](char c) { return is_letter_or_number(c) || c == '-'; };
    if (label.empty() || label.size() > kMaxLabel || !std::ranges::all_of(label, fits) || label.front() == '-' ||
        label.back() == '-') {
      return fmt::format("the registry's host name '{}' is not a host name", host);
    }
    begin = end + 1;
  }
  return {};
}

Complaint complain_about_registry(std::string_view registry) {
  if (registry.starts_with('[')) {
    const std::size_t close = registry.find(']');
    if (close == std::string_view::npos) return fmt::format("the registry '{}' lacks a closing ']'", registry);
    const std::string address(registry.substr(1, close - 1));
    in6_addr parsed = {};
    if (::inet_pton(AF_INET6, address.c_str(), &parsed) != 1)
      return fmt::format("'{}' is not an IPv6 address", address);
    const std::string_view rest = registry.substr(close + 1);
    if (rest.empty()) return {};
    if (rest.front() != ':') return fmt::format("'{}' stands behind the address of the registry", rest);
    return complain_about_port(rest.substr(1));
  }
  const std::size_t colon = registry.find(':');
  if (Complaint complaint = complain_about_host(registry.substr(0, colon)); !complaint.empty()) return complaint;
  return colon == std::string_view::npos ? Complaint() : complain_about_port(registry.substr(colon + 1));
}

// One component: runs of lower-case letters and numbers, joined by `.`, `_`, `__` or any number of `-`.
Complaint complain_about_component(std::string_view component) {
  if (component.empty()) return "a part between two slashes of the name is empty";
  if (std::ranges::any_of(component, is_upper)) {
    return fmt::format("'{}' holds upper-case letters, and a name is written in lower case", component);
  }
  const auto bad = [&] {
    return fmt::format(
        "'{}' is not a name: lower-case letters and numbers, joined by one '.', one or two '_', or '-', stand in it",
        component);
  };
  std::size_t at = 0;
  for (;;) {
    const std::size_t run = at;
    while (at < component.size() && (is_lower(component[at]) || is_number(component[at]))) ++at;
    if (at == run) return bad();
    if (at == component.size()) return {};
    const std::size_t joint = at;
    while (at < component.size() && component[at] == component[joint] && at - joint < kMaxName) ++at;
    const std::size_t length = at - joint;
    const char c = component[joint];
    const bool fits = c == '-' || (c == '.' && length == 1) || (c == '_' && length <= 2);
    if (!fits) return bad();
  }
}

Complaint complain_about_path(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (Complaint complaint = complain_about_component(path.substr(begin, end - begin)); !complaint.empty()) {
      return complaint;
    }
    begin = end + 1;
  }
  if (path.size() == 64 && std::ranges::all_of(path, is_lower_hex))
    return "64 hexadecimal digits are an id, not a name";
  return {};
}

Complaint complain_about_tag(std::string_view tag) {
  if (tag.empty()) return "the tag is empty: write one after the ':', or leave the ':' out for the newest";
  if (tag.size() > kMaxTag) return fmt::format("the tag has {} characters, and {} is the most", tag.size(), kMaxTag);
  const auto fits = [](char c) { return is_letter_or_number(c) || c == '_' || c == '.' || c == '-'; };
  if (!std::ranges::all_of(tag, fits) || tag.front() == '.' || tag.front() == '-') {
    return fmt::format("the tag '{}' is not letters, numbers, '_', '.' and '-', the first of them no '.' or '-'", tag);
  }
  return {};
}

bool is_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:[") != std::string_view::npos;
}

Complaint take_apart(std::string_view text, Reference& into) {
  if (Complaint complaint = complain_about_bytes(text); !complaint.empty()) return complaint;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    into.digest = text.substr(at + 1);
    text = text.substr(0, at);
    if (!is_digest(into.digest)) {
      return fmt::format("the digest '{}' is not 'sha256:' and 64 lower-case hexadecimal digits", into.digest);
    }
  }
  // The last colon belongs to a tag only behind the last slash; before it, it belongs to a port or an address.
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  const std::string_view name = text.substr(0, colon);
  if (colon != std::string_view::npos && slash == std::string_view::npos && text.starts_with('[')) {
    return "it is a registry without the name of an image";
  }
  if (colon != std::string_view::npos) {
    into.tag = text.substr(colon + 1);
    if (Complaint complaint = complain_about_tag(into.tag); !complaint.empty()) return complaint;
  }
  if (name.empty()) return "it has no name";
  if (name.size() > kMaxName)
    return fmt::format("the name has {} characters, and {} is the most", name.size(), kMaxName);
  const std::size_t first = name.find('/');
  if (first != std::string_view::npos && is_registry(name.substr(0, first)) && !name.starts_with('.')) {
    into.registry = name.substr(0, first);
    if (Complaint complaint = complain_about_registry(into.registry); !complaint.empty()) return complaint;
    into.path = name.substr(first + 1);
  } else {
    into.path = name;
  }
  return complain_about_path(into.path);
}

}  // namespace

Result<Reference> parse_reference(std::string_view text) {
  Reference reference;
  const Complaint complaint = take_apart(text, reference);
  if (complaint.empty()) return reference;
  constexpr std::size_t kShown = 80;
  const std::string shown = to_visible(text.substr(0, kShown), false) + (text.size() > kShown ? "..." : "");
  return fail(Errc::InvalidInput, fmt::format("read image reference '{}': {}", shown, to_visible(complaint, false)));
}

std::string name_of(const Reference& reference) {
  return reference.registry.empty() ? reference.path : reference.registry + "/" + reference.path;
}

std::string to_string(const Reference& reference) {
  std::string text = name_of(reference);
  if (!reference.tag.empty()) text += ":" + reference.tag;
  if (!reference.digest.empty()) text += "@" + reference.digest;
  return text;
}

Reference normalized(Reference reference) {
  std::ranges::transform(reference.registry, reference.registry.begin(),
                         [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::string_view kUsualPort = ":443";
  if (reference.registry.ends_with(kUsualPort))
    reference.registry.resize(reference.registry.size() - kUsualPort.size());
  constexpr std::string_view kHubNames[] = {"", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"};
  if (std::ranges::find(kHubNames, reference.registry) != std::ranges::end(kHubNames)) reference.registry = "docker.io";
  if (reference.registry == "localhost.local") reference.registry = "localhost";  // as the original writes it, too
  if (reference.registry == "docker.io" && reference.path.find('/') == std::string::npos) {
    reference.path.insert(0, "library/");
  }
  return reference;
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  return text.size() == kAlgorithm.size() + 64 && text.starts_with(kAlgorithm) &&
         std::ranges::all_of(text.substr(kAlgorithm.size()), is_lower_hex);
}

}  // namespace berth::image
