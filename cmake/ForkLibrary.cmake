# loop/fork.cc as a shared object without libc, whatever else is built how: it runs in images of any kind.
set(BERTH_FORK_LIBRARY_FILE ${PROJECT_BINARY_DIR}/generated/fork.so)
add_custom_command(
  OUTPUT ${BERTH_FORK_LIBRARY_FILE}
  COMMAND
    ${CMAKE_CXX_COMPILER} -std=c++20 -O2 -Wall -Wextra -Werror -I${PROJECT_SOURCE_DIR} -ffreestanding -fno-exceptions
    -fno-rtti -fno-stack-protector -fno-asynchronous-unwind-tables -fno-threadsafe-statics -fvisibility=hidden -fPIC
    -shared -nostdlib -Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,now -Wl,--build-id=none -s
    -o ${BERTH_FORK_LIBRARY_FILE} ${PROJECT_SOURCE_DIR}/loop/fork.cc
  DEPENDS ${PROJECT_SOURCE_DIR}/loop/fork.cc ${PROJECT_SOURCE_DIR}/loop/raw_call.h ${PROJECT_SOURCE_DIR}/berth/container/fork_plan.h
          ${PROJECT_SOURCE_DIR}/berth/container/proc_masks.h
  VERBATIM)
target_sources(berth_container PRIVATE ${BERTH_FORK_LIBRARY_FILE})
set_source_files_properties(
  berth/container/fork_library.cc
  PROPERTIES COMPILE_DEFINITIONS "BERTH_FORK_LIBRARY_FILE=\"${BERTH_FORK_LIBRARY_FILE}\"" OBJECT_DEPENDS
             ${BERTH_FORK_LIBRARY_FILE})
