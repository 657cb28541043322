// The registry against a slow model that keeps one flat list and looks through all of it each time.
#include <catch2/catch.hpp>
#include <random>

#include "base/limits.h"
#include "registry_fixture.h"

using namespace pointsman;
using namespace pointsman::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kKeepLast = 60s;

class Model {
 public:
  struct Item {
    SourceKind source;
    std::string service;
    Instance instance;
    Phase phase;
    Moment until;
  };

  void put(SourceKind source, const std::string& service, const Instance& instance, Moment until) {
    std::erase_if(items_, [&](const Item& item) {
      const bool here = item.source == source && item.service == service;
      const bool same_id = item.instance.id == instance.id;
      const bool same_place =
          item.instance.address == instance.address && item.instance.port == instance.port;
      return here && (same_id || (source == SourceKind::kHttp && same_place));
    });
    items_.push_back({source, service, instance, Phase::kLive, until});
  }
  void remove(SourceKind source, const std::string& service, const std::string& id) {
    std::erase_if(items_, [&](const Item& item) {
      return item.source == source && item.service == service && item.instance.id == id;
    });
  }
  void remove_service(SourceKind source, const std::string& service) {
    std::erase_if(
        items_, [&](const Item& item) { return item.source == source && item.service == service; });
  }
  void confirm(const std::string& service) {
    std::erase_if(items_, [&](const Item& item) {
      return item.service == service && item.phase != Phase::kLive;
    });
  }
  void poll(const std::string& service, const Service& found, Moment now) {
    expire(now);
    for (Item& item : items_) {
      if (item.source != SourceKind::kDns || item.service != service) continue;
      const bool there = std::any_of(found.instances.begin(), found.instances.end(),
                                     [&](const auto& each) { return each.id == item.instance.id; });
      if (!there && item.phase == Phase::kLive) lose(item, now);
    }
    for (const Instance& each : found.instances) put(SourceKind::kDns, service, each, kNever);
    settle(now);
  }
  void expire(Moment now) {
    for (Item& item : items_) {
      if (item.until > now) continue;
      if (item.phase == Phase::kLive) {
        lose(item, now);
      } else {
        item.until = Moment::min();
      }
    }
    settle(now);
  }

  std::string text() const {
    Services services;
    for (const Item& item : items_) {
      services[item.service];
    }
    for (const Phase phase : {Phase::kLive, Phase::kHeld}) {
      for (const SourceKind source : kSourceKinds) {
        std::vector<Item> sorted = items_;
        std::sort(sorted.begin(), sorted.end(),
                  [](const Item& a, const Item& b) { return a.instance.id < b.instance.id; });
        for (const Item& item : sorted) {
          if (item.phase != phase || item.source != source) continue;
          auto& all = services[item.service].instances;
          const bool shadowed = std::any_of(all.begin(), all.end(), [&](const Instance& other) {
            return other.id == item.instance.id ||
                   (other.address == item.instance.address && other.port == item.instance.port);
          });
          if (!shadowed) all.push_back(item.instance);
        }
      }
    }
    for (auto& [name, service] : services) {
      std::sort(service.instances.begin(), service.instances.end(),
                [](const Instance& a, const Instance& b) { return a.id < b.id; });
    }
    return to_text(services);
  }

 private:
  void lose(Item& item, Moment now) {
    lost_ = lost_ || item.instance.weight > 0;
    item.phase = Phase::kGone;
    item.until = item.instance.weight == 0 ? Moment::min() : now + limits::kMassLossWindow;
  }
  void settle(Moment now) {
    std::erase_if(items_, [](const Item& item) { return item.until == Moment::min(); });
    if (!lost_) return;
    lost_ = false;
    std::vector<Item*> kept;
    for (Item& item : items_) {
      if (item.phase != Phase::kGone) continue;
      const auto of_source = [&](Phase phase) {
        return std::count_if(items_.begin(), items_.end(), [&](const Item& other) {
          return other.source == item.source && other.phase == phase;
        });
      };
      const bool is_last = std::none_of(items_.begin(), items_.end(), [&](const Item& other) {
        return other.service == item.service && other.phase == Phase::kLive &&
               other.instance.weight > 0;
      });
      if (of_source(Phase::kGone) > of_source(Phase::kLive) || is_last) kept.push_back(&item);
    }
    for (Item* item : kept) {
      item->phase = Phase::kHeld;
      item->until = now + kKeepLast;
    }
  }

  std::vector<Item> items_;
  bool lost_ = false;
};

class Both {
 public:
  explicit Both(unsigned seed) : random_(seed) {}

  void step() {
    now_ += std::chrono::seconds(below(3));
    const std::string service = std::string("s") + std::to_string(below(3));
    switch (below(8)) {
      case 0:
      case 1:
      case 2: {
        const Instance each = any_instance();
        const auto ttl = std::chrono::seconds(5 + below(10));
        REQUIRE(registry_.put(service, each, ttl, now_));
        model_.put(SourceKind::kHttp, service, each, now_ + ttl);
        break;
      }
      case 3: {
        const std::string id = std::to_string(below(6));
        registry_.remove(service, id);
        model_.remove(SourceKind::kHttp, service, id);
        break;
      }
      case 4: {
        const Service found = any_service();
        CHECK(registry_.update(SourceKind::kDns, service, found, now_) == 0);
        model_.poll(service, found, now_);
        break;
      }
      case 5:
        replace();
        break;
      case 6:
        if (below(4) == 0) {
          registry_.confirm(service);
          model_.confirm(service);
        }
        break;
      default:
        break;
    }
    const bool due = registry_.next_due() <= now_;
    registry_.expire(now_);
    if (due) model_.expire(now_);
    REQUIRE(registry_.next_due() > now_);
    compare();
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  Instance any_instance() {
    Instance each = instance(std::to_string(below(6)), "10.0.0." + std::to_string(1 + below(6)));
    each.weight = below(6) == 0 ? 0 : kDefaultWeight;
    return each;
  }
  Service any_service() {
    Service service;
    for (std::size_t i = 0; i < 6; ++i) {
      if (below(2) == 0) continue;
      service.instances.push_back(any_instance());
      service.instances.back().id = std::to_string(i);
    }
    return service;
  }
  void replace() {
    Services services;
    for (const char* name : {"s0", "s1", "s2"}) {
      model_.remove_service(SourceKind::kFiles, name);
      if (below(2) == 0) continue;
      Service service = any_service();
      if (service.instances.empty()) continue;
      for (const Instance& each : service.instances) {
        model_.put(SourceKind::kFiles, name, each, kNever);
      }
      services[name] = std::move(service);
    }
    CHECK(registry_.replace(SourceKind::kFiles, services) == 0);
  }
  void compare() {
    const auto revision = registry_.revision();
    const std::string text = to_text(revision->services);
    REQUIRE(text == model_.text());
    REQUIRE((revision->number != number_) == (text_ != text || services_ != revision->services));
    number_ = revision->number;
    text_ = text;
    services_ = revision->services;
  }

  std::minstd_rand random_;
  Moment now_ = at(0);
  Registry registry_{0, kKeepLast};
  Model model_;
  std::uint32_t number_ = 0;
  std::string text_ = "none";
  Services services_;
};

}  // namespace

TEST_CASE("after any operations the registry says what the slow model says") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  for (unsigned run = 0; run < 100; ++run) {
    INFO("run " << run);
    Both both(seed + run);
    for (int step = 0; step < 100; ++step) {
      INFO("step " << step);
      both.step();
    }
  }
}
