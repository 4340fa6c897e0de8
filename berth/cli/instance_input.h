// From the text of `berth instance`'s options to values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/app/instance_service.h"
#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::cli {

// What may be given when an instance is made or changed.
struct InstanceSettingOptions {
  std::vector<std::string> parameters;  // name=value; a secret as name=@file or name=-
  std::vector<std::string> secrets;     // name=@file, name=-
  std::string parameters_file;
  std::string network;
  std::vector<std::string> allowed;  // addresses and ranges
};

// Reads the files and standard input that the options name. A secret that stands in the command line is refused.
// Errors: InvalidInput, NotFound, Exhausted, with the option at fault; never with a value.
Result<app::GivenParameters> read_parameters(const InstanceSettingOptions& options, const content::Item& integration);

// Errors: InvalidInput.
Result<std::optional<net::NetworkProfile>> read_network(const InstanceSettingOptions& options);
Result<std::vector<net::AddressRange>> read_allowed(const InstanceSettingOptions& options);

}  // namespace berth::cli
