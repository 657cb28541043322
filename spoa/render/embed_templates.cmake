# Writes OUTPUT, a C++ source with the text of every file in TEMPLATES, found by name, and of every
# file in BRIDGE_FILES.
# cmake -DOUTPUT=… "-DTEMPLATES=a.mustache|b.mustache" "-DBRIDGE_FILES=c.lua|d.lua"
#       -P embed_templates.cmake
string(REPLACE "|" ";" TEMPLATES "${TEMPLATES}")
string(REPLACE "|" ";" BRIDGE_FILES "${BRIDGE_FILES}")
set(text "#include \"render/templates.h\"\n\nnamespace pointsman::render {\n\n")
string(APPEND text "std::optional<std::string_view> find_template(std::string_view name) {\n")
foreach(file ${TEMPLATES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} content)
  string(APPEND text "  if (name == \"${name}\") return R\"template(${content})template\";\n")
endforeach()
string(APPEND text "  return std::nullopt;\n}\n\nRenderedFiles bridge_files() {\n  return {\n")
foreach(file ${BRIDGE_FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "      {\"pointsman/${name}\", R\"bridge(${content})bridge\"},\n")
endforeach()
string(APPEND text "  };\n}\n\n}  // namespace pointsman::render\n")
file(WRITE ${OUTPUT} "${text}")
