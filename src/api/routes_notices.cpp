// Notices: what was sent to whom, read, acknowledged; the dead ones sent again.
#include <algorithm>

#include <fmt/format.h>

#include "api/handlers.hpp"

namespace haidang::api {
namespace {

void add_time(json::object& to, std::string_view name, const std::optional<Time>& time) {
  if (time) to[name] = format_time(*time);
}

json::object shown(const notify::Delivered& one) {
  json::object all{{"id", one.notice.id},
                   {"template", one.notice.template_name},
                   {"case", one.notice.case_id},
                   {"reason", one.notice.reason},
                   {"to", {{"name", one.notice.to.name}, {"unit", one.notice.to.unit}}},
                   {"channel", notify::channel_name(one.notice.to.channel)},
                   {"state", one.state},
                   {"attempts", one.attempts},
                   {"last_error", one.last_error},
                   {"queued", format_time(one.queued)}};
  add_time(all, "sent", one.sent);
  add_time(all, "read", one.read);
  add_time(all, "acknowledged", one.acknowledged);
  add_time(all, "next_attempt", one.next_attempt);
  return all;
}

// City: all; self: what is addressed to them; else their unit's.
bool reaches(const Call& call, const notify::Recipient& to) {
  if (call.scope == access::Scope::city) return true;
  if (call.scope == access::Scope::self) return to.account == call.who().account;
  return to.unit == call.who().unit;
}

// What they may not see does not exist for them.
Result<> reached(const Call& call, ledger::Sql& sql) {
  TRY(const auto one, notify::get(sql, call.part("notice")));
  if (reaches(call, one.notice.to)) return {};
  return fail(Error::Kind::not_found, "no such notice");
}

using Change = Result<> (*)(ledger::Writer&, std::string_view, std::string_view);

Result<Reply> change(Call& call, Change apply) {
  TRY_VOID(call.parts.ledger.write([&](ledger::Writer& writer) -> Result<> {
    TRY_VOID(reached(call, writer.sql()));
    return apply(writer, call.part("notice"), call.who().account);
  }));
  return no_content();
}

}  // namespace

Result<Reply> list_notices(Call& call) {
  notify::Filter filter{.case_id = call.query("case"),
                        .unit = call.query("unit"),
                        .state = call.query("state"),
                        .after = call.query("after").value_or("")};
  TRY(filter.limit, call.limit());
  if (call.scope == access::Scope::self) filter.account = call.who().account;
  if (call.scope != access::Scope::city) filter.unit = call.who().unit;
  TRY(const auto found,
      call.parts.ledger.read([&](ledger::Sql& sql) { return notify::list(sql, filter); }));
  json::array all;
  for (const auto& one : found) all.push_back(shown(one));
  json::object body{{"notices", std::move(all)}};
  if (found.size() == filter.limit) body["next"] = found.back().notice.id;
  return ok(body);
}

Result<Reply> read_notice(Call& call) { return change(call, notify::mark_read); }
Result<Reply> acknowledge_notice(Call& call) { return change(call, notify::acknowledge); }
Result<Reply> retry_notice(Call& call) { return change(call, notify::retry); }

}  // namespace haidang::api
