#include "berth/dt/context_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "berth/base/utf8.h"
#include "berth/dt/json_size.h"

namespace berth::dt {
namespace {

// What json_bytes says of them.
constexpr std::size_t kNullBytes = 8;
constexpr std::size_t kEmptyBytes = 2;
constexpr std::size_t kItemBytes = 2;  // beside its value

std::unexpected<Error> no_object(std::string_view name) {
  return fail(Errc::InvalidInput, fmt::format("'{}' would be a member of a value that is no object",
                                              to_visible(name.substr(0, 200), false)));
}

}  // namespace

std::unexpected<Error> ContextTree::too_many_members() const {
  return fail(Errc::Exhausted, fmt::format("an object of the context would have more than {} members", most_members_));
}

Result<void> ContextTree::check_room(std::size_t more) const {
  if (more <= most_bytes_ && bytes_ <= most_bytes_ - more) return {};
  return fail(Errc::Exhausted, fmt::format("the context would be larger than {} bytes", most_bytes_));
}

Result<void> ContextTree::count(std::size_t added, std::size_t removed) {
  if (added > removed) BERTH_CHECK_OK(check_room(added - removed));
  bytes_ = bytes_ + added - std::min(removed, bytes_ + added);
  return {};
}

// The value that a part of a path is looked for in.
Json* ContextTree::last_of(Json& at) {
  Json* value = &at;
  for (Json::Array* items = value->as_array(); items != nullptr; items = value->as_array()) {
    if (items->empty()) {
      items->emplace_back();
      bytes_ += kNullBytes + kItemBytes;
    }
    value = &items->back();
  }
  return value;
}

bool ContextTree::open_list(Json& at) {
  if (at.is_array()) return false;
  Json::Array items;
  if (at.is_null()) {
    bytes_ -= kNullBytes - kEmptyBytes;
  } else {
    items.push_back(std::move(at));
    bytes_ += kEmptyBytes + kItemBytes;
  }
  at = Json(std::move(items));
  return true;
}

void ContextTree::close_list(Json& at) {
  Json::Array& items = *at.as_array();
  if (items.size() > 1) return;
  if (items.empty()) {
    bytes_ += kNullBytes - kEmptyBytes;
  } else {
    bytes_ -= kEmptyBytes + kItemBytes;
  }
  Json only = items.empty() ? Json() : std::move(items[0]);
  at = std::move(only);
}

Result<void> ContextTree::add_member(Json::Object& members, std::string name, Json value) {
  if (members.size() >= most_members_) return too_many_members();
  BERTH_CHECK_OK(count(member_bytes(name) + json_bytes(value), 0));
  index_.append(members, std::move(name), std::move(value));
  return {};
}

Result<void> ContextTree::check_set(Json& root, std::span<const std::string_view> names, std::size_t value_bytes) {
  // The most that a missing parent adds beside its own member: a null that becomes an element and then an object.
  constexpr std::size_t kParentBytes = kNullBytes + kItemBytes;
  Json* value = &root;
  while (!names.empty()) {
    while (value->is_array() && !value->as_array()->empty()) value = &value->as_array()->back();
    if (value->is_null() || value->is_array()) break;
    Json::Object* members = value->as_object();
    if (members == nullptr) return no_object(names.front());
    Json* const member = index_.find(*members, names.front());
    if (member == nullptr) {
      if (members->size() >= most_members_) return too_many_members();
      break;
    }
    value = member;
    names = names.subspan(1);
  }
  std::size_t added = value_bytes;
  for (const std::string_view name : names) added += member_bytes(name) + kParentBytes;
  const std::size_t removed = names.empty() ? json_bytes(*value) : 0;
  return added > removed ? check_room(added - removed) : Result<void>();
}

Result<Json*> ContextTree::open_member(Json& at, std::string_view name) {
  Json* value = last_of(at);
  if (value->is_null()) {
    *value = Json::object();
    bytes_ -= kNullBytes - kEmptyBytes;
  }
  Json::Object* members = value->as_object();
  if (members == nullptr) return no_object(name);
  if (Json* member = index_.find(*members, name)) return member;
  BERTH_CHECK_OK(add_member(*members, std::string(name), Json()));
  return &members->back().second;
}

Result<void> ContextTree::replace(Json& at, Json value) {
  BERTH_CHECK_OK(count(json_bytes(value), json_bytes(at)));
  if (at.is_array() || at.is_object()) index_.forget();
  at = std::move(value);
  return {};
}

Result<void> ContextTree::append(Json::Array& list, Json value) {
  BERTH_CHECK_OK(count(json_bytes(value) + kItemBytes, 0));
  list.push_back(std::move(value));
  return {};
}

Result<void> ContextTree::overlay(Json& at, Json value) {
  Json::Object* members = at.as_object();
  Json::Object* over = value.as_object();
  if (members == nullptr || over == nullptr) return replace(at, std::move(value));
  constexpr std::size_t kFewSteps = 4096;
  if (members->size() * over->size() > kFewSteps) return overlay_many(*members, std::move(*over));
  for (auto& [name, member] : *over) {
    Json* known = index_.find(*members, name);
    BERTH_CHECK_OK(known != nullptr ? replace(*known, std::move(member))
                                    : add_member(*members, std::move(name), std::move(member)));
  }
  return {};
}

Result<void> ContextTree::overlay_many(Json::Object& members, Json::Object&& over) {
  std::unordered_map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < members.size(); ++i) positions[members[i].first] = i;
  for (auto& [name, member] : over) {
    const auto [known, is_new] = positions.try_emplace(name, members.size());
    BERTH_CHECK_OK(is_new ? add_member(members, std::move(name), std::move(member))
                          : replace(members[known->second].second, std::move(member)));
  }
  return {};
}

}  // namespace berth::dt
