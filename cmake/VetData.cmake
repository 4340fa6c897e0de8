# The lists that are part of the program (data/): rebuilt when one of them changes.
set(berth_licence_data data/spdx/licences.txt data/spdx/exceptions.txt data/licence_groups.txt)
list(TRANSFORM berth_licence_data PREPEND ${PROJECT_SOURCE_DIR}/)
set_source_files_properties(
  berth/vet/licence_data.cc
  PROPERTIES COMPILE_DEFINITIONS "BERTH_LICENCE_DATA_FOLDER=\"${PROJECT_SOURCE_DIR}/data\"" OBJECT_DEPENDS "${berth_licence_data}")
