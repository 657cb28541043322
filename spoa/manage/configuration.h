// HAProxy's configuration as managed mode writes it: one file that HAProxy is started with, and a
// folder beside it with the files that it names. The folder is called by a hash of what lies in it,
// so that files which a running HAProxy or the last good configuration names are never overwritten,
// and renaming the one file over the old one is what makes a configuration current. Pure.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "render/render.h"
#include "routing/route_table.h"

namespace pointsman::manage {

inline constexpr const char* kCurrentFile = "haproxy.cfg";
inline constexpr const char* kCandidateFile = "haproxy.cfg.new";       // HAProxy checks it
inline constexpr const char* kLastGoodFile = "haproxy.cfg.last-good";  // HAProxy has run it
inline constexpr const char* kFormsFile = "haproxy.cfg.gateways";      // what it was made from
inline constexpr const char* kPartsPrefix = "pointsman-";              // of the folders' names

// The first line of each file that is Pointsman's to replace.
inline constexpr const char* kOwnLine =
    "# Written by `pointsman agent` (manage_haproxy): changes made here are lost.\n";

struct Configuration {
  std::string text;             // of the one file
  std::string folder;           // of the parts, e.g. "pointsman-00c0ffee00c0ffee"
  render::RenderedFiles parts;  // names below that folder
};

// Which gateways, to which files: render::render_complete, or a template of one's own.
using Render = std::function<Result<render::RenderedFiles>(const routing::RouteTable&,
                                                           const render::Options&)>;

// `path`: the folder of it all. The options' places of files don't count.
Result<Configuration> render_configuration(const Render& render, const routing::RouteTable& table,
                                           render::Options options, const std::string& path);

// The folders of parts that the text names anywhere.
std::set<std::string> parts_folders_in(std::string_view text);

}  // namespace pointsman::manage
