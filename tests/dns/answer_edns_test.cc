// EDNS(0): OPT, its options, cookies.
#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

const DnsQuery kQuery("web.service.hap.test A +edns=1232");

// Asks with these records in the additional section.
SeenReply ask_with(unsigned count, const ByteBuffer& records) {
  return DnsAsker().ask(kQuery.header(1, 0, 0, count) + kQuery.question() + records);
}

TEST_CASE("a query without OPT gets none") {
  CHECK_FALSE(ask("web.service.hap.test A").has_opt);
  CHECK_FALSE(ask("web.service.hap.test SRV").has_opt);
  CHECK_FALSE(ask("example.org A").has_opt);
}

TEST_CASE("a query with OPT gets one at the end") {
  const std::string query = GENERATE("web.service.hap.test A", "web.service.hap.test SRV",
                                     "nope.hap.test A", "example.org A", "hap.test NS");
  const SeenReply seen = ask(query + " +edns=1232");
  CHECK(seen.has_opt);
  CHECK(seen.opt_last);
  CHECK(seen.payload == 1232);
  CHECK(seen.version == 0);
  CHECK_FALSE(seen.dnssec_ok);
  CHECK(seen.options == "");
}

TEST_CASE("OPT is these bytes") {
  DnsAsker client;
  client.ask("example.org A +edns=4096 +do");
  CHECK(to_hex(client.bytes) ==
        to_hex(from_hex("1234 8005 0001 0000 0000 0001 07 6578616d706c65 03 6f7267 00 0001 0001"
                        "00 0029 04d0 00 00 8000 0000")));
}

TEST_CASE("a size below 512 counts as 512") {
  const std::string size = GENERATE("0", "100", "511", "512");
  DnsAsker client;
  const SeenReply seen = client.ask("big.service.hap.test A +edns=" + size);
  CHECK(seen.flags == "aa tc");
  CHECK(client.bytes.size() <= 512);
  CHECK(client.bytes.size() > 512 - 16);
}

TEST_CASE("an unknown version is refused with the one that is known") {
  const std::string version = GENERATE("1", "255");
  const std::string name = GENERATE("web.service.hap.test", "example.org", "nope.hap.test");
  const SeenReply seen = ask(name + " A +edns=4096 +do +version=" + version);
  CHECK(seen.rcode == "BADVERS");
  CHECK(seen.version == 0);
  CHECK(seen.answers.empty());
  CHECK(seen.authority.empty());
  CHECK(seen.flags == "");
}

TEST_CASE("options of an unknown version are not looked at") {
  CHECK(ask("hap.test SOA +version=1 +cookie=01").rcode == "BADVERS");
}

TEST_CASE("two OPTs are a format error") {
  CHECK(ask_with(2, kQuery.opt() + kQuery.opt()).rcode == "FORMERR");
}

TEST_CASE("an OPT that is not the root's is a format error") {
  ByteBuffer opt = kQuery.opt();
  opt.erase(opt.begin());
  CHECK(ask_with(1, from_hex("01 61 00") + opt).rcode == "FORMERR");
  CHECK(ask_with(1, from_hex("c00c") + opt).rcode == "FORMERR");
}

TEST_CASE("an OPT among answers or authorities is a format error") {
  DnsAsker client;
  CHECK(client.ask(kQuery.header(1, 1, 0, 0) + kQuery.question() + kQuery.opt()).rcode ==
        "FORMERR");
  CHECK(client.ask(kQuery.header(1, 0, 1, 0) + kQuery.question() + kQuery.opt()).rcode ==
        "FORMERR");
}

TEST_CASE("other records may stand before OPT and behind it") {
  const ByteBuffer record = from_hex("00 0010 0001 00000000 0001 00");
  CHECK(ask_with(2, record + kQuery.opt()).has_opt);
  CHECK(ask_with(2, kQuery.opt() + record).has_opt);
}

