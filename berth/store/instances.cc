#include "berth/store/instances.h"

#include <fmt/format.h>

#include "berth/store/key_ring.h"
#include "berth/store/sealed_text.h"
#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::size_t kMostParametersBytes = 4 << 20;
// With the secrets as one object, so that an instance is read as of one moment.
constexpr std::string_view kColumns =
    "name, brand, parameters, options, enabled, created, modified, test_passed, test_message, test_at,"
    " (SELECT json_group_object(parameter, sealed) FROM instance_secrets WHERE instance = instances.name)";

std::unexpected<Error> no_such(std::string_view name) {
  return fail(Errc::NotFound, fmt::format("instance '{}': there is none of that name", name));
}

Result<Instance> instance_in(const Statement& row) {
  Instance found;
  found.name = row.text(0);
  found.brand = row.text(1);
  BERTH_TRY(found.parameters, row.json(2));
  BERTH_TRY(found.options, row.json(3));
  found.enabled = row.truth(4);
  found.created = row.time(5);
  found.modified = row.time(6);
  if (!row.is_null(7)) found.last_test = TestResult{row.truth(7), row.text(8), row.time(9)};
  BERTH_TRY(const Json secrets, row.json(10));
  for (const auto& [parameter, sealed] : *secrets.as_object()) {
    if (const std::string* text = sealed.as_string()) found.secrets.emplace(parameter, *text);
  }
  return found;
}

// In the transaction of the write: a rekey comes before, and then the key is another, or after, and then it sees these.
Result<void> write_secrets(Database& database, const Instance& instance) {
  BERTH_CHECK_OK(database.run("DELETE FROM instance_secrets WHERE instance = ?", {instance.name}));
  if (instance.secrets.empty()) return {};
  BERTH_TRY(const std::string current, current_key_id(database));
  BERTH_TRY(Statement insert,
            database.prepare("INSERT INTO instance_secrets (instance, parameter, sealed) VALUES (?, ?, ?)"));
  for (const auto& [parameter, sealed] : instance.secrets) {
    const auto naming = [&] { return fmt::format("secret '{}' of instance '{}'", parameter, instance.name); };
    BERTH_TRY(const SealedText parts, parse_sealed_text(sealed).context(naming));
    if (parts.key_id != current) {
      return fail(Errc::Conflict, fmt::format("{}: it is sealed with another key than the current one", naming()));
    }
    BERTH_CHECK_OK(insert.run({instance.name, parameter, sealed}));
  }
  return {};
}

struct InstanceTexts {
  std::string parameters;
  std::string options;
};

Result<InstanceTexts> texts_of(const Instance& instance) {
  const auto what = [&](std::string_view part) { return fmt::format("instance '{}': {}", instance.name, part); };
  BERTH_TRY(std::string parameters, stored_object_of(instance.parameters, kMostParametersBytes, what("parameters")));
  BERTH_TRY(std::string options, stored_object_of(instance.options, kMostParametersBytes, what("options")));
  return InstanceTexts{std::move(parameters), std::move(options)};
}

}  // namespace

Result<void> Instances::add(const Instance& instance) {
  if (instance.name.empty()) return fail(Errc::InvalidInput, "instance '': an instance needs a name");
  if (instance.brand.empty()) {
    return fail(Errc::InvalidInput, fmt::format("instance '{}': it needs a brand", instance.name));
  }
  BERTH_TRY(const InstanceTexts texts, texts_of(instance));
  return database_
      .transaction([&]() -> Result<void> {
        BERTH_CHECK_OK(
            database_.run("INSERT INTO instances (name, brand, parameters, options, enabled, created, modified)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?)",
                          {instance.name, instance.brand, texts.parameters, texts.options, instance.enabled,
                           instance.created, instance.modified}));
        if (instance.last_test) BERTH_CHECK_OK(set_last_test(instance.name, *instance.last_test));
        return write_secrets(database_, instance);
      })
      .context([&] { return fmt::format("add instance '{}'", instance.name); });
}

Result<void> Instances::update(const Instance& instance, Time at) {
  BERTH_TRY(const InstanceTexts texts, texts_of(instance));
  return database_.transaction([&]() -> Result<void> {
    BERTH_TRY(const Instance stored, get(instance.name));
    if (stored.brand != instance.brand) {
      return fail(Errc::InvalidInput, fmt::format("instance '{}': its brand is '{}' and cannot become '{}'",
                                                  instance.name, stored.brand, instance.brand));
    }
    BERTH_CHECK_OK(
        database_.run("UPDATE instances SET parameters = ?, options = ?, enabled = ?, modified = ? WHERE name = ?",
                      {texts.parameters, texts.options, instance.enabled, at, instance.name}));
    return write_secrets(database_, instance);
  });
}

Result<void> Instances::set_enabled(std::string_view name, bool enabled, Time at) {
  BERTH_CHECK_OK(database_.run("UPDATE instances SET enabled = ?, modified = ? WHERE name = ?", {enabled, at, name}));
  if (database_.changes() == 0) return no_such(name);
  return {};
}

Result<void> Instances::set_last_test(std::string_view name, const TestResult& result) {
  BERTH_CHECK_OK(database_.run("UPDATE instances SET test_passed = ?, test_message = ?, test_at = ? WHERE name = ?",
                               {result.passed, result.message, result.at, name}));
  if (database_.changes() == 0) return no_such(name);
  return {};
}

Result<void> Instances::remove(std::string_view name) {
  BERTH_CHECK_OK(database_.run("DELETE FROM instances WHERE name = ?", {name}));
  if (database_.changes() == 0) return no_such(name);
  return {};
}

Result<Instance> Instances::get(std::string_view name) {
  BERTH_TRY(Statement row, database_.query(fmt::format("SELECT {} FROM instances WHERE name = ?", kColumns), {name}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return no_such(name);
  return instance_in(row);
}

Result<std::vector<Instance>> Instances::list(std::string_view brand) {
  const std::string sql = fmt::format("SELECT {} FROM instances WHERE ?1 = '' OR brand = ?1 ORDER BY name", kColumns);
  BERTH_TRY(Statement rows, database_.query(sql, {brand}));
  std::vector<Instance> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(Instance one, instance_in(rows));
    found.push_back(std::move(one));
  }
}

}  // namespace berth::store
