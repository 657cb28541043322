#include "config/service_files.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/golden.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using config::ServiceStore;

namespace {

// What the folder's services come to, as "web 2, db 1", held files and errors behind it.
std::string loaded(ServiceStore& store, const std::string& path,
                   const config::IsUnfinished& is_unfinished = nullptr) {
  Diagnostics diagnostics;
  const auto files = config::read_service_files(path, diagnostics, is_unfinished);
  const ServiceStore::Load load = store.load(files, diagnostics);
  std::string text;
  for (const auto& [name, spec] : load.services) {
    text += name + " " + std::to_string(spec.service.instances.size()) + "; ";
  }
  for (const std::string& file : load.held) {
    text += "held " + std::filesystem::path(file).filename().string() + "; ";
  }
  for (const Diagnostic& item : diagnostics.items()) {
    if (item.severity == Severity::kError) text += item.message + "; ";
  }
  return text;
}

const std::string kWeb = "name: web\ninstances: [10.0.0.1:80, 10.0.0.2:80]\n";
const std::string kDb = "name: db\ninstances: [10.0.0.3:80]\n";

}  // namespace

TEST_CASE("the services of a folder's files, several in one, are one set") {
  const test::TemporaryFolder folder;
  folder.write("services/a.yaml", kWeb + "---\n" + kDb);
  folder.write("services/b.yml", "name: api\n");
  ServiceStore store;
  CHECK(loaded(store, folder.path("services")) == "api 0; db 1; web 2; ");
  CHECK(loaded(store, folder.path("services/b.yml")) == "api 0; ");
}

TEST_CASE("a faulty file keeps its last good form while others change") {
  const test::TemporaryFolder folder;
  folder.write("services/a.yaml", kWeb);
  folder.write("services/b.yaml", kDb);
  ServiceStore store;
  loaded(store, folder.path("services"));
  folder.write("services/a.yaml", "name: web\ninstances: []\n---\nname: [\n");
  folder.write("services/b.yaml", kDb + "---\nname: api\n");
  const std::string text = loaded(store, folder.path("services"));
  CHECK(text.starts_with("api 0; db 1; web 2; held a.yaml; not valid YAML"));
  folder.write("services/a.yaml", "name: web\n");
  CHECK(loaded(store, folder.path("services")) == "api 0; db 1; web 0; ");
  CHECK(loaded(store, folder.path("services"), [](const std::string&) { return true; }) ==
        "api 0; db 1; web 0; held a.yaml; held b.yaml; ");
}

TEST_CASE("a deleted file takes its services away, a lost folder does not") {
  const test::TemporaryFolder folder;
  folder.write("services/a.yaml", kWeb);
  folder.write("services/b.yaml", kDb);
  ServiceStore store;
  loaded(store, folder.path("services"));
  std::filesystem::remove(folder.path("services/b.yaml"));
  CHECK(loaded(store, folder.path("services")) == "web 2; ");
  std::filesystem::remove_all(folder.path("services"));
  CHECK(loaded(store, folder.path("services")) == "web 2; held a.yaml; ");
  std::filesystem::create_directory(folder.path("services"));
  CHECK(loaded(store, folder.path("services")).empty());
}

TEST_CASE("where there never was a folder, there are no services and no complaint") {
  ServiceStore store;
  CHECK(loaded(store, "/nonexistent/services").empty());
}

TEST_CASE("of two services with one name the first file's stands") {
  const test::TemporaryFolder folder;
  const std::string a = folder.write("services/a.yaml", kWeb);
  folder.write("services/b.yaml", "name: web\n");
  ServiceStore store;
  CHECK(loaded(store, folder.path("services")) ==
        "web 2; there is another service of this name (" + a + ":1); ");
}

TEST_CASE("the accepted services are read without an error, the refused ones are refused") {
  const auto golden = std::filesystem::path(POINTSMAN_SOURCE_DIR) / "tests/golden/services";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden)) {
    if (entry.path().extension() != ".yaml") continue;
    const bool accepted = entry.path().parent_path().filename() == "accepted";
    Diagnostics diagnostics;
    const auto file =
        config::parse_service_file("services.yaml", test::read_text(entry.path()), diagnostics);
    INFO(entry.path());
    for (const auto& item : diagnostics.items()) UNSCOPED_INFO(to_text(item));
    CHECK(diagnostics.has_errors() == !accepted);
    CHECK(file.faulty == !accepted);
  }
}

TEST_CASE("the example services are valid") {
  Diagnostics diagnostics;
  const auto files = config::read_service_files(
      std::string(POINTSMAN_SOURCE_DIR) + "/docs/examples/services", diagnostics);
  CHECK(diagnostics.items().empty());
  REQUIRE(files.size() == 1);
  CHECK(files[0].services.size() == 2);
}