TEST_CASE("options that do not fill OPT exactly are a format error") {
  const std::string head = "00 0029 04d0 00000000 ";
  CHECK(ask_with(1, from_hex(head + "0004 0003 0000")).rcode == "NOERROR");
  CHECK(ask_with(1, from_hex(head + "0005 0003 0000")).rcode == "FORMERR");
  CHECK(ask_with(1, from_hex(head + "0004 0003 0001")).rcode == "FORMERR");
  CHECK(ask_with(1, from_hex(head + "0003 000300")).rcode == "FORMERR");
  CHECK(ask_with(1, from_hex(head + "0007 0003 0000 000000")).rcode == "FORMERR");
}

TEST_CASE("a fault in an option is told with OPT, so that EDNS itself is not doubted") {
  const SeenReply seen = ask("hap.test SOA +cookie=01");
  CHECK(seen.rcode == "FORMERR");
  CHECK(seen.has_opt);
}

TEST_CASE("DO is copied, and there are no signatures") {
  const SeenReply seen = ask("web.service.hap.test A +do");
  CHECK(seen.dnssec_ok);
  CHECK(seen.answers.size() == 2);
  CHECK(ask("web.service.hap.test RRSIG +do").answers.empty());
}

TEST_CASE("unknown options and flags are passed over") {
  const std::string option =
      GENERATE("+opt=21845:616263", "+opt=12:0000", "+opt=13:00", "+opt=65001:", "+opt=5:01",
               "+extrcode=255", "+opt=9:", "+opt=14:0001", "+opt=15:0012");
  const SeenReply seen = ask("web.service.hap.test A " + option);
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers.size() == 2);
  CHECK(seen.options == "");
  CHECK(seen.edns_flags == 0);
  CHECK(ask("web.service.hap.test A +ednsflags=32767").edns_flags == 0);
}

TEST_CASE("who we are is told to those that ask, if it is set") {
  DnsAsker client;
  CHECK(client.ask("hap.test SOA +nsid").options == "");
  client.options.nsid = "agent";
  CHECK(client.ask("hap.test SOA +nsid").options == to_hex(from_hex("0003 0005 6167656e74")));
  CHECK(client.ask("hap.test SOA +nsid=616263").options ==
        to_hex(from_hex("0003 0005 6167656e74")));
  CHECK(client.ask("hap.test SOA +edns=1232").options == "");
}

DnsAsker with_cookies() {
  DnsAsker client;
  const ByteBuffer secret = from_hex("e5e973e5a6b2a43f48e7dc849e37bfcf");
  client.options.cookies = true;
  std::copy(secret.begin(), secret.end(), client.options.cookie_secret.begin());
  client.asker.now_seconds = 1559731985;
  return client;
}

TEST_CASE("a client's cookie is answered by ours, when they are on") {
  DnsAsker client = with_cookies();
  const SeenReply seen = client.ask("web.service.hap.test A +cookie=2464c4abcf10c957");
  CHECK(seen.options ==
        to_hex(from_hex("000a 0018 2464c4abcf10c957010000005cf79f111f8130c3eee29480")));
  CHECK(seen.answers.size() == 2);
  CHECK_FALSE(client.reply.cookie_good);
  client.options.cookies = false;
  CHECK(client.ask("web.service.hap.test A +cookie=2464c4abcf10c957").options == "");
}

TEST_CASE("a cookie of ours proves the address, and a fresh one comes back") {
  DnsAsker client = with_cookies();
  client.asker.now_seconds = 1559734385;
  const std::string cookie = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
  CHECK(client.ask("hap.test SOA +cookie=" + cookie).options ==
        to_hex(from_hex("000a 0018 2464c4abcf10c957010000005cf7a871d4a564a1442aca77")));
  CHECK(client.reply.cookie_good);
}

