# Writes OUTPUT, a C++ source with the text of every file in TEMPLATES, found by name.
# cmake -DOUTPUT=… "-DTEMPLATES=a.mustache|b.mustache" -P embed_templates.cmake
string(REPLACE "|" ";" TEMPLATES "${TEMPLATES}")
set(text "#include \"render/templates.h\"\n\nnamespace pointsman::render {\n\n")
string(APPEND text "std::optional<std::string_view> find_template(std::string_view name) {\n")
foreach(file ${TEMPLATES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} content)
  string(APPEND text "  if (name == \"${name}\") return R\"template(${content})template\";\n")
endforeach()
string(APPEND text "  return std::nullopt;\n}\n\n}  // namespace pointsman::render\n")
file(WRITE ${OUTPUT} "${text}")
