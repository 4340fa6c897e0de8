# berth_warnings: what our own code is compiled with. Headers of others come in as SYSTEM, so that only ours are judged.
add_library(berth_warnings INTERFACE)
target_compile_options(
  berth_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wold-style-cast
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            # Options structs are given by the names of the fields that differ from the default.
            -Wno-missing-field-initializers
            -Werror)