TEST_CASE("a wrong cookie is answered all the same, with a good one") {
  DnsAsker client = with_cookies();
  const std::string wrong = GENERATE(
      "2464c4abcf10c957010000005cf79f111f8130c3eee29481", "2464c4abcf10c9570102030405060708",
      "2464c4abcf10c957010203040506070801020304050607080102030405060708"
      "0102030405060708");
  const SeenReply seen = client.ask("web.service.hap.test A +cookie=" + wrong);
  CHECK(seen.answers.size() == 2);
  CHECK(seen.options.substr(8) == "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  CHECK_FALSE(client.reply.cookie_good);
}

TEST_CASE("a cookie has 8 bytes or 16 to 40") {
  DnsAsker client = with_cookies();
  client.options.cookies = GENERATE(true, false);
  for (std::size_t size = 0; size <= 42; ++size) {
    CAPTURE(size);
    const bool good = size == 8 || (size >= 16 && size <= 40);
    const std::string hex = to_hex(ByteBuffer(size, 0x11));
    CHECK(client.ask("hap.test SOA +cookie=" + hex).rcode == (good ? "NOERROR" : "FORMERR"));
  }
}

TEST_CASE("a message without a question may ask for a cookie") {
  DnsAsker client = with_cookies();
  const DnsQuery query(". A +cookie=2464c4abcf10c957");
  const ByteBuffer bytes = query.header(0, 0, 0, 1) + query.opt();
  const SeenReply seen = client.ask(bytes);
  CHECK(seen.rcode == "NOERROR");
  CHECK_FALSE(seen.has_question);
  CHECK(seen.flags == "");
  CHECK(seen.options.substr(8) == "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  client.options.cookies = false;
  CHECK(client.ask(bytes).rcode == "FORMERR");
}

TEST_CASE("a client's subnet is passed over unless it is malformed") {
  for (const char* const good : {"0001 18 00 0a0000", "0001 00 00", "0002 38 00 20010db8000000",
                                 "0001 20 00 0a000001", "0001 11 00 0a0080"}) {
    CAPTURE(good);
    const SeenReply seen = ask("web.service.hap.test A +subnet=" + to_hex(from_hex(good)));
    CHECK(seen.rcode == "NOERROR");
    CHECK(seen.options == "");
  }
  for (const char* const bad : {"", "0001 18", "0001 18 00 0a00", "0001 18 00 0a000000",
                                "0001 18 10 0a0000", "0001 21 00 0a00000000", "0001 11 00 0a00c0",
                                "0002 81 00 0000000000000000000000000000000000"}) {
    CAPTURE(bad);
    CHECK(ask("web.service.hap.test A +subnet=" + to_hex(from_hex(bad))).rcode == "FORMERR");
  }
}

TEST_CASE("the idle time of a connection is told over TCP alone") {
  DnsAsker client;
  client.options.tcp_idle = std::chrono::milliseconds(10000);
  CHECK(client.ask("hap.test SOA +keepalive").options == "");
  client.asker.over_tcp = true;
  CHECK(client.ask("hap.test SOA +keepalive").options == to_hex(from_hex("000b 0002 0064")));
  CHECK(client.ask("hap.test SOA +edns=1232").options == "");
}

TEST_CASE("a signature of the query is passed over") {
  const ByteBuffer tsig = from_hex(
      "03 6b6579 00 00fa 00ff 00000000 001b 08 686d61632d6d6435 00"
      "000000000000 012c 0000 1234 0000 0000 00");
  const SeenReply seen = ask_with(2, kQuery.opt() + tsig);
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers.size() == 2);
}

// The queries that ISC's EDNS compliance tester sends, and what it calls "ok".
TEST_CASE("what compliance testers ask is answered as they expect") {
  const Lines soa{kSoaOfHap};
  for (const std::string options :
       {"", "+edns=4096", "+edns=512", "+opt=100:", "+do", "+do +cookie=0102030405060708",
        "+ednsflags=64", "+nsid +cookie=0102030405060708 +opt=9: +subnet=00000000",
        "+opt=9:", "+subnet=00000000", "+ad", "+cd", "+z", "+aa", "+ra", "+tc"}) {
    CAPTURE(options);
    const SeenReply seen = ask("hap.test SOA " + options);
    CHECK(seen.rcode == "NOERROR");
    CHECK(seen.answers == soa);
    CHECK(seen.flags == "aa");
    CHECK(seen.options == "");
  }
  for (const std::string options : {"+version=1", "+version=1 +opt=100:", "+version=1 +do",
                                    "+version=1 +nsid", "+version=1 +ednsflags=64"}) {
    CAPTURE(options);
    const SeenReply seen = ask("hap.test SOA " + options);
    CHECK(seen.rcode == "BADVERS");
    CHECK(seen.version == 0);
    CHECK(seen.options == "");
    CHECK(seen.answers.empty());
  }
}

}  // namespace
}  // namespace pointsman::test
