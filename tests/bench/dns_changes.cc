// What the responder answers while the registry changes all the time, with the agent's own parts in
// one process: its registry, which a thread changes as the admin listener does; the main thread,
// which makes zones of each revision; a worker, which answers; and a thread that asks.
//   dns_changes KIND SERVICES INSTANCES CHANGES QUERIES SECONDS
// KIND is `weights`: each change is an instance's weight; or `flap`: a service's instances all go,
// or come back. CHANGES and QUERIES are for a second. A query's time counts from when it was due,
// so that one that could not be sent counts, too. Prints one line of JSON.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cli/registry_keeper.h"
#include "cli/zone_keeper.h"
#include "config/settings.h"
#include "dns_registry.h"
#include "net/event_loop.h"

namespace {

using namespace pointsman;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct Load {
  bool flap = false;
  unsigned services = 0;
  unsigned instances = 0;
  unsigned changes = 0;
  unsigned queries = 0;
  std::chrono::seconds length{0};
};

struct Figures {
  std::uint64_t changed = 0;
  std::uint64_t made = 0;  // zones
  std::chrono::microseconds longest_making{0};
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  std::uint64_t wrong = 0;  // an answer without records, or an older serial
  std::vector<std::uint32_t> microseconds;
  std::size_t memory_before = 0;
  std::size_t memory_after = 0;
  double processor_seconds = 0;
};

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoul(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// So many a second, evenly: calls `step` with 0, 1, 2, … when each is due, until the time is over.
template <class Step>
void pace(unsigned a_second, std::chrono::seconds length, Step step) {
  const auto start = steady_clock::now();
  const std::uint64_t count = std::uint64_t{a_second} * static_cast<std::uint64_t>(length.count());
  for (std::uint64_t done = 0; done < count;) {
    const auto now = steady_clock::now();
    if (now - start >= length) return;
    const auto due = static_cast<std::uint64_t>((now - start) / 1us) * a_second / 1000000;
    while (done <= due && done < count) step(done++);
    std::this_thread::sleep_for(200us);
  }
}

class Changer {
 public:
  Changer(const Load& load, cli::RegistryKeeper& keeper) : load_(load), keeper_(keeper) {}

  void fill() {
    for (unsigned service = 0; service < load_.services; ++service) {
      for (unsigned i = 0; i < load_.instances; ++i) put(service, i, 100);
    }
    keeper_.publish_now();
  }

  void change(std::uint64_t number) {
    const auto service = static_cast<unsigned>(number % load_.services);
    const auto index = static_cast<unsigned>(number / load_.services % load_.instances);
    if (!load_.flap) return put(service, index, static_cast<std::uint16_t>(1 + number % 255));
    for (unsigned i = 0; i < load_.instances; ++i) {
      if (number % 2 == 1) {
        put(0, i, 100);
      } else {
        keeper_.remove(bench::service_name(0), bench::instance_of(0, i, load_.instances).id);
      }
    }
  }

 private:
  void put(unsigned service, unsigned index, std::uint16_t weight) {
    registry::Instance instance = bench::instance_of(service, index, load_.instances);
    instance.weight = weight;
    if (!keeper_.put(bench::service_name(service), instance, 3600s)) std::abort();
  }

  const Load& load_;
  cli::RegistryKeeper& keeper_;
};

// A socket that asks for SRV and, each 100th time, for the serial.
class Asker {
 public:
  Asker(const Load& load, std::uint16_t port, Figures& figures)
      : load_(load), figures_(figures), fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int room = 4 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) std::abort();
    figures_.microseconds.reserve(std::size_t{load.queries} *
                                  static_cast<std::size_t>(load.length.count()));
  }

  void ask(std::uint64_t number) {
    if (number == 0) start_ = steady_clock::now();
    const auto id = static_cast<std::uint16_t>(number);
    due_[id] = start_ + number * std::chrono::nanoseconds(1s) / load_.queries;
    is_serial_[id] = number % 100 == 0;
    std::string query{static_cast<char>(id >> 8), static_cast<char>(id)};
    query += std::string("\0\0\0\1\0\0\0\0\0\0", 10);
    if (!is_serial_[id]) {
      const std::string name = bench::service_name(static_cast<unsigned>(number % load_.services));
      query += static_cast<char>(name.size()) + name + std::string("\7service", 8);
    }
    query += std::string("\3hap\4test\0\0", 11) + (is_serial_[id] ? '\6' : '\41') +
             std::string("\0\1", 2);
    ++figures_.asked;
    (void)::send(fd_, query.data(), query.size(), 0);
    take();
  }

