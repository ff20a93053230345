// For tests only: an engine on a trial ledger with the catalogue's kinds and roles, a few units,
// and two small procedures.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "record/ledger/trial.hpp"
#include "record/procedure/engine.hpp"
#include "record/procedure/uploads.hpp"

namespace haidang::procedure {

using access::Principal;
using namespace std::chrono_literals;

// A report that the police and the ICT department acknowledge, each with a clock of its own.
inline constexpr std::string_view signal_text = R"(
procedure: signal
version: 1
title: {vi: Tín hiệu, en: Signal}
number: "TH-{year}-{n}"
clauses: ["1.BC"]
summary: what
regime_date: seen_at
regimes:
  old:
    label: {vi: Luật cũ, en: Old law}
    source: A
    from: 2000-01-01
    to: 2026-01-01
  new:
    label: {vi: Luật mới, en: New law}
    source: B
    from: 2026-01-01
parties:
  subject: {label: {vi: Đơn vị, en: Unit}, who: subject}
  police: {label: {vi: Công an, en: Police}, who: {role: police}}
  ict: {label: {vi: Cơ quan CNTT, en: ICT}, who: {role: ict}}
  helper: {label: {vi: Đơn vị giúp, en: Helper}, who: {field: helper}, joins_on: ask_help}
fields:
  what: {label: {vi: Nội dung, en: What}, type: text, required: true}
  seen_at: {label: {vi: Thấy lúc, en: Seen at}, type: time, required: true}
  place: {label: {vi: Nơi, en: Place}, type: text, secret: true, visible_to: [subject, police]}
  helper: {label: {vi: Đơn vị giúp, en: Helper}, type: reference, refers_to: unit}
  outcome:
    label: {vi: Kết quả, en: Outcome}
    choices: {solved: {vi: Đã xử lý, en: Solved}, nothing: {vi: Không có gì, en: Nothing}}
  closed_at: {label: {vi: Kết thúc lúc, en: Closed at}, type: time}
documents:
  photo: {label: {vi: Ảnh, en: Photo}, visible_to: [subject, police]}
  minutes: {label: {vi: Biên bản, en: Minutes}}
states:
  reported: {label: {vi: Đã báo, en: Reported}, initial: true}
  handled: {label: {vi: Đang xử lý, en: Handled}}
  closed: {label: {vi: Kết thúc, en: Closed}, final: true}
open:
  asks: [what, seen_at, place]
  effects:
    - notify: {parties: [police, ict], template: incident.immediate}
actions:
  acknowledge:
    label: {vi: Xác nhận, en: Acknowledge}
    parties: [police, ict]
    from: "*"
    once_per_party: true
  ask_help:
    label: {vi: Nhờ giúp, en: Ask for help}
    parties: [subject]
    from: [reported, handled]
    to: handled
    asks: [helper]
    requires: [helper]
    effects:
      - tell: {party: helper, fields: [place]}
  take_up:
    label: {vi: Nhận xử lý, en: Take up}
    parties: [subject, police, ict]
    from: [reported]
    to: handled
    guards:
      - must: {done: {action: acknowledge, party: police}}
        message: {vi: Công an phải xác nhận trước., en: The police must acknowledge first.}
    effects:
      - require_evidence: minutes
  close:
    label: {vi: Kết thúc, en: Close}
    parties: [subject, police]
    from: [handled]
    to: closed
    asks: [outcome]
    requires: [outcome]
    comment_required: true
    guards:
      - must: {other_person: take_up}
        message: {vi: Người kết thúc phải khác người nhận xử lý., en: Another person must close it.}
    effects:
      - set: {closed_at: $now}
      - open_case: {procedure: lesson, fields: {about: what}, link: lesson}
        when: {field_in: {outcome: [solved]}}
clocks:
  police_ack:
    label: {vi: Công an xác nhận, en: Police acknowledge}
    source: X
    starts_on: [open]
    due: 15m
    stops_on: [acknowledge]
    stopped_by: police
    on_due:
      - notify: {parties: [police], template: incident.unanswered, chain: next}
    repeat: 15m
    most_repeats: 3
  ict_ack:
    label: {vi: CNTT xác nhận, en: ICT acknowledge}
    source: X
    starts_on: [open]
    due: 15m
    stops_on: [acknowledge]
    stopped_by: ict
    on_due:
      - notify: {parties: [ict], template: incident.unanswered, chain: next}
    repeat: 15m
    most_repeats: 3
  report:
    label: {vi: Báo cáo, en: Report}
    source: X
    starts_on: [open]
    counts_from: seen_at
    due: {old: 120h, new: 24h}
    stops_on: [closed]
    on_due:
      - notify: {parties: [subject], template: incident.unanswered}
)";

