// The probes of probes/*.py, which are part of the program itself: nothing on disk can be put in their place.
#pragma once

#include <vector>

#include "berth/base/result.h"
#include "berth/probe/declaration.h"

namespace berth::probe {

// A probe of Berth's own. Nobody can make one of another text.
class OwnProbe {
 public:
  const Probe& operator*() const { return probe_; }
  const Probe* operator->() const { return &probe_; }

 private:
  friend Result<std::vector<OwnProbe>> own_probes();
  explicit OwnProbe(Probe probe) : probe_(std::move(probe)) {}
  Probe probe_;
};

// All, in the order of their ids. Errors: Internal: a declaration is wrong, which a test of ours rules out.
Result<std::vector<OwnProbe>> own_probes();

}  // namespace berth::probe
