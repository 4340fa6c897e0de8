// The way to package indexes that holds for everything here: proxies and certificates, the operator's before those of
// the environment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/app/container_settings.h"
#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/image/pip_settings.h"

namespace berth::app {

// A variable of this process; empty where it is not set.
std::string variable_of_process(const char* name);

struct ProxyVariable {
  std::string name;  // as programs read it
  std::string value;
  std::string origin;  // "containers.proxy", "variable http_proxy": where it was said, for errors
};

// Those of `containers.proxy`, where an URL is set there, in both cases of their names; else what this process'
// environment has. No value is empty.
std::vector<ProxyVariable> proxy_variables(const ContainerSettings& settings);

// The certificates by which indexes are known: those of `own`; without it those that the environment names, or this
// machine's; and those of `containers.ca_bundle`. Empty where there are none. Errors: those of reading them, with what
// named the file; InvalidInput where the operator's file holds none.
Result<std::string> index_certificates(const ContainerSettings& settings, const std::filesystem::path& own);

// What programs on this machine are given, beside pip's own settings.
struct IndexWay {
  std::vector<std::string> environment;  // "NAME=value"
  std::string certificates;              // a file of them; empty: what the program itself takes
  std::vector<ProxyVariable> proxies;    // that are in the environment
  UniqueFd kept;                         // where that file is one in memory, it is there as long as this
};
// For pip, which takes the file by a variable.
std::vector<std::string> environment_of(const IndexWay& way);
// Errors: those of index_certificates.
Result<IndexWay> index_way(const ContainerSettings& settings, const image::PipSettings& pip);

}  // namespace berth::app
