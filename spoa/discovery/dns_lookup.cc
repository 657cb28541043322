#include "discovery/dns_lookup.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>

namespace pointsman::discovery {
namespace {

constexpr int kTries = 2;

struct SrvTarget {
  std::string name;
  std::uint16_t port = 0;
  std::uint16_t weight = 0;
};

class Lookup;

// One question on its way: it may be several queries.
struct Pending {
  Lookup* lookup = nullptr;
  Answer* answer = nullptr;
  std::string failure;  // the first; it counts where nothing was found
};

// One query; its answer's addresses get this port and weight.
struct Query {
  Pending* pending = nullptr;
  std::string name;
  int type = 0;
  std::uint16_t port = 0;
  std::uint16_t weight = Endpoint().weight;
};

// RFC 2782: only the targets of the lowest priority; their weights relative to the greatest.
std::vector<SrvTarget> to_targets(const ares_srv_reply* reply) {
  int lowest = 65536;
  int greatest = 0;
  for (const auto* each = reply; each != nullptr; each = each->next) {
    if (each->priority < lowest) greatest = 0;
    lowest = std::min<int>(lowest, each->priority);
    if (each->priority == lowest) greatest = std::max<int>(greatest, each->weight);
  }
  std::vector<SrvTarget> targets;
  for (const auto* each = reply; each != nullptr; each = each->next) {
    if (each->priority != lowest || each->port == 0) continue;
    if (targets.size() == limits::kDiscoveryTargets) break;
    const int weight = greatest == 0 ? 100 : std::max(1, each->weight * 100 / greatest);
    targets.push_back({each->host, each->port, static_cast<std::uint16_t>(weight)});
  }
  return targets;
}

bool says_none(int status) { return status == ARES_ENODATA || status == ARES_ENOTFOUND; }

class Lookup {
 public:
  explicit Lookup(const LookupOptions& options) : cancel_fd_(options.cancel_fd) {
    ares_options wanted{};
    wanted.timeout = static_cast<int>(options.wait.count());
    wanted.tries = kTries;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
    if (status_ = ares_init_options(&channel_, &wanted, mask); status_ != ARES_SUCCESS) return;
    if (options.servers.empty()) return;
    status_ = ares_set_servers_ports_csv(channel_, options.servers.c_str());
  }
  ~Lookup() {
    if (channel_ != nullptr) ares_destroy(channel_);  // ends each query that is left
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  void ask(const Question& question, Answer& answer) {
    Pending& pending = pending_.emplace_back(Pending{this, &answer, ""});
    if (status_ != ARES_SUCCESS) {
      pending.failure = ares_strerror(status_);
    } else if (question.name.starts_with('_')) {
      queries_.push_back({&pending, question.name, ns_t_srv});
    } else {
      queries_.push_back({&pending, question.name, ns_t_a, question.port});
      queries_.push_back({&pending, question.name, ns_t_aaaa, question.port});
    }
  }

  void run() {
    do {
      send();
    } while (status_ == ARES_SUCCESS && wait());
    if (channel_ != nullptr) ares_cancel(channel_);
    for (; sent_ < queries_.size(); ++sent_) fail(*queries_[sent_].pending, ARES_ECANCELLED);
    for (Pending& pending : pending_) settle(pending);
  }

 private:
  // Few at a time: a burst would not fit the server's socket.
  void send() {
    while (sent_ < queries_.size() && sent_ - answered_ < limits::kDiscoveryQueries) {
      Query& query = queries_[sent_++];
      const auto take = query.type == ns_t_srv ? take_srv
                        : query.type == ns_t_a ? take_addresses<AF_INET>
                                               : take_addresses<AF_INET6>;
      ares_search(channel_, query.name.c_str(), ns_c_in, query.type, take, &query);
    }
  }

  static void settle(Pending& pending) {
    auto& endpoints = pending.answer->endpoints;
    std::sort(endpoints.begin(), endpoints.end());
    const auto is_same = [](const Endpoint& a, const Endpoint& b) {
      return a.address == b.address && a.port == b.port;
    };
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end(), is_same), endpoints.end());
    if (endpoints.empty()) pending.answer->failure = pending.failure;
  }

