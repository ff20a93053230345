#include "record/notify/outbox.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "record/notify/wording.hpp"

namespace haidang::notify {
namespace {

using ledger::Cells;
using ledger::Row;
using ledger::Sql;
using ledger::Writer;

constexpr std::size_t longest_text = 400;         // bytes: a name, an address
constexpr std::size_t longest_values = 1U << 17;  // as canonical JSON
constexpr std::size_t most_listed = 500;
constexpr std::size_t longest_error = 300;

constexpr std::array<std::string_view, 3> channel_names{"mail", "sms", "webhook"};
constexpr std::array<std::string_view, 4> states{"queued", "sent", "failed", "dead"};

// In the order that due_of() and notice_of() read them.
constexpr std::string_view columns =
    "id, template, case_id, reason, name, unit, account, channel, address, language, "
    "filled_with, state, attempts, queued, since, sent, read_at, acknowledged, next_attempt, "
    "last_error";
std::string select(std::string_view rest) {
  return fmt::format("SELECT {} FROM notify_outbox {}", columns, rest);
}

Time time_of(std::int64_t micros) { return Time(std::chrono::microseconds(micros)); }
std::int64_t micros(Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
std::optional<Time> time_if(const Row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return time_of(row.integer(column));
}

Result<Channel> channel_called(const std::string& name) {
  const auto found = std::ranges::find(channel_names, name);
  if (found == channel_names.end()) {
    return fail(Error::Kind::corrupt, fmt::format("the outbox names a channel '{}'", name));
  }
  return static_cast<Channel>(found - channel_names.begin());
}

Result<json::object> object_of(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) {
    return fail(Error::Kind::corrupt, "the outbox holds values that are no JSON object");
  }
  return std::move(value.get_object());
}

Result<Notice> notice_of(const Row& row) {
  TRY(const Channel channel, channel_called(row.text(7)));
  TRY(json::object values, object_of(row.text(10)));
  return Notice{.id = row.text(0),
                .template_name = row.text(1),
                .case_id = row.text(2),
                .reason = row.text(3),
                .to = {.name = row.text(4),
                       .unit = row.text(5),
                       .account = row.text(6),
                       .channel = channel,
                       .address = row.text(8),
                       .language = row.text(9)},
                .values = std::move(values)};
}

Result<Due> due_of(const Row& row) {
  TRY(Notice notice, notice_of(row));
  return Due{.what = {.notice = std::move(notice),
                      .state = row.text(11),
                      .attempts = static_cast<std::uint32_t>(row.integer(12)),
                      .queued = time_of(row.integer(13)),
                      .sent = time_if(row, 15),
                      .read = time_if(row, 16),
                      .acknowledged = time_if(row, 17),
                      .next_attempt = time_if(row, 18),
                      .last_error = row.text(19)},
             .since = time_of(row.integer(14))};
}

Result<Due> find(Sql& sql, std::string_view id) {
  TRY(const auto row, sql.row(select("WHERE id = ?"), {std::string(id)}));
  if (row) return due_of(*row);
  return fail(Error::Kind::not_found, fmt::format("there is no notice '{}'", text::shown(id)));
}

// 128 bits that nobody can guess: whoever names the notice has received it.
std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "randomness is there");
  std::string id;
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

// A name or address that came from a person must not hold up its cause: it is mended, and what
// cannot be delivered to dies in the open later.
std::string mended(std::string_view text) {
  std::string clean = one_line(text);
  if (clean.size() <= longest_text) return clean;
  clean.resize(longest_text);
  return text::repair_utf8(clean).text;
}

json::value mended(const json::value& value) {
  if (const auto* text = value.if_string()) {
    return json::value(text::clip(text::repair_utf8(std::string_view(*text)).text, longest_value));
  }
  if (const auto* list = value.if_array()) {
    json::array out;
    for (const auto& item : *list) out.push_back(mended(item));
    return out;
  }
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& [key, item] : *object) out[key] = mended(item);
    return out;
  }
  return value;
}

Result<json::object> values_to_keep(const json::object& values) {
  TRY_VOID(refuse_secrets(values));
  json::object kept = std::move(mended(json::value(values)).get_object());
  TRY(const std::string canonical, ledger::canonical_json(kept));
  if (canonical.size() <= longest_values) return kept;
  return invalid("the values of a notice are larger than 128 KiB: leave out what it does not say");
}

Result<> check(const Notice& notice) {
  if (!well_named(notice.template_name, true)) {
    return invalid(fmt::format("'{}' is no name of a template", text::shown(notice.template_name)));
  }
  if (notice.to.language == "vi" || notice.to.language == "en") return {};
  return invalid(
      fmt::format("'{}' is no language of notices: vi or en", text::shown(notice.to.language)));
}

// An act on `notice` that goes under the recipient's unit and the case.
ledger::Draft draft_on(const Notice& notice, std::string_view actor, std::string_view kind) {
  return {.actor = std::string(actor),
          .unit = notice.to.unit,
          .case_id = notice.case_id,
          .kind = std::string(kind),
          .body = {{"id", notice.id}}};
}

