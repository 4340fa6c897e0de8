#include "berth/probe/declaration.h"

#include <fmt/format.h>

#include "berth/app/settings.h"
#include "berth/content/yaml_reader.h"

namespace berth::probe {
namespace {

using content::YamlNode;

std::unexpected<Error> refuse(const YamlNode& node, std::string_view file, const std::string& why) {
  return fail(Errc::InvalidInput, fmt::format("{}:{}: {}", file, node.line, why));
}

// What stands between the first two triple quotes.
Result<std::string_view> docstring_of(std::string_view text, std::string_view name) {
  constexpr std::string_view kQuotes = "\"\"\"";
  const std::size_t end = text.find(kQuotes, kQuotes.size());
  if (!text.starts_with(kQuotes) || end == std::string_view::npos) {
    return fail(Errc::InvalidInput, fmt::format("{}: it does not begin with a docstring", name));
  }
  return text.substr(kQuotes.size(), end - kQuotes.size());
}

Result<void> set_limit(container::Limits& limits, std::string_view name, std::string_view text) {
  const auto bytes = [&](std::uint64_t& into) -> Result<void> {
    BERTH_TRY(into, app::parse_bytes(text));
    return {};
  };
  const auto count = [&](std::uint32_t& into) -> Result<void> {
    BERTH_TRY(into, app::parse_count(text, name));
    return {};
  };
  if (name == "memory") return bytes(limits.memory_bytes);
  if (name == "writable") return bytes(limits.writable_bytes);
  if (name == "message") return bytes(limits.frame_bytes);
  if (name == "output") return bytes(limits.output_bytes);
  if (name == "pids") return count(limits.pids);
  if (name == "writable_files") return count(limits.writable_files);
  if (name == "open_files") return count(limits.open_files_soft);
  if (name == "open_files_hard") return count(limits.open_files_hard);
  if (name == "cpus") {
    BERTH_TRY(limits.cpus, app::parse_cpus(text));
    return {};
  }
  if (name == "timeout") {
    BERTH_TRY(limits.wall_time, app::parse_duration(text));
    return {};
  }
  return fail(Errc::InvalidInput, fmt::format("'{}' is no limit", name));
}

std::vector<std::string> texts_of(const YamlNode& node) {
  std::vector<std::string> texts;
  for (const YamlNode* item : node.items()) texts.emplace_back(item->text());
  return texts;
}

Result<void> read_run_field(Run& run, std::string_view key, const YamlNode& value, std::string_view file) {
  if (key == "control") {
    run.control = value.text();
  } else if (key == "without") {
    for (const std::string& text : texts_of(value)) {
      const auto guard = container::find_guard(text);
      if (!guard) return refuse(value, file, fmt::format("no guard is called '{}'", text));
      run.without.insert(*guard);
    }
  } else if (key == "with") {
    for (const auto& [name, limit] : value.entries()) {
      BERTH_CHECK_OK(set_limit(run.limits, name->text(), limit->text()).context([&] { return std::string(file); }));
    }
  } else if (key == "arguments") {
    for (const auto& [name, text] : value.entries()) run.arguments.emplace_back(name->text(), text->text());
  } else if (key == "calls") {
    BERTH_TRY(run.calls, app::parse_count(value.text(), "calls"));
  } else if (key == "reused") {
    run.reused = content::as_bool(value).value_or(false);
  } else if (key == "together") {
    run.together = content::as_bool(value).value_or(false);
  } else if (key == "answer") {
    run.answer = value.text();
  } else if (key == "expect") {
    for (const auto& [name, condition] : value.entries()) {
      run.expect.push_back({std::string(name->text()), std::string(condition->text())});
    }
  } else if (key == "show") {
    run.show = texts_of(value);
  } else {
    return refuse(value, file, fmt::format("'{}' is no key of a run", key));
  }
  return {};
}

Result<Run> read_run(const YamlNode& node, std::string_view file) {
  Run run;
  run.limits.wall_time = std::chrono::seconds(60);
  for (const auto& [key, value] : node.entries()) BERTH_CHECK_OK(read_run_field(run, key->text(), *value, file));
  if (run.expect.empty()) return refuse(node, file, "a run expects nothing");
  if (run.control.empty() && (!run.without.empty() || run.reused)) {
    return refuse(node, file, "a run that is weaker says under 'control' in which way");
  }
  return run;
}

}  // namespace

Result<Probe> parse_probe(std::string_view text, std::string_view name) {
  BERTH_TRY(const std::string_view declared, docstring_of(text, name));
  BERTH_TRY(const content::YamlDocument document, content::parse_yaml(declared, name));
  Probe probe;
  probe.program = text;
  for (const auto& [key, value] : document.root().entries()) {
    if (key->text() == "id") {
      probe.id = value->text();
    } else if (key->text() == "title") {
      probe.title = value->text();
    } else if (key->text() == "expected") {
      probe.expected = value->text();
    } else if (key->text() == "quick") {
      probe.quick = content::as_bool(*value).value_or(false);
    } else if (key->text() == "machine") {
      probe.machine = value->text();
    } else if (key->text() == "runs") {
      for (const YamlNode* item : value->items()) {
        BERTH_TRY(Run run, read_run(*item, name));
        probe.runs.push_back(std::move(run));
      }
    } else {
      return refuse(*key, name, fmt::format("'{}' is no key of a probe", key->text()));
    }
  }
  if (probe.id.empty() || probe.title.empty() || probe.expected.empty()) {
    return refuse(document.root(), name, "a probe has an id, a title and what is expected");
  }
  return probe;
}

}  // namespace berth::probe
