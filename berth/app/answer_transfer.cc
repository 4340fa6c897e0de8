// One list of fields for each structure, which writer and reader both walk: what is written is what is read. The form
// is lengths and bytes of this machine; it never leaves it.

#include "berth/app/answer_transfer.h"

#include <cstring>
#include <type_traits>

namespace berth::app {
namespace {

class Writer {
 public:
  std::string text;

  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void value(T& number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void bytes(std::string& one) {
    std::uint64_t size = one.size();
    value(size);
    text += one;
  }
  void json(Json& one) {
    std::string printed = print_json(one);
    bytes(printed);
  }
  template <class List>
  void size(List& list) {
    std::uint64_t count = list.size();
    value(count);
  }
  static constexpr bool kReads = false;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool bad = false;
  bool at_end() const { return rest_.empty(); }

  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void value(T& number) {
    if (bad || rest_.size() < sizeof number) {
      bad = true;
      return;
    }
    if constexpr (std::is_same_v<T, bool>) {
      // A bool that is neither 0 nor 1 could not even be looked at.
      bad = rest_.front() != 0 && rest_.front() != 1;
      number = rest_.front() == 1;
    } else {
      std::memcpy(&number, std::to_address(rest_.begin()), sizeof number);
    }
    rest_.remove_prefix(sizeof number);
  }
  void bytes(std::string& one) {
    std::uint64_t size = 0;
    value(size);
    if (bad || size > rest_.size()) {
      bad = true;
      return;
    }
    one = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void json(Json& one) {
    std::string printed;
    bytes(printed);
    auto parsed = bad ? Result<Json>(Json()) : parse_json(printed, {.depth = 4096, .values = 100'000'000});
    if (!parsed) {
      bad = true;
      return;
    }
    one = *std::move(parsed);
  }
  template <class List>
  void size(List& list) {
    std::uint64_t count = 0;
    value(count);
    // Every element takes a byte at least.
    if (bad || count > rest_.size()) {
      bad = true;
      return;
    }
    list.resize(count);
  }
  static constexpr bool kReads = true;

 private:
  std::string_view rest_;
};

// --- kinds of fields -------------------------------------------------------------------------------------------------

template <class Archive, class... Fields>
void walk(Archive& archive, Fields&... fields);

template <class Archive, class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
void field(Archive& archive, T& number) {
  archive.value(number);
}

template <class Archive>
void field(Archive& archive, std::string& text) {
  archive.bytes(text);
}

template <class Archive>
void field(Archive& archive, Json& json) {
  archive.json(json);
}

template <class Archive, class Rep, class Period>
void field(Archive& archive, std::chrono::duration<Rep, Period>& time) {
  Rep count = time.count();
  archive.value(count);
  time = std::chrono::duration<Rep, Period>(count);
}

template <class Archive, class T, std::size_t Size>
void field(Archive& archive, std::array<T, Size>& items) {
  for (T& one : items) archive.value(one);
}

template <class Archive, class T>
void field(Archive& archive, std::optional<T>& maybe) {
  bool has = maybe.has_value();
  archive.value(has);
  if (!has) return;
  if (!maybe) maybe.emplace();
  walk(archive, *maybe);
}

template <class Archive, class T>
void field(Archive& archive, std::vector<T>& items) {
  archive.size(items);
  for (T& one : items) walk(archive, one);
}

template <class Archive, class K, class V>
void field(Archive& archive, std::map<K, V>& items) {
  std::vector<K> keys;
  std::vector<V> values;
  for (auto& [key, value] : items) {
    keys.push_back(key);
    values.push_back(value);
  }
  walk(archive, keys, values);
  if constexpr (Archive::kReads) {
    for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) items.emplace(keys[i], std::move(values[i]));
  }
}

// --- structures ------------------------------------------------------------------------------------------------------

template <class Archive>
void field(Archive& a, net::Address& x) {
  walk(a, x.family, x.bytes);
}

template <class Archive>
void field(Archive& a, container::Refusal& x) {
  walk(a, x.address, x.protocol, x.port, x.count);
}

template <class Archive>
void field(Archive& a, net::NameEvent& x) {
  walk(a, x.kind, x.name, x.address, x.count);
}

template <class Archive>
void field(Archive& a, container::NetworkEnd& x) {
  walk(a, x.way, x.refusals, x.names);
}

template <class Archive>
void field(Archive& a, container::Moment& x) {
  walk(a, x.name, x.at_ns);
}

template <class Archive>
void field(Archive& a, engine::LogLine& x) {
  walk(a, x.source, x.level, x.text);
}

template <class Archive>
void field(Archive& a, engine::CallRecord& x) {
  walk(a, x.stop, x.entries, x.exception, x.log, x.dropped_log_bytes, x.late_messages, x.bad_messages, x.output_bytes,
       x.wall_time, x.ready_at_ns, x.completed_at_ns);
}

template <class Archive>
void field(Archive& a, engine::Outcome& x) {
  walk(a, x.cause, x.explanation, x.limit, x.raised_by, x.signal, x.status, x.peak_memory_bytes, x.cpu_time,
       x.wall_time, x.oom_kills, x.refused_forks);
}

template <class Archive>
void field(Archive& a, server::NewFile& x) {
  walk(a, x.name, x.bytes, x.info);
}

template <class Archive>
void field(Archive& a, server::NewEntry& x) {
  walk(a, x.entry, x.file);
}

template <class Archive>
void field(Archive& a, server::HandedOver& x) {
  walk(a, x.indicators_created, x.indicators_updated, x.events, x.assets);
}

template <class Archive>
void field(Archive& a, CallAnswer& x) {
  walk(a, x.id, x.item, x.command, x.image.wanted, x.image.used, x.image.digest, x.image.reason, x.network.profile,
       x.network.reason, x.network.end, x.instance, x.record, x.new_entries, x.fetched, x.handed_over, x.code_origin,
       x.code_first_line, x.outcome, x.moments, x.notes, x.not_enforced, x.warnings, x.secrets, x.kept, x.is_warm,
       x.is_shared, x.not_warm);
}

template <class Archive, class... Fields>
void walk(Archive& archive, Fields&... fields) {
  (field(archive, fields), ...);
}

}  // namespace

std::string print_transfer(const std::expected<CallAnswer, StartError>& answer) {
  Writer writer;
  bool went_well = answer.has_value();
  writer.value(went_well);
  if (answer) {
    CallAnswer copy = *answer;
    field(writer, copy);
    return std::move(writer.text);
  }
  Errc code = answer.error().error.code();
  std::string message = answer.error().error.message();
  bool is_start = answer.error().is_start;
  walk(writer, code, message, is_start);
  return std::move(writer.text);
}

std::expected<CallAnswer, StartError> parse_transfer(std::string_view text) {
  Reader reader(text);
  bool went_well = false;
  reader.value(went_well);
  CallAnswer answer;
  Errc code = Errc::Internal;
  std::string message;
  bool is_start = false;
  if (went_well) {
    field(reader, answer);
  } else {
    walk(reader, code, message, is_start);
  }
  if (reader.bad || !reader.at_end()) {
    return std::unexpected(
        StartError{Error(Errc::Internal, "read what a call's own process answered: it ends early"), false});
  }
  if (went_well) return answer;
  return std::unexpected(StartError{Error(code, std::move(message)), is_start});
}

}  // namespace berth::app
