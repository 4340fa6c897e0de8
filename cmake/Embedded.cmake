# berth_embed_scripts(<target>): puts the loop, the zygote's parts and the common library into berth/app/embedded.cc. The common
# library is the parts in common/, one after the other, whole and without those that are optional.
function(berth_embed_scripts target)
  file(STRINGS common/parts.txt parts)
  list(TRANSFORM parts PREPEND ${PROJECT_SOURCE_DIR}/common/)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS common/parts.txt)
  set(folder ${PROJECT_BINARY_DIR}/generated/common)
  set(whole ${folder}/CommonServerPython.py)
  set(pieces ${folder}/always.py ${folder}/optional_names ${folder}/digests)
  set(loop ${PROJECT_SOURCE_DIR}/loop/loop.py)
  set(zygote ${PROJECT_SOURCE_DIR}/loop/zygote.py)
  set(watch ${PROJECT_SOURCE_DIR}/loop/watch.py)
  set(ahead ${PROJECT_SOURCE_DIR}/loop/ahead.py)
  set(again ${PROJECT_SOURCE_DIR}/loop/again.py)
  set(kept ${PROJECT_SOURCE_DIR}/loop/kept.py)
  set(learned ${PROJECT_SOURCE_DIR}/loop/learned.py)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${whole}
    COMMAND ${CMAKE_COMMAND} -E cat ${parts} > ${whole}
    DEPENDS ${parts} common/parts.txt
    VERBATIM)
  add_executable(split_common tools/split_common.cc)
  target_link_libraries(split_common PRIVATE berth_content berth_warnings)
  add_custom_command(
    OUTPUT ${pieces}
    COMMAND split_common ${whole} ${loop} ${folder}
    DEPENDS split_common ${whole} ${loop}
    VERBATIM)
  target_sources(${target} PRIVATE ${whole} ${pieces})
  set_source_files_properties(
    berth/app/embedded.cc
    PROPERTIES COMPILE_DEFINITIONS
               "BERTH_LOOP_FILE=\"${loop}\";BERTH_ZYGOTE_FILE=\"${zygote}\";BERTH_WATCH_FILE=\"${watch}\";BERTH_AHEAD_FILE=\"${ahead}\";BERTH_AGAIN_FILE=\"${again}\";BERTH_KEPT_FILE=\"${kept}\";BERTH_LEARNED_FILE=\"${learned}\";BERTH_COMMON_FOLDER=\"${folder}\""
               OBJECT_DEPENDS "${loop};${zygote};${watch};${ahead};${again};${kept};${learned};${whole};${pieces}")
endfunction()
