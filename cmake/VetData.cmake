# berth_embed_vet_data(<target>): puts the files of data/ into berth/vet/built_in_data.cc.
function(berth_embed_vet_data target)
  file(GLOB_RECURSE data CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/data/*.txt ${PROJECT_SOURCE_DIR}/data/*.bin
       ${PROJECT_SOURCE_DIR}/data/*.yaml)
  set_source_files_properties(
    berth/vet/built_in_data.cc
    PROPERTIES COMPILE_DEFINITIONS "BERTH_DATA_FOLDER=\"${PROJECT_SOURCE_DIR}/data\"" OBJECT_DEPENDS "${data}")
endfunction()
