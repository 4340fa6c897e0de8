// This test's own main: a script worker is the running program started anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/dt/script_worker.h"

int main(int argc, char** argv) {
  berth::dt::serve_as_script_worker(argc, argv);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
