#include "berth/http/call_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "berth/content/suggestion.h"

namespace berth::http {
namespace {

using Take = std::function<Result<void>(const Json& value)>;
struct Key {
  std::string_view name;
  Take take;
};

std::unexpected<Error> wrong(std::string_view key, std::string_view what) {
  return fail(Errc::InvalidInput, fmt::format("key '{}': it must be {}", key, what));
}

Take text_of(std::string_view key, std::string& into) {
  return [key, &into](const Json& value) -> Result<void> {
    if (!value.is_string()) return wrong(key, "a text");
    // Options of a program cannot hold it either, and what is behind it would be lost on the way.
    if (value.as_string()->find('\0') != std::string::npos) return wrong(key, "a text without NUL");
    into = *value.as_string();
    return {};
  };
}

Take truth_of(std::string_view key, bool& into) {
  return [key, &into](const Json& value) -> Result<void> {
    if (!value.is_bool()) return wrong(key, "true or false");
    into = *value.as_bool();
    return {};
  };
}

Take object_of(std::string_view key, Json& into) {
  return [key, &into](const Json& value) -> Result<void> {
    if (!value.is_object()) return wrong(key, "an object");
    into = value;
    return {};
  };
}

template <class Read>
Take list_of(std::string_view key, Read read) {
  return [key, read](const Json& value) -> Result<void> {
    if (!value.is_array()) return wrong(key, "a list");
    for (const Json& one : *value.as_array()) BERTH_CHECK_OK(read(one));
    return {};
  };
}

Take texts_of(std::string_view key, std::vector<std::string>& into) {
  return list_of(key, [key, &into](const Json& one) -> Result<void> {
    into.emplace_back();
    return text_of(key, into.back())(one);
  });
}

Result<void> take_keys(const Json& json, std::string_view what, const std::vector<Key>& keys) {
  if (!json.is_object()) return fail(Errc::InvalidInput, fmt::format("{} is no JSON object", what));
  for (const auto& [name, value] : *json.as_object()) {
    const auto known = std::ranges::find(keys, name, &Key::name);
    if (known == keys.end()) {
      std::vector<std::string> names;
      for (const Key& key : keys) names.emplace_back(key.name);
      return fail(Errc::InvalidInput,
                  fmt::format("{} has no key '{}'{}", what, name, content::suggestion_for(name, names)));
    }
    if (!value.is_null()) BERTH_CHECK_OK(known->take(value));
  }
  return {};
}

// The place of a descriptor among those that came along.
Take descriptor_of(std::string_view key, std::size_t came, std::function<void(std::size_t)> give) {
  return [key, came, give = std::move(give)](const Json& value) -> Result<void> {
    const std::int64_t* number = value.as_int();
    if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) >= came) {
      return wrong(key, fmt::format("the number of one of the {} descriptors that came along", came));
    }
    give(static_cast<std::size_t>(*number));
    return {};
  };
}

Result<void> take_item(const Json& json, std::size_t descriptors, AskedItem& item) {
  std::string code;
  BERTH_CHECK_OK(
      take_keys(json, "the item",
                {{"path", text_of("path", item.path)},
                 {"descriptor", descriptor_of("descriptor", descriptors, [&](auto at) { item.descriptor = at; })},
                 {"name", text_of("name", item.name)},
                 {"code", text_of("code", code)},
                 {"label", text_of("label", item.label)}}));
  if (const Json* given = json.find("code"); given != nullptr && !given->is_null()) item.code = std::move(code);
  const int given = (item.path.empty() ? 0 : 1) + (item.name.empty() ? 0 : 1) + (item.code ? 1 : 0);
  if (given != 1) return fail(Errc::InvalidInput, "the item needs one of 'path', 'name' and 'code'");
  if (item.path.empty()) return {};
  if (!item.path.starts_with('/')) return wrong("path", "an absolute path");
  if (!item.descriptor) return fail(Errc::InvalidInput, "key 'path': its 'descriptor' did not come along");
  return {};
}

