// Instances of integrations: made, changed, opened for a call. What is secret in them lies sealed in the store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/instance_call.h"
#include "berth/app/instance_options.h"
#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"
#include "berth/content/item.h"
#include "berth/content/secret_parts.h"
#include "berth/store/database.h"
#include "berth/store/instances.h"
#include "berth/store/vault.h"

namespace berth::app {

// Parameters as content::check_parameters takes them.
struct GivenParameters {
  Json file;  // object, or null
  std::vector<content::Assignment> assignments;
};

struct NewInstance {
  std::string name;  // empty: default_instance_name()
  GivenParameters parameters;
  InstanceOptions options;
  bool enabled = true;
};

// What `change` changes; what is empty stays.
struct InstanceChange {
  GivenParameters parameters;
  std::optional<net::NetworkProfile> network;
  std::optional<std::vector<net::AddressRange>> allowed;
  std::optional<std::filesystem::path> source;
};

// For one thread. No error of it holds a secret. Errors of all: those of the database; NotFound for an instance that is
// not there.
class InstanceService {
 public:
  // Opens the database of the state folder; the keys only when a secret is sealed or opened.
  static Result<InstanceService> open(const Settings& settings);

  // Makes an instance of `integration` with what is given and the defaults of its YAML, and gives its name.
  // Errors: those of content::check_parameters and check_instance_name; AlreadyExists; those of store::Vault.
  Result<std::string> add(const content::Item& integration, const NewInstance& request);
  // Changes what is given and nothing else: a default that came with newer content is not filled in, and what the
  // integration does not declare any more stays.
  // Errors: as `add`.
  Result<void> change(std::string_view name, const content::Item& integration, const InstanceChange& change);
  // Opens it for a call. Where newer content declares a stored value secret, it is masked, and sealed at once.
  // Errors: those of store::Vault.
  Result<InstanceCall> open_for_call(std::string_view name, const content::Item& integration);

  Result<store::Instance> get(std::string_view name) { return instances_->get(name); }
  Result<std::vector<store::Instance>> list(std::string_view brand) { return instances_->list(brand); }
  Result<void> set_enabled(std::string_view name, bool enabled) { return instances_->set_enabled(name, enabled); }
  Result<void> set_last_test(std::string_view name, const store::TestResult& result) {
    return instances_->set_last_test(name, result);
  }
  Result<void> remove(std::string_view name) { return instances_->remove(name); }

 private:
  InstanceService(std::unique_ptr<store::Database> database, store::KeyPlaces places);

  // Runs `body` once more where the keys were changed since the vault was opened.
  template <class Body>
  auto with_current_keys(Body body) -> decltype(body()) {
    auto outcome = body();
    if (outcome || outcome.error().code() != Errc::Conflict) return outcome;
    vault_.reset();
    return body();
  }
  Result<std::string> free_name(const std::string& brand);
  Result<const store::Vault*> vault();
  Result<content::SecretParts> unseal(const store::Instance& instance);
  // `instance` with `params`, their secrets sealed; so stay those of `sealed_before` that are no secrets any more.
  Result<store::Instance> sealed(store::Instance instance, const content::Item& integration, const Json& params,
                                 const content::SecretParts& sealed_before);

  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Instances> instances_;
  store::KeyPlaces places_;
  std::optional<store::Vault> vault_;
};

// The parameters of a stored instance as a person may see them: "********" for each secret. `integration` may be null,
// where its content is gone: then what is sealed is hidden.
Json shown_parameters(const store::Instance& instance, const content::Item* integration);

}  // namespace berth::app
