// How registries are reached: what the operator has set, and what the machine's own tools are told.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/http_client.h"
#include "berth/image/reference.h"

namespace berth::image {

// One row of the setting `images.registries`.
struct RegistryRow {
  std::filesystem::path ca;
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  bool insecure = false;  // http, or a certificate that nobody vouches for
  // Registries, asked first, in this order: "mirror.example:5000", or with a path that goes before that of every image,
  // "harbor.example/hub-proxy".
  std::vector<std::string> mirrors;
  // Hosts ("host", "host:port", "::1", "[::1]:5000") that this registry may send us to, wherever their addresses lie:
  // the store of its blobs, its server of tokens.
  std::vector<std::string> sends_to;
};

struct RegistrySettings {
  std::map<std::string, RegistryRow, std::less<>> rows;  // by registry, normalised
  std::string http_proxy;
  std::string https_proxy;
  std::string no_proxy;
  std::filesystem::path ca_bundle;  // for registries without one of their own
  // Folders with one folder a registry, in which `ca.crt`, `client.cert` and `client.key` lie, as the tools read them.
  std::vector<std::filesystem::path> certificate_folders = {"/etc/containers/certs.d", "/etc/docker/certs.d"};
  std::vector<std::filesystem::path> credential_files;  // credentials.h
};

// One server that holds images, as it is asked.
struct RegistryPlace {
  std::string registry;  // "docker.io", "registry.example:5000"
  std::string base;      // "https://registry-1.docker.io", "http://127.0.0.1:5000"
  std::string prefix;    // of the path of every image there; empty for a registry itself
  bool insecure = false;
  HttpAccess access;
  std::vector<std::string> sends_to;

  // Whether what lies at `url` may be anywhere: the place itself, and what the operator has named.
  bool is_named(const Url& url) const;
};

// The places that hold the images of `registry`, in the order in which they are asked: its mirrors, then itself.
// Only what was there when it was called counts; nothing is asked.
std::vector<RegistryPlace> places_of(const RegistrySettings& settings, std::string_view registry);

// Whether credentials of `place` may go to `url`, its server of tokens: the same host; a host beside or above it in a
// domain of at least three parts (auth.eu.example.com for registry.eu.example.com; two parts may be anybody's, as
// co.uk is); one that is known to belong to it (auth.docker.io); or one that the operator has named. Over https, unless
// the place itself is insecure.
bool may_have_credentials(const RegistryPlace& place, const Url& url);

}  // namespace berth::image