Result<content::Assignment> read_parameter(const Json& json) {
  std::string name;
  std::string value;
  std::string source;
  BERTH_CHECK_OK(take_keys(
      json, "a parameter",
      {{"name", text_of("name", name)}, {"value", text_of("value", value)}, {"source", text_of("source", source)}}));
  if (name.empty()) return fail(Errc::InvalidInput, "a parameter has no name");
  if (!source.empty() && source != "file") return wrong("source", "'file', or be left out");
  const auto from = source.empty() ? content::ValueSource::Inline : content::ValueSource::File;
  return content::Assignment{std::move(name), std::move(value), from};
}

std::vector<Key> common_keys(CallBody& body, std::size_t descriptors) {
  return {
      {"image", text_of("image", body.image)},
      {"timeout", text_of("timeout", body.timeout)},
      {"memory", text_of("memory", body.memory)},
      {"cpus", text_of("cpus", body.cpus)},
      {"pids", text_of("pids", body.pids)},
      {"network", text_of("network", body.network)},
      {"allow_unlimited", truth_of("allow_unlimited", body.allow_unlimited)},
      {"debug", truth_of("debug", body.debug)},
      {"trace", truth_of("trace", body.trace)},
      {"files_wanted", truth_of("files_wanted", body.files_wanted)},
      {"investigation", text_of("investigation", body.investigation)},
      {"incident", object_of("incident", body.incident)},
      {"context", object_of("context", body.context)},
      {"files", list_of("files",
                        [&body, descriptors](const Json& one) -> Result<void> {
                          AskedFile& file = body.files.emplace_back();
                          return take_keys(one, "a file",
                                           {{"name", text_of("name", file.name)},
                                            {"descriptor", descriptor_of("descriptor", descriptors,
                                                                         [&](auto at) { file.descriptor = at; })}});
                        })},
      {"events", texts_of("events", body.events)},
      {"settings", text_of("settings", body.settings)},
      {"begun_ns",
       [&body](const Json& value) -> Result<void> {
         if (!value.is_int()) return wrong("begun_ns", "a whole number");
         body.begun_ns = *value.as_int();
         return {};
       }},
  };
}

}  // namespace

bool CallBody::wants(std::string_view event) const { return std::ranges::find(events, event) != events.end(); }

Result<CallBody> parse_call_body(Verb verb, std::string_view text, std::size_t descriptors) {
  BERTH_TRY(const Json json, parse_json(text).context([] { return "read the body"; }));
  CallBody body;
  std::vector<Key> keys = common_keys(body, descriptors);
  if (verb == Verb::Run) {
    keys.push_back({"item", [&](const Json& value) { return take_item(value, descriptors, body.item); }});
    keys.push_back({"command", text_of("command", body.command)});
    keys.push_back({"arguments", texts_of("arguments", body.arguments)});
    keys.push_back({"parameters", list_of("parameters", [&](const Json& one) -> Result<void> {
                      BERTH_TRY(content::Assignment parameter, read_parameter(one));
                      body.parameters.push_back(std::move(parameter));
                      return {};
                    })});
    keys.push_back({"parameters_file", object_of("parameters_file", body.parameters_file)});
  } else {
    keys.push_back({"line", text_of("line", body.line)});
    keys.push_back({"poll", truth_of("poll", body.poll)});
  }
  BERTH_CHECK_OK(take_keys(json, "the body", keys).context([] { return "read the body"; }));
  if (verb == Verb::Run && body.item.path.empty() && body.item.name.empty() && !body.item.code) {
    return fail(Errc::InvalidInput, "read the body: key 'item' is missing");
  }
  if (verb == Verb::Exec && body.line.empty()) return fail(Errc::InvalidInput, "read the body: key 'line' is missing");
  for (const AskedFile& file : body.files) {
    if (file.name.empty() || file.name.find('/') != std::string::npos) {
      return fail(Errc::InvalidInput, "read the body: key 'files': a file's 'name' is missing, or is a path");
    }
  }
  return body;
}

Result<std::optional<std::string>> parse_reset_body(std::string_view text) {
  std::string item;
  if (text.empty()) return std::nullopt;
  BERTH_TRY(const Json json, parse_json(text).context([] { return "read the body"; }));
  BERTH_CHECK_OK(take_keys(json, "the body", {{"item", text_of("item", item)}}));
  return item.empty() ? std::nullopt : std::optional(item);
}

}  // namespace berth::http