Result<> append(Writer& writer, ledger::Draft draft) {
  TRY([[maybe_unused]] const auto act, writer.append(std::move(draft)));
  return {};
}

struct Page {
  std::string conditions{};  // one of a few texts: they do not vary with values
  Cells values{};

  void where(std::string_view condition, ledger::Cell value) {
    conditions += fmt::format("{} {}", conditions.empty() ? "WHERE" : " AND", condition);
    values.push_back(std::move(value));
  }
};

Result<Page> page_of(Sql& sql, const Filter& filter) {
  Page page;
  if (filter.case_id) page.where("case_id = ?", *filter.case_id);
  if (filter.unit) page.where("unit = ?", *filter.unit);
  if (filter.account) page.where("account = ?", *filter.account);
  if (filter.state) {
    if (std::ranges::find(states, *filter.state) == states.end()) {
      return invalid(fmt::format("'{}' is no state of a notice: queued, sent, failed or dead",
                                 text::shown(*filter.state)));
    }
    page.where("state = ?", *filter.state);
  }
  if (filter.after.empty()) return page;
  TRY(const auto last, sql.row("SELECT seq FROM notify_outbox WHERE id = ?", {filter.after}));
  if (!last) return invalid("the cursor is no notice's: begin again without it");
  page.where("seq < ?", last->integer(0));
  return page;
}

}  // namespace

std::string_view channel_name(Channel channel) {
  return channel_names.at(static_cast<std::size_t>(channel));
}

Result<std::string> queue(Writer& writer, std::string_view actor, Notice notice) {
  TRY_VOID(check(notice));
  TRY(json::object values, values_to_keep(notice.values));
  notice.id = random_id();
  auto draft = draft_on(notice, actor, "notice.queued");
  draft.body["template"] = notice.template_name;
  draft.body["reason"] = mended(notice.reason);
  draft.body["name"] = mended(notice.to.name);
  draft.body["account"] = mended(notice.to.account);
  draft.body["channel"] = channel_name(notice.to.channel);
  draft.body["address"] = mended(notice.to.address);
  draft.body["language"] = notice.to.language;
  draft.body["values"] = std::move(values);
  TRY_VOID(append(writer, std::move(draft)));
  return notice.id;
}

Result<std::vector<Due>> due(Sql& sql, Channel channel, Time at, std::size_t limit) {
  std::vector<Due> found;
  TRY(const auto rows,
      sql.rows(select("WHERE channel = ? AND next_attempt IS NOT NULL AND next_attempt <= ? "
                      "ORDER BY next_attempt, seq LIMIT ?"),
               {std::string(channel_name(channel)), micros(at), static_cast<std::int64_t>(limit)}));
  for (const Row& row : rows) {
    TRY(Due one, due_of(row));
    found.push_back(std::move(one));
  }
  return found;
}

Result<> record(Writer& writer, const Outcome& outcome) {
  constexpr std::array<std::string_view, 3> kinds{"notice.sent", "notice.failed", "notice.dead"};
  auto draft = draft_on(outcome.notice, "system", kinds.at(static_cast<std::size_t>(outcome.kind)));
  draft.body["attempt"] = static_cast<std::int64_t>(outcome.attempt);
  if (outcome.kind != Outcome::Kind::sent) {
    draft.body["error"] = text::shown(outcome.error, longest_error);
  }
  if (outcome.kind == Outcome::Kind::failed) {
    draft.body["next_attempt"] = format_time(outcome.next_attempt, Fraction::micros);
  }
  return append(writer, std::move(draft));
}

Result<std::vector<Delivered>> list(Sql& sql, const Filter& filter) {
  TRY(Page page, page_of(sql, filter));
  page.values.emplace_back(
      static_cast<std::int64_t>(std::clamp<std::size_t>(filter.limit, 1, most_listed)));
  TRY(const auto rows,
      sql.rows(select(page.conditions + " ORDER BY seq DESC LIMIT ?"), page.values));
  std::vector<Delivered> found;
  for (const Row& row : rows) {
    TRY(Due one, due_of(row));
    found.push_back(std::move(one.what));
  }
  return found;
}

Result<Delivered> get(Sql& sql, std::string_view notice) {
  TRY(Due found, find(sql, notice));
  return std::move(found.what);
}

Result<> mark_read(Writer& writer, std::string_view notice, std::string_view actor) {
  TRY(const Delivered found, get(writer.sql(), notice));
  if (found.read) return {};
  return append(writer, draft_on(found.notice, actor, "notice.read"));
}

Result<> acknowledge(Writer& writer, std::string_view notice, std::string_view actor) {
  TRY(const Delivered found, get(writer.sql(), notice));
  if (found.acknowledged) return {};
  return append(writer, draft_on(found.notice, actor, "notice.acknowledged"));
}

Result<> retry(Writer& writer, std::string_view notice, std::string_view actor) {
  TRY(const Delivered found, get(writer.sql(), notice));
  if (found.state != "dead" && found.state != "failed") {
    return fail(
        Error::Kind::conflict,
        fmt::format("the notice is {}: only a failed or dead one can be sent again", found.state));
  }
  return append(writer, draft_on(found.notice, actor, "notice.retried"));
}

}  // namespace haidang::notify
