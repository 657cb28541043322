# The templates of haproxy-conf/ and the bridge's Lua files become part of the library, so that the
# program needs no files.
file(GLOB templates CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/haproxy-conf/templates/*.mustache)
file(GLOB bridge_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lua/haproxy/*.lua)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/render/templates.cc)
list(JOIN templates "|" joined)
list(JOIN bridge_files "|" joined_bridge_files)
add_custom_command(OUTPUT ${generated}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${generated} "-DTEMPLATES=${joined}"
          "-DBRIDGE_FILES=${joined_bridge_files}"
          -P ${CMAKE_CURRENT_LIST_DIR}/embed_templates.cmake
  DEPENDS ${templates} ${bridge_files} ${CMAKE_CURRENT_LIST_DIR}/embed_templates.cmake VERBATIM)
target_sources(pointsman_render PRIVATE ${generated})
