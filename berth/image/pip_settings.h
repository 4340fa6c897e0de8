// What this machine's pip is told about indexes: read from the same places as pip reads it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

struct PipSettings {
  std::vector<std::string> indexes;        // index-url, then those of extra-index-url
  std::vector<std::string> find_links;     // addresses alone
  std::vector<std::string> local_folders;  // of find-links: folders of this machine, which a container does not see
  std::vector<std::string> trusted_hosts;
  std::string proxy;
  std::filesystem::path certificates;  // `cert`; empty: those of the machine
  std::filesystem::path client_certificate;
  bool no_index = false;
  std::string timeout;  // as written; empty: pip's own
  std::string retries;

  friend bool operator==(const PipSettings&, const PipSettings&) = default;
};

// Where pip looks, as this process' environment says it.
struct PipPlaces {
  std::vector<std::filesystem::path> files;  // the one that counts more last
  std::vector<std::string> environment;      // "PIP_...=value" variables, which count more than all files
};
PipPlaces pip_places_of_process();

// Reads all `places`; files that are not there are passed over. Of each file the section [global] counts, and [install]
// more. Without any index it is the public one. Errors: those of reading a file; InvalidInput for a line of a file that
// makes no sense, with file and line.
Result<PipSettings> read_pip_settings(const PipPlaces& places);

// Names and values in the sections [global] and [install] of a file in pip's form, in the order in which they count:
// names in lower case with `-`, values with their lines joined by blanks. Errors: InvalidInput, with the line's number.
Result<std::vector<std::pair<std::string, std::string>>> parse_pip_conf(std::string_view text);

}  // namespace berth::image
