// What is to run, where, and within which bounds: decided before anything is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/unique_fd.h"
#include "berth/container/guards.h"
#include "berth/container/limits.h"
#include "berth/container/network_spec.h"

namespace berth::container {

// The files of an image: its layer folders on the host, uppermost first, under a name that changes with them.
struct ImageRoot {
  std::string image_id;                       // 64 hex digits
  std::vector<std::filesystem::path> layers;  // none for an image of another engine
  std::vector<std::string> volumes;           // folders that another engine would make writable of its own accord
};

// A file that lies in the work folder when the call begins. The script can read it and cannot change it.
struct WorkFile {
  std::string name;
  std::filesystem::path source;
};

// A file of ours in /run/berth, or in a folder there, read-only.
struct FixedFile {
  std::string name;
  std::string bytes;
  std::shared_ptr<const UniqueFd> source;  // where there is one: all of this file, instead of `bytes`
};

// How the host and the loop talk.
enum class Channel {
  Frames,  // descriptors 3 and 4 carry frames, 0 is empty, 1 and 2 are text
  Stdio,   // descriptors 0 and 1 carry frames, as foreign loops expect
  Socket,  // descriptor 3 is one end of a socket that keeps messages apart, and carries descriptors too
};

// What the container's process is.
enum class Role {
  Script,
  Zygote,  // forks a process for each call (zygote.h): root of the container's user namespace, with some capabilities
};

constexpr std::uint32_t kScriptId = 4000;  // uid and gid `demisto` of the originals' images
constexpr const char* kWorkFolder = "/work";
constexpr const char* kHomeFolder = "/home/demisto";
constexpr const char* kFixedFolder = "/run/berth";

struct LaunchSpec {
  std::string id;          // of the call; also the name of its cgroup
  std::string image_name;  // for error texts
  ImageRoot root;
  std::vector<std::string> programs;  // tried in this order along PATH
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value"
  Channel channel = Channel::Frames;
  Role role = Role::Script;
  std::vector<FixedFile> fixed;
  std::vector<WorkFile> files;
  Limits limits;
  NetworkSpec network;
  NetworkSpec children_network;  // Role::Zygote: of each of its children, which has one of its own
  Guards guards;
  bool keep = false;  // leave the container standing after the call

  // Whether something in it asks Berth's forwarder for names.
  bool asks_for_names() const { return !network.is_none() || !children_network.is_none(); }
};

// What of an image's configuration matters to a call.
struct ImageSettings {
  std::vector<std::string> environment;
};

// The environment of a script: the image's own without what would steer the dynamic linker or Python's start, then
// what content expects. PATH falls back to the usual one.
std::vector<std::string> environment_for(const ImageSettings& image, const std::vector<std::string>& additions);

// Whether a variable would change how the interpreter starts before the loop has a say (LD_..., PYTHONHOME and the
// like).
bool steers_the_start(std::string_view variable);

// The interpreters to try for a Python item of `subtype` ("python2", "python3" or "").
std::vector<std::string> interpreters_for(std::string_view subtype);

}  // namespace berth::container
