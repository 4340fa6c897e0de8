// What the host and loop/first.cc, the first process of a container that another engine made, say to each other.
#pragma once

namespace berth::first {

// The file with what is to be started: texts, each ended by a zero byte, in three groups of which each ends with an
// empty one: paths of programs, to be tried in order; arguments; environment.
constexpr const char* kPlanFile = "/run/berth/plan";
constexpr unsigned kMostPlanBytes = 1 << 20;
constexpr unsigned kMostTexts = 4096;  // of one group

// The file that it holds a lock on, which tells the host who it is.
constexpr const char* kLockFile = "/run/berth/lock";

// What it says on descriptor 1 before anything of the image has run, and what it waits for on descriptor 0.
constexpr char kHere[] = "berth: here\n";
constexpr char kGo[] = "go\n";

// Its own name (/proc/PID/comm) before and after the interpreter has been started.
constexpr const char* kNameBefore = "berth-first";
constexpr const char* kNameAfter = "berth-reaper";

// How it ends by itself; the script's process cannot make it end.
constexpr int kNoInterpreter = 127;  // none of the programs is there
constexpr int kNotStarted = 126;     // one is, and cannot be started
constexpr int kNoPlan = 125;         // its own files cannot be read
constexpr int kHostIsGone = 124;

}  // namespace berth::first
