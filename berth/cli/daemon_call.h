// `berth run` and `berth exec` through the daemon, where there is one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/cli/commands.h"
#include "berth/cli/options.h"
#include "berth/wire/affinity.h"

namespace berth::cli {

// What is asked for, put together from options. An option that cannot travel is an error, whose text is the reason why
// the call is made in this process.
class DaemonCall {
 public:
  explicit DaemonCall(std::string target) : target_(std::move(target)) {}

  // A text that is not empty. Errors: Unavailable for one that is no UTF-8, which JSON cannot carry.
  Result<void> add(std::string_view key, const std::string& text);
  void add(std::string_view key, bool given);
  void set(std::string_view key, Json value) { body_.set(key, std::move(value)); }
  // What stays the same when it is asked for again, but for the options that are added.
  void set_affinity(const wire::AffinityOf& call) { affinity_ = wire::affinity_text(call); }
  // Opens `path` as the one who asks, and gives the number that the descriptor has in the request.
  Result<std::size_t> open(const std::string& path, int flags);
  // The option's file, which must hold a JSON object.
  Result<void> add_json_file(std::string_view key, const std::string& path);
  Result<void> add_scene(const SceneOptions& scene);
  // `options` has what run and exec share.
  template <class Options>
  Result<void> add_shared(const Options& options);

 private:
  friend class DaemonConversation;
  std::string target_;
  Json body_ = Json::object();
  std::string affinity_;
  std::vector<UniqueFd> descriptors_;
};

struct AnsweredFile {
  std::string id;
  std::string name;
  std::string bytes;
};

struct DaemonAnswer {
  int exit_code = 0;
  Json answer;
  Json view;
  std::vector<AnsweredFile> files;
};

// How it shows what happens meanwhile.
struct DaemonShow {
  bool json = false;
  bool raw = false;
  bool debug = false;           // say why the call is made in this process
  std::string save_files = {};  // the folder for them; empty for none
};

// Asks the daemon, and answers as the command itself would: `show_answer` tells a person. Nothing where the daemon is
// not there or cannot do it: nothing has run, and the call is to be made in this process. Else the exit status. `ask`
// puts the call together, which is not done where no socket is, unless --debug wants to hear why.
std::optional<int> answer_by_daemon(const std::function<Result<DaemonCall>()>& ask, const Surroundings& surroundings,
                                    const DaemonShow& show,
                                    const std::function<Result<void>(const DaemonAnswer&)>& show_answer);

template <class Options>
Result<void> DaemonCall::add_shared(const Options& options) {
  if (options.no_daemon) return fail(Errc::Unavailable, "--no-daemon");
  if (!options.engine.empty()) return fail(Errc::Unavailable, "--engine");
  BERTH_CHECK_OK(add("image", options.image));
  BERTH_CHECK_OK(add("timeout", options.timeout));
  BERTH_CHECK_OK(add("memory", options.memory));
  BERTH_CHECK_OK(add("cpus", options.cpus));
  BERTH_CHECK_OK(add("pids", options.pids));
  BERTH_CHECK_OK(add("network", options.network));
  add("allow_unlimited", options.allow_unlimited);
  add("debug", options.debug);
  add("trace", options.trace);
  add("files_wanted", !options.save_files.empty());
  if (options.raw) set("events", Json(Json::Array{Json("frame")}));
  return add_scene(options.scene);
}

}  // namespace berth::cli
