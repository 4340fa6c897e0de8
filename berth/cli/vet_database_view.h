// What is told of databases and lists of vetting: lines for people.
#pragma once

#include <chrono>
#include <string>

#include "berth/vet/advisory_file.h"
#include "berth/vet/known_list.h"
#include "berth/vet/policy.h"

namespace berth::cli {

// Whether it is older than the policy takes.
bool is_stale(const vet::SourceInfo& source, const vet::Policy& policy, std::chrono::system_clock::time_point now);
bool is_stale(const vet::ListInfo& list, const vet::Policy& policy, std::chrono::system_clock::time_point now);

// What it holds, from where and of when, and the first of its problems. Everything foreign in it is made visible.
std::string view_of(const vet::SourceInfo& source);
std::string view_of(const vet::ListInfo& list);

// A line below that of a source or a list which is stale.
std::string stale_view(const vet::SourceInfo& source, const vet::Policy& policy);
std::string stale_view(const vet::ListInfo& list, const vet::Policy& policy);

}  // namespace berth::cli
