// Spellings, and what is refused and where. What conditions mean is in condition_evaluate_test.cc.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "base/limits.h"
#include "routing/condition.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

// The canonical form of a condition that must parse.
std::string canonical(std::string_view text) {
  const auto condition = Condition::parse(text);
  INFO(text);
  if (!condition) FAIL(condition.error().offset << ": " << condition.error().message);
  return condition->to_text();
}

// "COLUMN: MESSAGE" of a condition that must not parse.
std::string error(std::string_view text) {
  const auto condition = Condition::parse(text);
  INFO(text);
  if (condition) FAIL("parsed as " << condition->to_text());
  return std::to_string(condition.error().offset + 1) + ": " + condition.error().message;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

}  // namespace

TEST_CASE("keywords and fields are read in any case") {
  CHECK(canonical("HOST IS a AnD NOT Path Starts WITH /x OR True") ==
        "host == a and not path starts with /x or true");
  CHECK(canonical("Has HEADER X-Beta") == "has header X-Beta");
  CHECK(canonical("SCRIPT(Beta) or FALSE") == "script(Beta) or false");
}

TEST_CASE("every operator has its spellings") {
  for (const char* equal : {"==", "=", "is"}) {
    CHECK(canonical("path " + std::string(equal) + " /a") == "path == /a");
  }
  for (const char* unequal : {"!=", "is not", "not", "is  NOT"}) {
    CHECK(canonical("path " + std::string(unequal) + " /a") == "path != /a");
  }
  CHECK(canonical("path has a") == "path contains a");
  CHECK(canonical("path contains a") == "path contains a");
  CHECK(canonical("path misses a") == "path misses a");
  CHECK(canonical("path ends   with a") == "path ends with a");
  CHECK(canonical("path matches ^/a$") == "path matches '^/a$'");
  CHECK(canonical("path in(a,'b' ,  c)") == "path in (a, b, c)");
  CHECK(canonical("contains cookie a and misses cookie b") == "has cookie a and misses cookie b");
}

TEST_CASE("user agents are spelled in three ways") {
  for (const char* field : {"user-agent", "User.Agent", "useragent", "User-Agent"}) {
    CHECK(canonical(std::string(field) + "=Firefox") == "user-agent == Firefox");
  }
}

TEST_CASE("blanks around symbols are optional") {
  CHECK(canonical("host==a||host==b") == "host == a or host == b");
  CHECK(canonical("host!=a&&!path=/b") == "host != a and not path == /b");
  CHECK(canonical("(host==a)&(host==b)|(true)") == "host == a and host == b or true");
  CHECK(canonical("true&false|!true") == "true and false or not true");
  CHECK(canonical("header X-A==1&&cookie b!=2") == "header X-A == 1 and cookie b != 2");
  CHECK(canonical("path is'a'and path has\"b\"") == "path == a and path contains b");
  CHECK(canonical("not(path==a)and(true)or(false)") == "not path == a and true or false");
  CHECK(canonical("\n host\t== a\r\n or true ") == "host == a or true");
}

TEST_CASE("single symbols inside a bare word belong to it") {
  CHECK(canonical("header x has a=b") == "header x contains 'a=b'");
  CHECK(canonical("query == a=1&b=2|c!") == "query == 'a=1&b=2|c!'");
  CHECK(canonical("path ==a&b&&true") == "path == 'a&b' and true");
  CHECK(canonical("path == a&") == "path == 'a&'");
  CHECK(canonical("path == =a") == "path == '=a'");
  CHECK(canonical("path = == or true") == "path == '==' or true");
  CHECK(canonical("has header a&b") == "has header 'a&b'");
}

TEST_CASE("the longest operator wins") {
  CHECK(canonical("path is not a") == "path != a");
  CHECK(canonical("path is notable") == "path == notable");
  CHECK(canonical("path is not-found") == "path == not-found");
  CHECK(canonical("path is 'not'") == "path == 'not'");
  CHECK(canonical("path not not") == "path != 'not'");
  CHECK(error("path is not").starts_with("12: found the end of the condition, wanted a value"));
}

TEST_CASE("words of the language may be values") {
  CHECK(canonical("cookie beta == true and header x is and") ==
        "cookie beta == 'true' and header x == 'and'");
  CHECK(canonical("path == in or path is with") == "path == 'in' or path == 'with'");
}

TEST_CASE("quotes inside quotes are doubled") {
  CHECK(canonical("path == 'it''s'") == "path == 'it''s'");
  CHECK(canonical("path == \"say \"\"a\"\" it's\"") == "path == 'say \"a\" it''s'");
  CHECK(canonical("path == ''") == "path == ''");
  CHECK(canonical("path == ''''") == "path == ''''");
}

