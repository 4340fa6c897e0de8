// The other side of a conversation: a loop whose every word a test decides.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>

#include "berth/engine/session.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::engine::testing {

// What a loop holds. What nobody listens to any more is dropped.
struct Peer {
  UniqueFd in;
  UniqueFd out;
  UniqueFd printed;
  UniqueFd complaints;
  UniqueFd ended;  // closed: the interpreter's process has ended

  void say(std::string_view line) const { say_bytes(std::string(line) + "\n"); }
  void say_bytes(std::string_view bytes) const { std::ignore = sys::write_all(out.get(), bytes, "the messages"); }
  void print(std::string_view text) const { std::ignore = sys::write_all(printed.get(), text, "what is printed"); }
  void complain(std::string_view text) const { std::ignore = sys::write_all(complaints.get(), text, "the errors"); }

  // The next line without its line feed; empty when there is none any more.
  std::string hear() const {
    std::string line;
    for (char byte = 0; ::read(in.get(), &byte, 1) == 1 && byte != '\n';) line += byte;
    return line;
  }

  // Until the host lets go of its ends.
  void wait_for_the_end() const {
    while (!hear().empty()) {
    }
  }
};

// The host's ends, the peer's ends, and a thread in which the peer does what it is told.
class Line {
 public:
  explicit Line(std::function<void(Peer&)> script) {
    connect(peer_.in, in_);
    connect(out_, peer_.out);
    connect(printed_, peer_.printed);
    connect(complaints_, peer_.complaints);
    connect(ended_, peer_.ended);
    thread_ = std::thread([this, script = std::move(script)] {
      script(peer_);
      peer_ = Peer();
    });
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    for (UniqueFd* fd : {&in_, &out_, &printed_, &complaints_, &ended_}) fd->reset();
    thread_.join();
  }

  Streams streams() { return {in_, out_, printed_, complaints_, ended_.get()}; }

 private:
  static void connect(UniqueFd& read, UniqueFd& write) {
    auto pipe = sys::make_pipe();
    BERTH_ASSERT(pipe.has_value());
    read = std::move(pipe->read);
    write = std::move(pipe->write);
  }

  UniqueFd in_;
  UniqueFd out_;
  UniqueFd printed_;
  UniqueFd complaints_;
  UniqueFd ended_;
  Peer peer_;
  std::thread thread_;
};

}  // namespace berth::engine::testing
