// What each command was asked to do, as text from the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace berth::cli {

// Where calls run, and what they find there.
struct SceneOptions {
  std::string investigation;  // empty: a playground
  std::vector<std::string> files;
  std::string incident;
  std::string context;
};

struct RunOptions {
  std::string path;                    // of the item; "-" for a Python script on standard input
  std::vector<std::string> arguments;  // name=value, or a bare value
  std::string command;
  std::vector<std::string> parameters;  // name=value, name=@file, name=-
  std::string parameters_file;
  std::string image;
  std::string timeout;
  std::string memory;
  std::string cpus;
  std::string pids;
  std::string network;
  std::string debugpy;  // a port
  bool allow_unlimited = false;
  SceneOptions scene;
  std::string save_files;
  bool json = false;
  bool raw = false;
  bool keep = false;
  bool trace = false;
  bool debug = false;
  bool no_daemon = false;
};

struct ExecOptions {
  std::vector<std::string> words;
  SceneOptions scene;
  std::string image;
  std::string timeout;
  std::string memory;
  std::string cpus;
  std::string pids;
  std::string network;
  std::string save_files;
  bool allow_unlimited = false;
  bool json = false;
  bool raw = false;
  bool trace = false;
  bool poll = false;
  bool debug = false;
  bool no_daemon = false;
};

struct LoopOptions {
  std::string image;
  std::string loop_file;
  std::string timeout;
  std::string memory;
  std::string cpus;
  std::string pids;
  bool allow_unlimited = false;
};

struct PruneOptions {
  bool all = false;      // kept containers too
  bool dry_run = false;  // say only what would go
};

struct ShellOptions {
  std::string container;             // id of a kept one, the beginning of it, or "last"
  std::vector<std::string> command;  // program and arguments; none: a shell
  bool tools = false;
};

struct DoctorOptions {
  std::vector<std::string> checks;  // names; none for all
  bool list = false;                // only say which there are
  bool json = false;
};

struct EscapeTestOptions {
  std::string only;  // ids of probes, with commas between
  std::string image;
  bool quick = false;
  bool warm = false;
  bool list = false;  // say only which there are
  bool json = false;
};

struct ImageInitOptions {
  std::string recipe = "python3";
  bool json = false;
};

struct ImageListOptions {
  bool json = false;
};

}  // namespace berth::cli
