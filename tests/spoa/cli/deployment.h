// A settings file and a folder of gateways in a folder of the test's own, and the program run on
// them. Nothing of the machine's own /etc is read.
#pragma once

#include <string>
#include <vector>

#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace pointsman::test {

inline const std::string kShop =
    "name: shop\n"
    "port: 8080/http\n"
    "virtual_hosts: [shop.example.com]\n"
    "sticky: route\n"
    "routes:\n"
    "  shop/v1:\n"
    "    weight: 80%\n"
    "    backend: be_v1\n"
    "  shop/v2:\n"
    "    weight: 20%\n"
    "    condition: user-agent == Firefox\n"
    "    condition_strength: 50%\n"
    "    backend: be_v2\n";

struct Deployment {
  Deployment() {
    folder.write("pointsman.yaml",
                 "gateways: gateways\n"
                 "state: state\n"
                 "spop: {listen: [\"unix:" +
                     folder.path("spop.sock") + "\"], workers: 1}\n");
    folder.write("gateways/shop.yaml", kShop);
  }

  std::string settings() const { return folder.path("pointsman.yaml"); }

  // The arguments and `-c` with this deployment's settings.
  ProgramResult run(std::vector<std::string> arguments, const ProgramInput& input = {}) const {
    arguments.insert(arguments.end(), {"-c", settings()});
    return run_program(std::move(arguments), input);
  }

  TemporaryFolder folder;
};

}  // namespace pointsman::test
