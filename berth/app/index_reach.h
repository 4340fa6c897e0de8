// What a container needs to reach the package indexes of this machine, and nothing else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/launch_spec.h"
#include "berth/container/proxy_gate.h"
#include "berth/image/image_tree.h"
#include "berth/image/index_url.h"
#include "berth/image/package_sources.h"
#include "berth/image/pip_settings.h"
#include "berth/image/rpm_commands.h"
#include "berth/image/rpm_sources.h"

namespace berth::app {

struct IndexReach {
  std::vector<std::string> environment;  // "NAME=value", of the container
  std::vector<container::FixedFile> files;
  container::NetworkSpec network;             // an allow-list of the indexes
  std::vector<container::GatePlan> gates;     // before proxies, for the same indexes
  std::vector<std::uint16_t> loopback_ports;  // indexes or proxies on this machine's own 127.0.0.1
  std::vector<std::string> endpoints;         // "host:port", what is reached, for people
  std::vector<std::string> secrets;           // what must not be shown
  std::vector<std::string> remarks;           // what a person should know of it
};

// For pip: its settings of this machine, its credentials (in addresses, in netrc), proxies and certificates.
// Errors: InvalidInput for an address that cannot be read; those of reading certificates; Unavailable when a name
// cannot be resolved.
Result<IndexReach> reach_for_pip(const Settings& settings, const IndexSettings& indexes, const image::PipSettings& pip);

// Where an image's packages come from.
struct AptSources {
  std::vector<image::PackageSource> list;
  bool by_image = false;  // the image itself names them: then they are judged, and get nothing of this machine
};

// The operator's file, else for an image of this machine's own release the machine's sources, else those that the
// image itself names. Errors: Unavailable when there are none; those of reading files.
Result<AptSources> apt_sources_for(const IndexSettings& indexes, const image::ImageTree& base);

// For apt, with `sources` alone: the machine's way of reaching archives (proxies, certificates, credentials) without
// its hooks and pins, keyrings, and a state of its own in the container's work folder. Sources that an image names get
// neither credentials nor client certificates, their keyrings are the image's own, and they are reached where they are
// public or where `indexes` opens them. Errors: as above; Denied for an address that is not public.
Result<IndexReach> reach_for_apt(const Settings& settings, const IndexSettings& indexes, AptSources sources);

// For apk, which takes the addresses that the image itself names (etc/apk/repositories). Errors: as above.
Result<IndexReach> reach_for_apk(const Settings& settings, const IndexSettings& indexes, const image::ImageTree& base);

// For dnf, which takes the repositories of the image, with its own places (rpm_places) in the container's work folder.
// Errors: as above.
Result<IndexReach> reach_for_rpm(const Settings& settings, const IndexSettings& indexes,
                                 const image::RpmSources& sources);
image::RpmPlaces rpm_places();

}  // namespace berth::app
