// A content item: a script or an integration, as its YAML describes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"

namespace berth::content {

enum class ItemKind { Script, Integration };
enum class Language { Python, PowerShell, JavaScript };

// Something in an item's YAML that Berth did not use, or read otherwise than it is written.
struct Warning {
  std::string file;
  std::uint32_t line = 0;
  std::string key;  // with the way to it: "args[2].requird"
  std::string text;
};

struct Argument {
  std::string name;
  std::string description;
  bool required = false;
  bool takes_bare_value = false;  // `default: true`: `!ip 1.1.1.1` fills it
  std::optional<std::string> default_value;
  bool is_array = false;
  bool is_closed = false;  // `auto: PREDEFINED`: nothing but `options` is a value
  std::vector<std::string> options;
  std::string type;  // free text; only "keyValue" changes what code sees
  bool secret = false;
  bool deprecated = false;
};

struct Output {
  std::string context_path;
  std::string description;
  std::string type;
};

struct Command {
  std::string name;
  std::string description;
  std::vector<Argument> arguments;
  std::vector<Output> outputs;
  std::optional<std::chrono::nanoseconds> timeout;  // empty: the operator's default
  bool deprecated = false;
  bool execution = false;  // potentially harmful
  bool polling = false;
  bool hidden = false;
};

// Types of integration parameters whose number means something to us; any other number is text.
enum class ParameterType : std::int64_t {
  ShortText = 0,
  Number = 1,
  Encrypted = 4,
  Boolean = 8,
  Credentials = 9,
  DownloadLink = 11,
  LongText = 12,
  IncidentType = 13,
  LongEncrypted = 14,
  SingleSelect = 15,
  MultiSelect = 16,
  Interval = 19,
  Title = 20,
  ResultLink = 22,
  EnginePlaceholder = 23,
};

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::ShortText;
  std::string display;
  std::optional<Json> default_value;  // text, or a list of texts
  bool required = false;
  bool hidden = false;
  bool hidden_identifier = false;  // of credentials: no user name is asked for
  bool hidden_password = false;
  std::vector<std::string> options;
};

// What an integration does beside its commands; each flag makes the server call a command of its own.
struct IntegrationFlags {
  bool fetch_incidents = false;
  bool fetch_events = false;
  bool fetch_assets = false;
  bool fetch_credentials = false;
  bool fetch_samples = false;
  bool feed = false;
  bool long_running = false;
  bool long_running_port = false;
  bool mappable = false;
  bool remote_sync_in = false;
  bool remote_sync_out = false;
};

struct Item {
  ItemKind kind = ItemKind::Script;
  std::string id;
  std::string name;
  Language language = Language::Python;
  std::string subtype;                      // "python2", "python3" or empty
  std::optional<std::string> docker_image;  // as written; the image layer judges it
  std::vector<std::string> alternative_images;
  std::optional<std::chrono::nanoseconds> timeout;  // empty: the operator's default
  std::string run_as;
  std::string network;  // `berth.network`: how far it wishes to reach; read by the net layer
  bool run_once = false;
  bool polling = false;
  bool deprecated = false;
  bool is_llm = false;  // a prompt for a model, without code
  std::string from_version;
  std::string to_version;

  // Of a script.
  bool any_argument = false;  // a bare code file declares nothing and takes everything
  std::vector<Argument> arguments;
  std::vector<Output> outputs;

  // Of an integration.
  std::vector<Command> commands;
  std::vector<Parameter> parameters;
  IntegrationFlags flags;

  std::string code;
  std::filesystem::path source;     // the YAML, or the code file where there is none; empty for text
  std::filesystem::path code_path;  // the same as `source` when the code stands in it
  std::vector<Warning> warnings;
};

std::string_view kind_text(ItemKind kind);          // "script"
std::string_view language_text(Language language);  // "Python"
// Why an item of a language other than Python cannot run here, and what to do; for people.
std::string missing_for(Language language);

}  // namespace berth::content
