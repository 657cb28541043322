# The templates of haproxy-conf/ become part of the library, so that the program needs no files.
file(GLOB templates CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/haproxy-conf/templates/*.mustache)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/render/templates.cc)
list(JOIN templates "|" joined)
add_custom_command(OUTPUT ${generated}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${generated} "-DTEMPLATES=${joined}"
          -P ${CMAKE_CURRENT_LIST_DIR}/embed_templates.cmake
  DEPENDS ${templates} ${CMAKE_CURRENT_LIST_DIR}/embed_templates.cmake VERBATIM)
target_sources(pointsman_render PRIVATE ${generated})
