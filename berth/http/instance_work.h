// What is done for instances, each in a worker of its own. All of it is told on standard error, secrets masked.
#pragma once

#include <string>

#include "berth/app/settings.h"
#include "berth/container/guards.h"
#include "berth/http/worker.h"

namespace berth::http {

// Reports a line "instance ..." (print_due) for each enabled instance that runs for long or fetches, then "surveyed".
// Instances whose integration is not to be found are passed over.
void survey_instances(const WorkerEnds& ends, const app::Settings& settings);

// Fetches once by all commands of the instance.
void fetch_once(const std::string& instance, const WorkerEnds& ends, const app::Settings& settings,
                const container::Guards& guards);

// Runs a long-running instance until it is interrupted.
void run_instance(const std::string& instance, const WorkerEnds& ends, const app::Settings& settings,
                  const container::Guards& guards);

// One line for the journal.
void say(const std::string& text);

}  // namespace berth::http