TEST_CASE("behind query an operator word makes it the whole query string") {
  CHECK(canonical("query has a") == "query contains a");
  CHECK(canonical("query is not a") == "query != a");
  CHECK(canonical("query a is b") == "query a == b");
  CHECK(canonical("query \"has\" == b") == "query 'has' == b");
  CHECK(canonical("query starts with b") == "query starts with b");
  CHECK(canonical("query starts == b") == "query 'starts' == b");
  CHECK(canonical("query==b") == "query == b");
  CHECK(canonical("query page==b") == "query page == b");
  CHECK(canonical("header \"is\" == x") == "header 'is' == x");
  CHECK(Condition::parse("query has a")->root().test.field == Field::kQuery);
  CHECK(Condition::parse("query a has a")->root().test.field == Field::kQueryParameter);
  CHECK(Condition::parse("has query a")->root().test.field == Field::kQueryParameter);
}

TEST_CASE("hosts are kept in the form that is compared") {
  CHECK(canonical("host == Shop.Example.:80") == "host == shop.example");
  CHECK(canonical("host contains '.COM.'") == "host contains .com.");
  CHECK(canonical("host matches '^A'") == "host matches '^A'");
}

TEST_CASE("a raw ACL ends at the first > outside quotes") {
  CHECK(canonical("< path_beg /a >") == "< path_beg /a >");
  CHECK(canonical("<hdr(x) -m str '>' \"a>b\"> and true") ==
        "< hdr(x) -m str '>' \"a>b\" > and true");
  CHECK(error("true and <  >") == "10: the HAProxy ACL is empty");
  CHECK(error("true and <a '>'") == "10: no '>' outside quotes closes this '<'");
  CHECK(error("<a\nb>") == "3: a HAProxy ACL has no control characters");
  CHECK(error("<a\rb>").starts_with("3: "));
  CHECK(error(std::string_view("<a\0b>", 5)).starts_with("3: "));
}

TEST_CASE("what would make a raw ACL more than one condition is an error at its column") {
  CHECK(error("true or < ssl_fc # x >") ==
        "18: for HAProxy '#' begins a comment: put it in quotes");
  CHECK(error("< { path /a >") == "3: this '{' is not closed");
  CHECK(error("< path /a\\>") == "10: nothing follows this '\\'");
}

TEST_CASE("errors tell the column, what was found and what was wanted") {
  CHECK(error("") == "1: the condition is empty, wanted a test such as path starts with /api");
  CHECK(error("  \n").starts_with("1: the condition is empty"));
  CHECK(error("host == a b") == "11: found 'b', wanted 'and', 'or' or the end");
  CHECK(error("host == a and") ==
        "14: found the end of the condition, wanted a test such as path starts with /api");
  CHECK(error("(host == a") ==
        "11: found the end of the condition, wanted ')' for the '(' at column 1");
  CHECK(error("(host == a b)") == "12: found 'b', wanted 'and', 'or' or ')'");
  CHECK(error("host == a)") == "10: found ')', which closes no '('");
  CHECK(error("()").starts_with("2: found ')', wanted a test"));
  CHECK(error("a == b || ").starts_with("1: found 'a', wanted a test"));
  CHECK(error("host == 'abc") == "9: this quote is not closed");
  CHECK(error("header 'abc") == "8: this quote is not closed");
  CHECK(error("host == && true") == "9: found '&&', wanted a value");
  CHECK(error("host == )") == "9: found ')', wanted a value");
  CHECK(error("host ! a").starts_with("6: found '!', wanted an operator"));
  CHECK(error("host == a 'b'") == "11: found ''', wanted 'and', 'or' or the end");
  CHECK(error("host == a'b'").starts_with("10: found ''', wanted the end of the value"));
  CHECK(
      error("path matches ^/(api|web)").starts_with("16: found '(', wanted the end of the value"));
  CHECK(error("host shop.example").starts_with("6: found 'shop.example', wanted an operator"));
  CHECK(
      error(std::string_view("host\0== a", 9)).starts_with("5: found '\\x00', wanted an operator"));
  CHECK(error("script") == "7: found the end of the condition, wanted '(' and the script's name");
  CHECK(error("script()") == "8: wanted the script's name");
  CHECK(error("script(a b)") == "10: found 'b', wanted ')' behind the script's name");
}

TEST_CASE("long and strange findings are shortened and made readable") {
  CHECK(error(repeated("x", 41)).starts_with("1: found '" + repeated("x", 40) + "…'"));
  CHECK(error("\x1b[31m").starts_with("1: found '\\x1b', wanted"));
  CHECK(error("x" + repeated("ä", 20)).starts_with("1: found 'x" + repeated("ä", 19) + "…'"));
}

