// Other programs that Berth starts.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

// A program, what it is there for, and the oldest version that Berth has been tried with.
struct Tool {
  std::string_view name;
  std::string_view use;
  std::string_view package;  // of Debian
  std::string_view tried;    // "1.9"
  bool needed = true;        // without it a command of Berth's cannot work
};

extern const Tool kSkopeo;
extern const Tool kMmdebstrap;
extern const Tool kBuildah;
extern const Tool kNft;

// What the tool prints of its version. Errors: NotFound; those of running it.
Result<std::string> tool_version(const Tool& tool);
CheckResult judge_tool(const Tool& tool, const Result<std::string>& version);

// Where a program of that name lies on PATH; empty when nowhere.
std::string find_program(std::string_view name);

// Root's builds of images run in a container of one of these; `found` are those on PATH.
std::vector<std::string> runtimes_on_path();
CheckResult judge_runtimes(const std::vector<std::string>& found, bool root);

// newuidmap and newgidmap, with which an ordinary user maps its sub-ids.
struct IdToolFacts {
  std::string name;
  std::string path;         // empty: not there
  bool privileged = false;  // setuid of root, or with a file capability
};
std::vector<IdToolFacts> id_tool_facts();
CheckResult judge_id_tools(const std::vector<IdToolFacts>& facts, bool root);

}  // namespace berth::doctor