// From anyone; leads to nothing.
inline constexpr std::string_view lesson_text = R"(
procedure: lesson
version: 1
title: {vi: Bài học, en: Lesson}
number: "BH-{year}-{n}"
summary: about
parties:
  reporter: {label: {vi: Người báo, en: Reporter}, who: reporter}
  ict: {label: {vi: Cơ quan CNTT, en: ICT}, who: {role: ict}}
fields:
  about: {label: {vi: Về việc, en: About}, type: text, required: true}
  inner: {label: {vi: Ghi chú nội bộ, en: Inner note}, type: text}
  answer: {label: {vi: Trả lời, en: Answer}, type: text, visible_to: [reporter, ict]}
documents:
  paper: {label: {vi: Giấy tờ, en: Paper}}
states:
  noted: {label: {vi: Đã ghi, en: Noted}, initial: true}
  done: {label: {vi: Xong, en: Done}, final: true}
open:
  anyone: true
  asks: [about]
actions:
  finish:
    label: {vi: Xong, en: Finish}
    parties: [ict]
    from: [noted]
    to: done
    asks: [inner, answer]
)";

inline Principal person(std::string account, std::string unit, std::string role) {
  return {.kind = Principal::Kind::person,
          .account = account,
          .name = std::move(account),
          .unit = std::move(unit),
          .roles = {std::move(role)}};
}
inline const Principal an = person("an", "so-a", "officer");  // of the unit concerned
inline const Principal head_of_a = person("bich", "so-a", "head");
inline const Principal of_b = person("binh", "so-b", "officer");  // of another unit
inline const Principal police = person("cuong", "cong-an", "police_officer");
inline const Principal analyst = person("dung", "so-khcn", "analyst");
inline const Principal auditor = person("giang", "thanh-tra", "auditor");
inline const Principal administrator = person("root", "so-khcn", "administrator");
inline const Principal anyone{};

class TrialEngine {
 public:
  explicit TrialEngine(ledger::Dialect dialect = ledger::Dialect::sqlite)
      : ledger_({registry::projection(kinds()), projection()}, dialect),
        policy_(ledger::must(access::Policy::load(catalogue() / "access/roles.yml"))),
        documents_(ledger::must(ledger::Documents::open(ledger_.dir() / "documents"))),
        calendar_(vietnam_calendar()) {
    start();
    people();
    ledger::must(engine_->publish({definition(lesson_text), definition(signal_text)}));
  }

  Engine* operator->() { return engine_.get(); }
  ledger::TrialLedger& ledger() { return ledger_; }
  const ledger::Documents& documents() const { return documents_; }
  std::vector<NotifyRequest>& told() { return told_; }
  std::size_t chain_length = 2;  // steps at which somebody can be told

  // As after a crash: nothing but the database is left.
  void restart() {
    engine_.reset();
    registry_.reset();
    ledger_.reopen();
    start();
  }

  static std::filesystem::path catalogue() {
    return std::filesystem::path(HAIDANG_SOURCE_DIR) / "catalogue";
  }
  static Definition definition(std::string_view text) {
    auto known = ledger::must(read_vocabulary(catalogue()));
    known.procedures = {"signal", "lesson"};
    known.template_values.clear();  // no text is filled in here
    auto parsed = parse_definition(text, "trial.yml", known);
    for (const auto& problem : parsed.problems)
      std::fprintf(stderr, "%s\n", problem.message().c_str());
    CHECK(parsed.definition && parsed.problems.empty(), "the definition of the test is sound");
    return std::move(*parsed.definition);
  }

