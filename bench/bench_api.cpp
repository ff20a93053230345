// A page of 50 cases of 1,000: asked again while nothing changes, as consoles do, and asked anew.
//
// A real city (SQLite, profiles, procedures) behind the real server with one thread; beside it, in
// `net`, the same server saying hello.
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "api/api.hpp"
#include "app/city.hpp"
#include "base/check.hpp"
#include "http_load.hpp"
#include "net/server.hpp"
#include "record/registry/profile.hpp"
#include "report.hpp"

namespace haidang::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view password = "lantern on the headland 26";
constexpr int cases = 1000;

template <class T>
T must(Result<T> result) {
  CHECK(result, result ? "" : result.error().message().c_str());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Bench {
 public:
  Bench() : dir_(fs::temp_directory_path() / fmt::format("haidang-bench-{}", ::getpid())) {
    app::CitySettings settings;
    settings.data = (dir_ / "city").string();
    settings.weak_passwords = true;
    settings.no_second_factor = true;
    city_ = must(app::City::open(settings, log_));
    fill();
    api_ = std::make_unique<api::Api>(
        api::Parts{city_->ledger(), city_->documents(), city_->registry(), city_->policy(),
                   city_->accounts(), city_->engine(), log_},
        api::ApiOptions{.version = "bench", .openapi = {}});
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() {
    api_.reset();
    city_.reset();
    fs::remove_all(dir_);
  }

  [[nodiscard]] std::string request(std::string_view path) const {
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: localhost:8080\r\nAccept: application/json\r\n"
        "Cookie: haidang_session={}\r\n\r\n",
        path, session_);
  }
  net::Response answer(net::Request asked) { return api_->answer(std::move(asked)); }
  [[nodiscard]] const std::string& session() const { return session_; }
  Log& log() { return log_; }

 private:
  void fill() {
    for (const auto* profile : {"haiphong-2014", "haiphong-2025", "demo-people"})
      must(city_->ledger().write([&](ledger::Writer& writer) {
        return registry::apply_profile(city_->registry(), writer, {.actor = "system"},
                                       city_->places().catalogue / "profiles" / profile);
      }));
    must(city_->accounts().create("system",
                                  {.id = "bench",
                                   .name = "Bench",
                                   .unit = "so-y-te",
                                   .roles = {"officer"},
                                   .must_change_password = false},
                                  password));
    session_ =
        must(city_->accounts().log_in({.account = "bench", .password = std::string(password)}))
            .token;
    const auto who = must(city_->accounts().known_by_session(session_)).who;
    for (int i = 0; i < cases; ++i) must(city_->engine().open(who, incident()));
  }

  static procedure::OpenRequest incident() {
    return {.procedure = "incident",
            .subject = "so-y-te",
            .fields = {{"kind", "malware"},
                       {"trigger", "none"},
                       {"detected_at", format_time(now(), Fraction::none)},
                       {"contact_name", "An"},
                       {"contact_phone", "+84900000000"}}};
  }

  fs::path dir_;
  Log log_{Log::Level::error};
  std::unique_ptr<app::City> city_;
  std::unique_ptr<api::Api> api_;
  std::string session_;
};

// Each question another, so that no answer is kept.
double anew_per_second(Bench& bench) {
  constexpr int times = 500;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) {
    net::Request asked{.method = "GET", .path = "/api/v1/cases"};
    asked.query = {{"limit", "50"}, {"nothing", fmt::format("{}", i)}};
    asked.headers.set("Cookie", "haidang_session=" + bench.session());
    CHECK(bench.answer(std::move(asked)).status == 200, "the list answers");
  }
  return times / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

void bench_api(Report& report) {
  Bench bench;
  const auto server = net::Server::start(
      {.threads = 1}, [&](net::Request asked) { return bench.answer(std::move(asked)); },
      bench.log());
  CHECK(server, "the server starts");
  report.add(Figure{
      .group = "api",
      .name = "GET a page of 50 cases, 1 server thread",
      .value = answers_per_second((*server)->port(), bench.request("/api/v1/cases?limit=50")),
      .unit = "req/s",
      .bar = 20'000,
      .note = "kept until the next act"});
  report.add(Figure{.group = "api",
                    .name = "the same, never kept, in process",
                    .value = anew_per_second(bench),
                    .unit = "req/s",
                    .note = fmt::format("of {} cases", cases)});
}

}  // namespace haidang::bench
