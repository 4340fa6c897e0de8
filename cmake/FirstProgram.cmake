# loop/first.cc as a static program without libc, whatever else is built how: it runs in images of any kind.
set(BERTH_FIRST_PROGRAM_FILE ${PROJECT_BINARY_DIR}/generated/first)
add_custom_command(
  OUTPUT ${BERTH_FIRST_PROGRAM_FILE}
  COMMAND
    ${CMAKE_CXX_COMPILER} -std=c++20 -O2 -Wall -Wextra -Werror -I${PROJECT_SOURCE_DIR} -ffreestanding -fno-exceptions
    -fno-rtti -fno-stack-protector -fno-asynchronous-unwind-tables -fno-threadsafe-statics -fvisibility=hidden -fno-pie
    -static -nostdlib -Wl,-z,noexecstack -Wl,--build-id=none -s -o ${BERTH_FIRST_PROGRAM_FILE}
    ${PROJECT_SOURCE_DIR}/loop/first.cc
  DEPENDS ${PROJECT_SOURCE_DIR}/loop/first.cc ${PROJECT_SOURCE_DIR}/loop/raw_call.h
          ${PROJECT_SOURCE_DIR}/berth/container/first_plan.h
  VERBATIM)
target_sources(berth_container PRIVATE ${BERTH_FIRST_PROGRAM_FILE})
set_source_files_properties(
  berth/container/first_program.cc
  PROPERTIES COMPILE_DEFINITIONS "BERTH_FIRST_PROGRAM_FILE=\"${BERTH_FIRST_PROGRAM_FILE}\"" OBJECT_DEPENDS
             ${BERTH_FIRST_PROGRAM_FILE})