  static void fail(Pending& pending, int status) {
    if (pending.failure.empty() && !says_none(status)) pending.failure = ares_strerror(status);
  }

  template <int family>
  static void take_addresses(void* argument, int status, int /*timeouts*/, unsigned char* reply,
                             int length) {
    const Query& query = *static_cast<Query*>(argument);
    ++query.pending->lookup->answered_;
    hostent* host = nullptr;
    if (status == ARES_SUCCESS) {
      status = family == AF_INET ? ares_parse_a_reply(reply, length, &host, nullptr, nullptr)
                                 : ares_parse_aaaa_reply(reply, length, &host, nullptr, nullptr);
    }
    if (status != ARES_SUCCESS) return fail(*query.pending, status);
    for (char** each = host->h_addr_list; *each != nullptr; ++each) {
      const auto* const bytes = reinterpret_cast<const std::uint8_t*>(*each);
      const auto address = IpAddress::from_bytes({bytes, static_cast<std::size_t>(host->h_length)});
      auto& endpoints = query.pending->answer->endpoints;
      if (address && endpoints.size() < limits::kInstancesPerService) {
        endpoints.push_back({*address, query.port, query.weight});
      }
    }
    ares_free_hostent(host);
  }

  static void take_srv(void* argument, int status, int /*timeouts*/, unsigned char* reply,
                       int length) {
    Pending& pending = *static_cast<Query*>(argument)->pending;
    ++pending.lookup->answered_;
    ares_srv_reply* found = nullptr;
    if (status == ARES_SUCCESS) status = ares_parse_srv_reply(reply, length, &found);
    if (status != ARES_SUCCESS) return fail(pending, status);
    const std::vector<SrvTarget> targets = to_targets(found);
    ares_free_data(found);
    for (const SrvTarget& target : targets) {
      auto& queries = pending.lookup->queries_;
      queries.push_back({&pending, target.name, ns_t_a, target.port, target.weight});
      queries.push_back({&pending, target.name, ns_t_aaaa, target.port, target.weight});
    }
  }

  // False when nothing is left to wait for.
  bool wait() {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int bits = ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM);
    if (bits == 0) return sent_ < queries_.size();
    std::vector<pollfd> polled{{cancel_fd_, POLLIN, 0}};
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const int readable = ARES_GETSOCK_READABLE(bits, i) != 0 ? POLLIN : 0;
      const int writable = ARES_GETSOCK_WRITABLE(bits, i) != 0 ? POLLOUT : 0;
      if (readable == 0 && writable == 0) continue;
      polled.push_back(
          {sockets[static_cast<std::size_t>(i)], static_cast<short>(readable | writable), 0});
    }
    timeval longest{1, 0};
    const timeval* const left = ares_timeout(channel_, &longest, &longest);
    const auto milliseconds = static_cast<int>(left->tv_sec * 1000 + left->tv_usec / 1000 + 1);
    if (::poll(polled.data(), polled.size(), milliseconds) < 0 && errno != EINTR) return false;
    if (polled[0].revents != 0) return false;
    for (const pollfd& each : polled) {
      if (each.fd == cancel_fd_) continue;
      const bool readable = (each.revents & (POLLIN | POLLERR | POLLHUP)) != 0;
      const bool writable = (each.revents & POLLOUT) != 0;
      ares_process_fd(channel_, readable ? each.fd : ARES_SOCKET_BAD,
                      writable ? each.fd : ARES_SOCKET_BAD);
    }
    return true;
  }

  const int cancel_fd_;
  ares_channel channel_ = nullptr;
  int status_ = ARES_SUCCESS;
  std::deque<Pending> pending_;  // their addresses stay
  std::deque<Query> queries_;
  std::size_t sent_ = 0;      // of queries_
  std::size_t answered_ = 0;  // of those
};

}  // namespace

std::vector<Answer> look_up(const std::vector<Question>& questions, const LookupOptions& options) {
  std::vector<Answer> answers(questions.size());
  Lookup lookup(options);
  for (std::size_t i = 0; i < questions.size(); ++i) lookup.ask(questions[i], answers[i]);
  lookup.run();
  return answers;
}

}  // namespace pointsman::discovery