  void take() {
    std::array<std::uint8_t, 4096> reply;
    for (ssize_t size = 0; (size = recv(fd_, reply.data(), reply.size(), 0)) > 12;) {
      const auto id = static_cast<std::uint16_t>(reply[0] << 8 | reply[1]);
      const auto taken = (steady_clock::now() - due_[id]) / 1us;
      figures_.microseconds.push_back(static_cast<std::uint32_t>(std::max<std::int64_t>(taken, 0)));
      ++figures_.answered;
      const bool has_answer = reply[7] > 0 && (reply[3] & 15) == 0;
      if (!has_answer && !load_.flap) ++figures_.wrong;
      if (has_answer && is_serial_[id]) look_at_serial(&reply[static_cast<std::size_t>(size) - 20]);
    }
  }

  void take_the_last() {
    const auto deadline = steady_clock::now() + 2s;
    while (figures_.answered < figures_.asked && steady_clock::now() < deadline) {
      pollfd waiting{fd_, POLLIN, 0};
      poll(&waiting, 1, 100);
      take();
    }
  }

 private:
  void look_at_serial(const std::uint8_t* bytes) {
    std::uint32_t serial = 0;
    for (int i = 0; i < 4; ++i) serial = serial << 8 | bytes[i];
    if (serial < serial_) ++figures_.wrong;
    serial_ = serial;
  }

  const Load& load_;
  Figures& figures_;
  const int fd_;
  steady_clock::time_point start_;
  std::array<steady_clock::time_point, 65536> due_{};
  std::array<bool, 65536> is_serial_{};
  std::uint32_t serial_ = 0;
};

config::Settings settings_in(const std::string& folder) {
  config::Settings settings = config::default_settings();
  settings.state = folder;
  settings.dns.zones = {"hap.test"};
  settings.dns.listen = {ListenAddress::parse("127.0.0.1:0").value()};
  settings.dns.listen_given = true;
  return settings;
}

// As the agent's main thread does (cli/agent.cc).
void run(const Load& load, const config::Settings& settings, Figures& figures) {
  net::EventLoop loop;
  cli::RegistryKeeper keeper(settings, [&loop] { loop.wake(); });
  cli::ZoneKeeper zones(settings);
  const routing::RouteTable no_gateways;
  const auto update = [&] {
    const auto start = steady_clock::now();
    zones.update(*keeper.revisions().current(), no_gateways);
    const auto taken =
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start);
    figures.longest_making = std::max(figures.longest_making, taken);
    ++figures.made;
  };
  loop.on_wake(update);
  if (!zones.start()) std::exit(1);
  Changer changer(load, keeper);
  changer.fill();
  update();
  const auto asker = std::make_unique<Asker>(load, zones.responder()->addresses()[0].port, figures);
  std::thread changing([&] {
    pace(load.changes, load.length, [&](std::uint64_t number) {
      changer.change(number);
      ++figures.changed;
    });
  });
  std::thread asking([&] {
    pace(load.queries, load.length, [&](std::uint64_t number) {
      asker->ask(number);
      if (number == load.queries) figures.memory_before = resident_kib();  // after the first second
    });
    asker->take_the_last();
    figures.memory_after = resident_kib();
    changing.join();
    loop.stop();
  });
  loop.run();
  asking.join();
  figures.processor_seconds = processor_seconds();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) return 2;
  const auto number = [&](int index) {
    return static_cast<unsigned>(std::strtoul(arguments[index], nullptr, 10));
  };
  const Load load{std::string(arguments[1]) == "flap", number(2), number(3), number(4), number(5),
                  std::chrono::seconds(number(6))};
  std::string folder = (std::filesystem::temp_directory_path() / "dns-changes-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  Figures figures;
  run(load, settings_in(folder), figures);
  std::filesystem::remove_all(folder);
  std::vector<std::uint32_t>& times = figures.microseconds;
  std::sort(times.begin(), times.end());
  const auto share = [&](double part) {
    if (times.empty()) return 0U;
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  fmt::print(
      "{{\"changes\": {}, \"zones_made\": {}, \"longest_making_us\": {}, \"asked\": {}, \"lost\": "
      "{}, \"wrong\": {}, \"p50_us\": {}, \"p99_us\": {}, \"max_us\": {}, \"rss_before_kib\": {}, "
      "\"rss_after_kib\": {}, \"cpu_s\": {:.1f}}}\n",
      figures.changed, figures.made, figures.longest_making.count(), figures.asked,
      figures.asked - figures.answered, figures.wrong, share(0.5), share(0.99), share(1),
      figures.memory_before, figures.memory_after, figures.processor_seconds);
}
