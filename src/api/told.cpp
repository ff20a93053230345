#include "api/told.hpp"

#include <algorithm>
#include <iterator>

#include "record/notify/notify.hpp"

namespace haidang::api {
namespace {

using Notices = std::vector<notify::Delivered>;

constexpr std::size_t page = 500;

// Oldest first.
Result<Notices> notices_of(ledger::Sql& sql, const std::string& case_id) {
  Notices all;
  notify::Filter filter{.case_id = case_id, .limit = page};
  while (true) {
    TRY(auto some, notify::list(sql, filter));
    const bool last = some.size() < page;
    std::ranges::move(some, std::back_inserter(all));
    if (last) break;
    filter.after = all.back().notice.id;
  }
  std::ranges::reverse(all);
  return all;
}

bool sent_by(const json::object& act, const notify::Delivered& one) {
  const auto& body = act.at("body").as_object();
  return parse_time(act.at("at").as_string()) == one.queued &&
         body.at("template") == json::value(one.notice.template_name) &&
         body.at("reason") == json::value(one.notice.reason);
}

bool may_name(const Call& call, const notify::Recipient& to) {
  if (to.unit.empty()) return false;
  return call.scope == access::Scope::city || to.unit == call.who().unit;
}

json::object shown(const Call& call, const notify::Delivered& one) {
  json::object out{{"channel", notify::channel_name(one.notice.to.channel)},
                   {"state", one.state},
                   {"queued", format_time(one.queued)}};
  if (may_name(call, one.notice.to)) out["name"] = one.notice.to.name;
  const auto add = [&](std::string_view name, const std::optional<Time>& time) {
    if (time) out[name] = format_time(*time);
  };
  add("sent", one.sent);
  add("read", one.read);
  add("acknowledged", one.acknowledged);
  return out;
}

// Acts and notices come in one order, so each act takes as many of the next as it says it queued.
class Outbox {
 public:
  explicit Outbox(Notices notices) : notices_(std::move(notices)) {}

  json::array take(const Call& call, const json::object& act) {
    json::array out;
    auto left = act.at("body").as_object().at("queued").to_number<std::uint64_t>();
    for (; left > 0 && next_ < notices_.size(); ++next_) {
      if (!sent_by(act, notices_[next_])) continue;
      out.emplace_back(shown(call, notices_[next_]));
      --left;
    }
    return out;
  }

 private:
  Notices notices_;
  std::size_t next_ = 0;
};

}  // namespace

Result<> add_told(const Call& call, const std::string& case_id, json::array& timeline) {
  TRY(auto notices,
      call.parts.ledger.read([&](ledger::Sql& sql) { return notices_of(sql, case_id); }));
  Outbox outbox(std::move(notices));
  for (auto& each : timeline) {
    auto& act = each.as_object();
    if (act.at("kind") == json::value("case.notified")) act["told"] = outbox.take(call, act);
  }
  return {};
}

}  // namespace haidang::api
