// Options that several commands have.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/cli/options.h"
#include "berth/container/engine_kind.h"

namespace berth::cli {

template <class Options>
void add_limits(CLI::App& command, Options& options) {
  command.add_option("--timeout", options.timeout, "wall time, for example 90s or 5m")->type_name("TIME");
  command.add_option("--memory", options.memory, "memory, swap included, for example 512m")->type_name("BYTES");
  command.add_option("--cpus", options.cpus, "processors, for example 0.5")->type_name("N");
  command.add_option("--pids", options.pids, "processes and threads")->type_name("N");
  command.add_flag("--allow-unlimited", options.allow_unlimited,
                   "go on where this machine cannot enforce the limits of memory or processors for you");
}

template <class Options>
void add_engine(CLI::App& command, Options& options) {
  command.add_option("--engine", options.engine, "who makes the container: native, docker or podman")
      ->type_name("ENGINE");
}

// The settings with the engine that `options` name, if they do. Errors: InvalidInput.
template <class Options>
Result<app::Settings> settings_with_engine(const app::Settings& settings, const Options& options) {
  app::Settings changed = settings;
  if (options.engine.empty()) return changed;
  BERTH_TRY(changed.engine, container::parse_engine(options.engine).context([] { return "--engine"; }));
  return changed;
}

inline void add_scene(CLI::App& command, SceneOptions& options) {
  command.add_option("--investigation", options.investigation, "the investigation to work in; a playground without it")
      ->type_name("ID");
  command.add_option("--file", options.files, "hand a file in; in a playground its entry id counts up from 1@1")
      ->type_name("PATH")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  command.add_option("--incident", options.incident, "the incident, as a JSON object")->type_name("FILE");
  command.add_option("--context", options.context, "the context, as a JSON object")->type_name("FILE");
}

}  // namespace berth::cli
