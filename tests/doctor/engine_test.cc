#include "berth/doctor/engine.h"

#include <gtest/gtest.h>

#include "tests/doctor/judgement.h"

namespace berth::doctor {
namespace {

using container::EngineKind;

Result<std::string> failed(Errc code, const char* text) { return std::unexpected(Error(code, text)); }

struct Row {
  const char* name;
  EngineFacts facts;
  bool root;
  Expected expected;
};

const Row kRows[] = {
    {"Native", {EngineKind::Native, "", {}, ""}, true, {Severity::Ok, "native"}},
    {"NativeOfAUser", {EngineKind::Native, "", {}, ""}, false, {Severity::Ok, "native"}},
    {"Docker",
     {EngineKind::Docker, "20.10.24", {}, "berth/python3-deb:3.11.2.1"},
     true,
     {Severity::Ok, "docker 20.10.24, with the image berth/python3-deb"}},
    {"DockerWithoutUserNamespaces",
     {EngineKind::Docker, "20", {}, "x", true},
     true,
     {Severity::Failure, "calls by it are refused", "userns-remap"}},
    {"OfAUser", {EngineKind::Podman, "4.3.1", {}, "x"}, false, {Severity::Failure, "root alone", "engine: native"}},
    {"Remote",
     {EngineKind::Docker, "20", "tcp://docker.example:2376", "x"},
     true,
     {Severity::Failure, "tcp://docker.example:2376", "unset DOCKER_HOST"}},
    {"RemotePodman", {EngineKind::Podman, "4", "ssh://x", "x"}, true, {Severity::Failure, "ssh://x", "CONTAINER_HOST"}},
    {"NoDaemon",
     {EngineKind::Docker, failed(Errc::Unavailable, "Cannot connect"), {}, ""},
     true,
     {Severity::Failure, "Cannot connect", "systemctl start docker"}},
    {"NoProgram",
     {EngineKind::Podman, failed(Errc::NotFound, "start podman"), {}, ""},
     true,
     {Severity::Failure, "start podman", "apt-get install podman"}},
    {"NoImage",
     {EngineKind::Docker, "20", {}, failed(Errc::NotFound, "find image 'python3'")},
     true,
     {Severity::Warning, "find image 'python3'", "docker pull"}},
};

class Engine : public ::testing::TestWithParam<Row> {};

TEST_P(Engine, IsJudged) { EXPECT_TRUE(judged(judge_engine(GetParam().facts, GetParam().root), GetParam().expected)); }

INSTANTIATE_TEST_SUITE_P(Table, Engine, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::doctor