TEST_CASE("near misses bring a suggestion") {
  CHECK(error("hots == a").ends_with("(did you mean 'host'?)"));
  CHECK(error("user_agent == a").ends_with("(did you mean 'user-agent'?)"));
  CHECK(error("path == a adn true").ends_with("(did you mean 'and'?)"));
  CHECK(error("path contans a").ends_with("(did you mean 'contains'?)"));
  CHECK(error("has cokie a").ends_with("(did you mean 'cookie'?)"));
  CHECK(error("host == a xor true").find("did you mean") != std::string::npos);
}

TEST_CASE("names are asked for, and quoted where they are spelled like operators") {
  CHECK(error("header").starts_with(
      "7: found the end of the condition, wanted the name of the header"));
  CHECK(error("header == a").starts_with("8: found '==', wanted the name of the header"));
  CHECK(error("cookie '' == a") == "8: the name of the cookie is empty");
  CHECK(
      error("header is == x").starts_with("8: found 'is', wanted the name of the header; a name"));
  CHECK(error("has query contains a").starts_with("11: found 'contains', wanted the name"));
  CHECK(error("has host").starts_with("5: found 'host', wanted header, cookie or query"));
  CHECK(error("header X-Beta").find("or 'has' before header") != std::string::npos);
  CHECK(error("has header X == 1") ==
        "14: found '==', wanted 'and', 'or' or the end (to compare the value, leave out 'has')");
}

TEST_CASE("a parameter that is spelled like an operator is told to stand in quotes") {
  CHECK(error("query has == 2") ==
        "11: found '==', wanted a value; a parameter that is spelled like an operator stands in "
        "quotes");
  CHECK(error("query is starts with a").starts_with("10: found 'starts', wanted a value; a param"));
  CHECK(canonical("query 'has' == 2") == "query 'has' == 2");
  CHECK_NOTHROW(canonical("query has == and (query is in) or query == is"));
}

TEST_CASE("lists have at least one value, and no empty place") {
  CHECK(error("path in ()") == "10: the list of values is empty");
  CHECK(error("path in a") == "9: found 'a', wanted '(' and a list of values");
  CHECK(error("path in (a,)") == "12: found ')', wanted a value");
  CHECK(error("path in (a b)") ==
        "12: found 'b', wanted ',' or ')' in the list that begins at column 9");
  CHECK(error("path in (a").starts_with("11: found the end of the condition, wanted ','"));
  CHECK(error("path not in (a)") ==
        "10: found 'in' behind another operator; write: not FIELD in (VALUE, ...)");
  CHECK(error("path is in(a)").starts_with("9: found 'in' behind another operator"));
}

TEST_CASE("a text of 8 KiB is read and one byte more is not") {
  const std::string frame = "path == ''";
  const std::string most =
      "path == '" + repeated("x", limits::kConditionBytes - frame.size()) + "'";
  REQUIRE(most.size() == limits::kConditionBytes);
  CHECK(Condition::parse(most));
  CHECK(error(most + " ") == "8193: the condition is longer than 8192 bytes");
}

TEST_CASE("64 levels of parentheses and nots are read and one more is not") {
  const auto nested = [](std::size_t parentheses, std::size_t nots) {
    return repeated("(", parentheses) + repeated("!", nots) + "true" + repeated(")", parentheses);
  };
  REQUIRE(limits::kConditionDepth == 64);
  CHECK(Condition::parse(nested(64, 0)));
  CHECK(Condition::parse(nested(0, 64)));
  CHECK(Condition::parse(nested(32, 32)));
  CHECK(error(nested(65, 0)) == "65: more than 64 levels of 'not' and parentheses");
  CHECK(error(nested(0, 65)) == "65: more than 64 levels of 'not' and parentheses");
  CHECK(error(nested(32, 33)) == "65: more than 64 levels of 'not' and parentheses");
  CHECK(Condition::parse(repeated("(true) and not not true or ", 200) + "true"));
}

TEST_CASE("samples cut at each byte parse, or err within the text") {
  const std::vector<std::string> samples{
      "user-agent == Chrome and has cookie beta",
      "(host==a.example||host is not \"b\"\"c\") && !path starts with /x | query 'is' in ('a', b)",
      "src in (10.0.0.0/8, 2001:db8::/32) or port != 443 and sni ends with .example",
      "header X-A matches '^(a|b''c)+$' or < hdr(x) -m str '>' > and script(beta) or misses query "
      "a",
  };
  for (const std::string& sample : samples) {
    CHECK(Condition::parse(sample));
    for (std::size_t size = 0; size < sample.size(); ++size) {
      const auto condition = Condition::parse(sample.substr(0, size));
      if (!condition) CHECK(condition.error().offset <= size);
    }
  }
}