  Result<Opened> open(const Principal& who, json::object more = {}) {
    json::object fields{{"what", "Máy lạ trong mạng"}, {"seen_at", "2026-03-02T01:00:00Z"}};
    for (auto& [name, value] : more) fields.insert_or_assign(name, value);
    return engine_->open(who, {.procedure = "signal", .subject = "so-a", .fields = fields});
  }
  Result<std::uint64_t> act(const Principal& who, const std::string& id, std::string action,
                            json::object fields = {}, std::string comment = {}) {
    return engine_->act(who, {.case_id = id,
                              .action = std::move(action),
                              .fields = std::move(fields),
                              .comment = std::move(comment)});
  }
  // Stored, and on record as sent by them.
  std::string upload(const Principal& who, std::string_view text) {
    const auto stored = ledger::must(documents_.put(text));
    ledger::must(record_upload(*ledger_, who, stored));
    return stored.sha256;
  }
  json::object view(const Principal& who, const std::string& id) {
    return ledger::must(engine_->view(who, id));
  }
  std::string state(const std::string& id) {
    return std::string(view(analyst, id).at("state").at("name").as_string());
  }
  // Makes the tables again from the acts: the first row that differs, "" where none does.
  std::string rebuilt_difference() {
    const auto before = tables();
    ledger::must(ledger_->rebuild());
    const auto after = tables();
    const auto [one, other] = std::ranges::mismatch(before, after);
    if (one == before.end() && other == after.end()) return {};
    return (one == before.end() ? "" : *one) + " / " + (other == after.end() ? "" : *other);
  }
  // Every row of every table of the engine, as text.
  std::vector<std::string> tables() {
    std::vector<std::string> out;
    ledger::must(ledger_->read([&](ledger::Sql& sql) -> Result<> {
      for (const auto& table : projection().tables) TRY_VOID(dump(sql, table, out));
      return {};
    }));
    return out;
  }

 private:
  static registry::Kinds kinds() {
    return ledger::must(registry::Kinds::load(catalogue() / "registry/kinds.yml"));
  }
  static Calendar vietnam_calendar() {
    return ledger::must(Calendar::load(catalogue() / "calendars/vn.yml"));
  }
  static Result<> dump(ledger::Sql& sql, const std::string& table, std::vector<std::string>& out) {
    TRY(const auto rows, sql.rows("SELECT * FROM " + table));
    std::vector<std::string> lines;
    for (const auto& row : rows) lines.push_back(table + shown(row));
    std::ranges::sort(lines);
    out.insert(out.end(), lines.begin(), lines.end());
    return {};
  }
  static std::string shown(const ledger::Row& row) {
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto& cell = row.cell(i);
      const auto* text = std::get_if<std::string>(&cell);
      const auto* number = std::get_if<std::int64_t>(&cell);
      out += "|" + (text != nullptr     ? *text
                    : number != nullptr ? std::to_string(*number)
                                        : std::string("null"));
    }
    return out;
  }

  void start() {
    registry_ = std::make_unique<registry::Registry>(*ledger_, kinds());
    engine_ = std::make_unique<Engine>(Engine::Parts{.ledger = *ledger_,
                                                     .registry = *registry_,
                                                     .policy = policy_,
                                                     .documents = documents_,
                                                     .calendar = calendar_,
                                                     .notifier = notifier()});
  }
  Notifier notifier() {
    return [this](ledger::Writer&, const NotifyRequest& request) -> Result<std::size_t> {
      if (request.chain_step >= chain_length) return std::size_t{0};
      told_.push_back(request);
      return std::size_t{1};
    };
  }
  void people() {
    for (const auto* unit : {"so-a", "so-b", "so-c", "cong-an", "so-khcn", "thanh-tra"})
      put("unit", unit, {{"name", std::string("Đơn vị ") + unit}, {"kind", "so"}});
    put("role_holder", "police-1", {{"role", "police"}, {"unit", "cong-an"}});
    put("role_holder", "ict-1", {{"role", "ict"}, {"unit", "so-khcn"}});
  }
  void put(std::string kind, std::string id, json::object fields) {
    registry::Entry entry{.kind = std::move(kind), .id = std::move(id), .unit = {}, .name = {}};
    entry.valid_from = ledger::must(registry::parse_day("2020-01-01"));
    entry.fields = std::move(fields);
    ledger::must(ledger_->write([&](ledger::Writer& writer) {
      return registry_->put(writer, {.actor = "system"}, entry);
    }));
  }

  ledger::TrialLedger ledger_;
  access::Policy policy_;
  ledger::Documents documents_;
  Calendar calendar_;
  std::vector<NotifyRequest> told_{};
  std::unique_ptr<registry::Registry> registry_{};
  std::unique_ptr<Engine> engine_{};
};

}  // namespace haidang::procedure
