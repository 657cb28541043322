// What a TLS listener needs, as files in PEM form, with the places where the settings name them: a
// fault in a file is reported there.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"

namespace pointsman {

struct NamedFile {
  std::string path;
  SourcePlace place;  // in the settings
  std::string key;    // dotted, e.g. "spop.listen[1].tls.cert"
};

struct TlsFiles {
  NamedFile certificate;  // the listener's own, with those between it and its CA
  NamedFile key;          // of the certificate; perhaps in the same file
  NamedFile client_ca;    // who signs clients' certificates; path empty: clients need none
  std::vector<std::string> client_names;  // that a client's certificate may have; empty: any
};

}  // namespace pointsman
