// Any requests, one after another, to an Api over a real ledger: never a crash, never a 500, and
// every refusal a problem as RFC 9457 has it.
//
// An input is requests parted by 0xff, which UTF-8 never holds. Of each: a byte for the route, one
// for who asks, then lines: path parts ("/" between them), query ("a=b&c=d"), the rest is the body.
// $case, $sha256, $token stand for what the record holds. The record is made anew after
// `requests_of_a_record`, and then its tables must come out of its acts.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/api.hpp"
#include "api/route.hpp"
#include "base/check.hpp"
#include "base/text.hpp"
#include "record/ledger/trial.hpp"
#include "record/notify/notify.hpp"
#include "record/procedure/uploads.hpp"
#include "record/registry/profile.hpp"

namespace {

using namespace haidang;
using ledger::must;
namespace json = boost::json;

constexpr std::size_t most_requests = 8;
constexpr std::size_t requests_of_a_record = 4000;
constexpr char between_requests = '\xff';
const std::string password = "den bien sang mai 2026";

std::filesystem::path catalogue() {
  return std::filesystem::path(HAIDANG_SOURCE_DIR) / "catalogue";
}

registry::Kinds kinds() { return must(registry::Kinds::load(catalogue() / "registry/kinds.yml")); }

// Before anything is made: in memory where the system has it, for speed.
bool in_memory() {
  if (std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  return true;
}

struct Person {
  access::Session session{};
  std::string token{};  // of a machine, instead
};

// A city's record with its Api, as app puts them together.
class Record {
 public:
  Record() {
    must(ledger_->write([&](ledger::Writer& writer) {
      return registry::apply_profile(registry_, writer, {.actor = "system"},
                                     catalogue() / "profiles/haiphong-2025");
    }));
    publish();
    for (const auto* role : {"officer", "analyst", "administrator", "auditor"})
      people_.push_back(person(role));
    people_.push_back(
        {.token = must(accounts_.issue_token(
                           "system", {.label = "máy", .unit = "so-y-te", .roles = {"reader"}}))
                      .secret});
    open_case();
  }
  ~Record() {
    api_.stop();
    must(ledger_->rebuild());
    must(ledger_->acts(0, 1));  // as the live thread asks; see warmed_up()
  }

  net::Response answer(net::Request request) { return api_.answer(std::move(request)); }
  const Person& person(std::uint8_t index) const { return people_[index % people_.size()]; }

  std::string filled(std::string text) const {
    const std::pair<std::string_view, const std::string&> words[] = {
        {"$case", case_}, {"$sha256", sha256_}, {"$token", people_.back().token}};
    for (const auto& [word, value] : words)
      for (auto at = text.find(word); at != std::string::npos;
           at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
    return text;
  }

 private:
  Person person(const std::string& role) {
    const std::string unit = role == "officer" ? "so-y-te" : "so-khcn";
    access::Account account{.id = role, .name = role, .unit = unit, .roles = {role}};
    account.must_change_password = false;
    must(accounts_.create("system", account, password));
    return {.session = must(accounts_.log_in({.account = role, .password = password}))};
  }
  void publish() {
    const auto known = must(procedure::read_vocabulary(catalogue()));
    auto loaded = must(procedure::load_definitions(catalogue() / "procedures", known));
    CHECK(loaded.problems.empty(), "the catalogue is sound");
    must(engine_.publish(loaded.definitions));
  }
  void open_case() {
    const auto who = must(accounts_.known_by_session(people_.front().session.token)).who;
    const auto stored = must(documents_.put("Nhật ký"));
    must(procedure::record_upload(*ledger_, who, stored));
    sha256_ = stored.sha256;
    case_ = must(engine_.open(who, {.procedure = "difficulty",
                                    .subject = "so-y-te",
                                    .fields = {{"subject_matter", "people"},
                                               {"description", "Thiếu người"},
                                               {"contact_name", "An"},
                                               {"contact_phone", "02253123456"}}}))
                .case_id;
  }
  api::ApiOptions options() {
    return {.version = "fuzz",
            .openapi = "openapi: 3.1.0\n",
            .secure_cookies = false,
            .most_document = 1U << 16,
            .reports_per_hour = 1'000'000,
            .logins_per_minute = 1'000'000,
            .verify = [this] { return ledger::verify({.address = ledger_.address()}); }};
  }

  ledger::TrialLedger ledger_{{registry::projection(kinds()), access::projection(),
                               procedure::projection(), notify::projection()}};
  registry::Registry registry_{*ledger_, kinds()};
  access::Policy policy_ = must(access::Policy::load(catalogue() / "access/roles.yml"));
  ledger::Documents documents_ = must(ledger::Documents::open(ledger_.dir() / "documents"));
  Calendar calendar_ = must(Calendar::load(catalogue() / "calendars/vn.yml"));
  access::Accounts accounts_{
      *ledger_,
      policy_,
      {.effort = access::Effort::least, .secret_key = std::string(32, 'k'), .require_totp = false}};
  procedure::Engine engine_{
      {.ledger = *ledger_,
       .registry = registry_,
       .policy = policy_,
       .documents = documents_,
       .calendar = calendar_,
       .notifier = [](ledger::Writer&, const procedure::NotifyRequest&) -> Result<std::size_t> {
         return std::size_t{1};
       }}};
  std::ostringstream said_{};
  Log log_{Log::Level::off, said_};
  std::vector<Person> people_{};
  std::string case_{};
  std::string sha256_{};
  api::Api api_{{*ledger_, documents_, registry_, policy_, accounts_, engine_, log_}, options()};
};

// --- An input as requests ------------------------------------------------------------------

std::string_view take(std::string_view& rest, char end) {
  const auto at = std::min(rest.find(end), rest.size());
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return taken;
}

std::uint8_t take_byte(std::string_view& rest) {
  if (rest.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(rest.front());
  rest.remove_prefix(1);
  return byte;
}

// "/cases/{case}" with the parts in its place.
std::string path_of(const api::Route& route, std::string_view parts) {
  std::string out;
  for (std::string_view rest = route.path; !rest.empty();) {
    out += take(rest, '{');
    if (rest.empty()) break;
    take(rest, '}');
    out += take(parts, '/');
  }
  return out;
}

void identify(net::Request& request, const Person& who) {
  if (!who.token.empty()) {
    request.headers.set("Authorization", "Bearer " + who.token);
    return;
  }
  request.headers.set("Cookie", "haidang_session=" + who.session.token);
  request.headers.set("X-CSRF-Token", who.session.csrf);
}

// As the server hands it on: path and query are UTF-8 without NUL (net/http_fuzz.cpp).
std::string as_text(std::string_view bytes) {
  std::string out = text::repair_utf8(bytes).text;
  std::erase(out, '\0');
  return out;
}

net::Request request_of(const Record& record, std::string_view input) {
  const auto& route = api::routes()[take_byte(input) % api::routes().size()];
  const auto who = take_byte(input);
  net::Request request{.method = std::string(route.method), .path = {}, .peer = "192.0.2.1"};
  request.path = path_of(route, record.filled(as_text(take(input, '\n'))));
  const std::string asked = as_text(take(input, '\n'));
  std::string_view query = asked;
  while (!query.empty()) {
    std::string_view pair = take(query, '&');
    std::string name(take(pair, '='));
    request.query.emplace_back(std::move(name), record.filled(std::string(pair)));
  }
  request.body = record.filled(std::string(input));
  if ((who & 0x80U) == 0) identify(request, record.person(who));
  if ((who & 0x40U) != 0) request.headers.set("Accept-Language", "en");
  if ((who & 0x20U) != 0) request.headers.set("If-Match", "\"1\"");
  if ((who & 0x10U) != 0) request.headers.set("If-None-Match", "\"1\"");
  return request;
}

// --- What must hold ----------------------------------------------------------------------------

void check_problem(const net::Response& response) {
  CHECK(response.headers.find("Content-Type") == "application/problem+json",
        "a refusal is a problem");
  boost::system::error_code error;
  const auto body = json::parse(response.body, error);
  CHECK(!error && body.is_object(), "a problem is a JSON object");
  CHECK(body.at("status").to_number<int>() == response.status, "a problem names its status");
  CHECK(body.as_object().contains("title") && body.as_object().contains("type"),
        "a problem says what it is");
}

void read_all(net::Response& response) {
  while (response.more) {
    const auto piece = response.more();
    CHECK(piece.has_value(), "what has begun is sent to its end");
    if (piece->empty()) return;
  }
}

void check(net::Response response, const std::string& asked) {
  const bool right = response.status >= 200 && response.status < 600 && response.status != 500;
  if (!right)
    std::fprintf(stderr, "%s: %d %s\n", asked.c_str(), response.status, response.body.c_str());
  CHECK(right, "every request has a good answer or a refusal");
  if (response.status >= 400) check_problem(response);
  read_all(response);
}

// What a record uses until its end must be made before the one that lives until the program's end.
bool warmed_up() {
  const Record first;
  return true;
}

Record& record_for(std::size_t requests) {
  static const bool ready = in_memory() && warmed_up();
  static std::unique_ptr<Record> record;
  static std::size_t count = 0;
  CHECK(ready, "the record lies in memory");
  count += requests;
  if (record && count < requests_of_a_record) return *record;
  count = 0;
  record.reset();
  record = std::make_unique<Record>();
  return *record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Record& record = record_for(most_requests);
  for (std::size_t i = 0; i < most_requests && !rest.empty(); ++i) {
    auto request = request_of(record, take(rest, between_requests));
    const std::string asked = request.method + " " + request.path;
    check(record.answer(std::move(request)), asked);
  }
  return 0;
}
