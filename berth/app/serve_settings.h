// What the operator has set about the daemon (`serve` in berth.yaml).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace berth::app {

struct ServeSettings {
  std::filesystem::path socket;     // empty: berth.sock in the runtime folder
  std::uint32_t calls = 16;         // at once
  std::uint32_t waiting = 64;       // that wait for their turn, 0: none; others are refused
  std::uint32_t idle_workers = 8;   // processes that are kept for the next calls
  std::uint32_t calls_per_key = 0;  // of one key at once; 0: as many as run
  std::chrono::milliseconds idle_time = std::chrono::minutes(10);  // then they go
  std::uint32_t zygotes = 32;                                      // of all workers together (calls.warm)
  std::uint64_t zygote_memory = 1ULL << 30;  // bytes of all of them; idle ones give back what is more
  std::uint32_t spares = 16;                 // children of each that wait for calls, at most: by demand
  std::vector<std::string> prewarm;          // registered items, or `ITEM COMMAND`: warm from the start
  std::uint32_t connections = 256;           // at once
  std::chrono::milliseconds drain = std::chrono::seconds(30);  // how long running calls may go on after SIGTERM
  bool instances = true;  // keep long-running instances going, and fetch for those that fetch
  std::chrono::milliseconds fetch_every = std::chrono::minutes(1);  // where an instance has no interval of its own
};

}  // namespace berth::app
