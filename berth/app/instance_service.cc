#include "berth/app/instance_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/app/state_places.h"
#include "berth/content/parameters.h"

namespace berth::app {
namespace {

constexpr int kMostNamings = 100;  // default names that others took between the look and the writing

std::vector<std::string> ways_of(const content::SecretParts& secrets) {
  std::vector<std::string> ways;
  for (const auto& [way, text] : secrets) ways.push_back(way);
  return ways;
}

// The members of `params` that the integration declares: check_parameters refuses others.
Json declared_of(const content::Item& integration, const Json& params) {
  const std::vector<std::string> names = content::parameter_names(integration);
  Json declared = Json::object();
  for (const auto& [name, value] : *params.as_object()) {
    if (std::ranges::find(names, name) != names.end()) declared.set(name, value);
  }
  return declared;
}

// The parameter that an assignment goes to: "credentials" for "credentials.password".
std::string owner_of(const content::Item& integration, const std::string& name) {
  for (const content::Parameter& parameter : integration.parameters) {
    if (parameter.name == name) return name;
  }
  return name.substr(0, name.rfind('.'));
}

// `stored` with what was given: checked as a whole, so that an incomplete value is seen, and taken over by name.
Result<Json> changed_parameters(const content::Item& integration, const Json& stored, const GivenParameters& given) {
  Json base = declared_of(integration, stored);
  std::vector<std::string> changed;
  if (given.file.is_object()) {
    for (const auto& [name, value] : *given.file.as_object()) {
      base.set(name, value);
      changed.push_back(name);
    }
  }
  for (const content::Assignment& assignment : given.assignments) {
    if (assignment.name) changed.push_back(owner_of(integration, *assignment.name));
  }
  BERTH_TRY(const Json checked, content::check_parameters(integration, base, given.assignments));
  Json params = stored;
  for (const std::string& name : changed) {
    if (const Json* value = checked.find(name)) params.set(name, *value);
  }
  return params;
}

Result<void> change_options(store::Instance& instance, const InstanceChange& change) {
  BERTH_TRY(InstanceOptions options, parse_instance_options(instance.options));
  if (change.network) options.network = change.network;
  if (change.allowed) options.allowed = *change.allowed;
  if (change.source) options.source = *change.source;
  Json::Object kept = *instance.options.as_object();  // others keep options of theirs there
  std::erase_if(kept, [](const Json::Member& one) { return is_instance_option(one.first); });
  instance.options = Json(std::move(kept));
  const Json changed = to_json(options);
  for (const auto& [name, value] : *changed.as_object()) instance.options.set(name, value);
  return {};
}

}  // namespace

InstanceService::InstanceService(std::unique_ptr<store::Database> database, store::KeyPlaces places)
    : database_(std::move(database)),
      instances_(std::make_unique<store::Instances>(*database_)),
      places_(std::move(places)) {}

Result<InstanceService> InstanceService::open(const Settings& settings) {
  BERTH_TRY(store::Database database, store::Database::open(state_places(settings).database));
  return InstanceService(std::make_unique<store::Database>(std::move(database)), state_places(settings).keys);
}

Result<std::string> InstanceService::add(const content::Item& integration, const NewInstance& request) {
  if (!request.name.empty()) BERTH_CHECK_OK(check_instance_name(request.name));
  BERTH_TRY(const Json params,
            content::check_parameters(integration, request.parameters.file, request.parameters.assignments));
  store::Instance instance;
  instance.brand = integration.id;
  instance.options = to_json(request.options);
  instance.enabled = request.enabled;
  for (int naming = 1;; ++naming) {
    BERTH_TRY(instance.name, request.name.empty() ? free_name(integration.id) : Result<std::string>(request.name));
    const auto added = with_current_keys([&]() -> Result<void> {
      BERTH_TRY(const store::Instance complete, sealed(instance, integration, params, {}));
      return instances_->add(complete);
    });
    if (added) return instance.name;
    if (added.error().code() != Errc::AlreadyExists) return std::unexpected(added.error());
    if (request.name.empty() && naming < kMostNamings) continue;
    return fail(Errc::AlreadyExists,
                fmt::format("instance '{}': there is one of that name; give another with --name, or change it with "
                            "'berth instance set'",
                            instance.name));
  }
}

Result<std::string> InstanceService::free_name(const std::string& brand) {
  BERTH_TRY(const auto present, instances_->list());
  return default_instance_name(brand, [&](const std::string& name) {
    return std::ranges::find(present, name, &store::Instance::name) != present.end();
  });
}

Result<void> InstanceService::change(std::string_view name, const content::Item& integration,
                                     const InstanceChange& change) {
  return with_current_keys([&]() -> Result<void> {
    BERTH_TRY(store::Instance instance, instances_->get(name));
    BERTH_CHECK_OK(change_options(instance, change));
    BERTH_TRY(const content::SecretParts before, unseal(instance));
    const Json stored = content::join_secrets(instance.parameters, before);
    BERTH_TRY(const Json params, changed_parameters(integration, stored, change.parameters));
    BERTH_TRY(const store::Instance complete, sealed(std::move(instance), integration, params, before));
    return instances_->update(complete);
  });
}

Result<InstanceCall> InstanceService::open_for_call(std::string_view name, const content::Item& integration) {
  return with_current_keys([&]() -> Result<InstanceCall> {
    BERTH_TRY(const store::Instance instance, instances_->get(name));
    BERTH_TRY(InstanceOptions options, parse_instance_options(instance.options));
    BERTH_TRY(const content::SecretParts before, unseal(instance));
    InstanceCall call{instance.name,
                      instance.brand,
                      content::join_secrets(instance.parameters, before),
                      {},
                      std::move(options.network),
                      std::move(options.allowed)};
    call.secrets = content::secret_values(integration, call.params);
    // What was secret when it was stored is so still.
    for (const auto& [way, text] : before) {
      if (std::ranges::find(call.secrets, text) == call.secrets.end()) call.secrets.push_back(text);
    }
    std::ranges::stable_sort(call.secrets, std::ranges::greater(), &std::string::size);
    if (!content::split_secrets(integration, instance.parameters).secrets.empty()) {
      BERTH_TRY(const store::Instance complete, sealed(instance, integration, call.params, before));
      BERTH_CHECK_OK(instances_->update(complete));
    }
    return call;
  });
}

Result<const store::Vault*> InstanceService::vault() {
  if (!vault_) {
    BERTH_TRY(vault_, store::Vault::open(*database_, places_));
  }
  return &*vault_;
}

Result<content::SecretParts> InstanceService::unseal(const store::Instance& instance) {
  content::SecretParts secrets;
  for (const auto& [way, sealed_text] : instance.secrets) {
    const auto naming = [&] { return fmt::format("open secret '{}' of instance '{}'", way, instance.name); };
    BERTH_TRY(const store::Vault* keys, vault().context(naming));
    BERTH_TRY(std::string text, keys->unseal({instance.name, way}, sealed_text).context(naming));
    secrets.emplace(way, std::move(text));
  }
  return secrets;
}

Result<store::Instance> InstanceService::sealed(store::Instance instance, const content::Item& integration,
                                                const Json& params, const content::SecretParts& sealed_before) {
  auto [open, secrets] = content::split_secrets(integration, params);
  for (const auto& [way, text] : sealed_before) {
    const bool is_as_before = content::join_secrets(params, {{way, text}}) == params;
    if (!is_as_before || !secrets.emplace(way, text).second) continue;
    open = content::join_secrets(std::move(open), {{way, ""}});
  }
  instance.parameters = std::move(open);
  instance.secrets.clear();
  for (const auto& [way, text] : secrets) {
    const auto naming = [&] { return fmt::format("seal secret '{}' of instance '{}'", way, instance.name); };
    BERTH_TRY(const store::Vault* keys, vault().context(naming));
    BERTH_TRY(std::string sealed_text, keys->seal({instance.name, way}, text).context(naming));
    instance.secrets.emplace(way, std::move(sealed_text));
  }
  return instance;
}

Json shown_parameters(const store::Instance& instance, const content::Item* integration) {
  content::SecretParts sealed;
  for (const auto& [way, text] : instance.secrets) sealed.emplace(way, "");
  const content::Item none;
  return content::hide_secrets(integration != nullptr ? *integration : none, instance.parameters, ways_of(sealed));
}

}  // namespace berth::app
