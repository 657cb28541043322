# What `pointsman version` says: the project's version and those of the libraries it is built with.
file(STRINGS ${LIBEV_INCLUDE}/ev.h ev_version REGEX "define EV_VERSION_(MAJOR|MINOR) ")
string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" ev_version "${ev_version}")
set(libraries
  "CLI11 ${CLI11_VERSION}" "fmt ${fmt_VERSION}" "libev ${ev_version}"
  "nlohmann-json ${nlohmann_json_VERSION}" "OpenSSL ${OPENSSL_VERSION}" "PCRE2 ${PCRE2_VERSION}"
  "spdlog ${spdlog_VERSION}" "xxHash ${XXHASH_VERSION}" "yaml-cpp ${yaml-cpp_VERSION}")
list(JOIN libraries "," libraries)
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/cli/version.cc PROPERTIES
  COMPILE_DEFINITIONS
  "POINTSMAN_VERSION=\"${PROJECT_VERSION}\";POINTSMAN_LIBRARIES=\"${libraries}\"")
