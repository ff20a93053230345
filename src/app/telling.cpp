#include "app/telling.hpp"

#include "record/notify/notify.hpp"

namespace haidang::app {
namespace {

using notify::Channel;
using notify::Recipient;

struct Sources {
  const registry::Registry& registry;
  const access::Accounts& accounts;
  bool by_sms;
};

std::string text_of(const boost::json::object& fields, std::string_view name) {
  const auto* value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

void add(std::vector<Recipient>& to, const registry::Registry::Contact& contact,
         const std::string& unit, bool by_sms) {
  const auto by = [&](Channel channel, const std::string& address) {
    if (address.empty()) return;
    to.push_back({.name = contact.name,
                  .unit = unit,
                  .account = contact.account,
                  .channel = channel,
                  .address = address});
  };
  by(Channel::mail, contact.email);
  if (by_sms) by(Channel::sms, contact.phone);
}

// A repair provider that is no unit has no people on call: its own address in the registry.
Result<> add_provider(std::vector<Recipient>& to, ledger::Writer& writer, const Sources& from,
                      const procedure::NotifyRequest& request) {
  const auto entry =
      from.registry.get(writer.sql(), "provider", request.unit, registry::day_of(writer.at()));
  if (!entry && entry.error().kind == Error::Kind::not_found) return {};
  if (!entry) return std::unexpected(entry.error());
  add(to,
      {.name = entry->name,
       .email = text_of(entry->fields, "email"),
       .phone = text_of(entry->fields, "phone"),
       .account = {}},
      request.unit, from.by_sms);
  return {};
}

// The people at one step of a unit's chain; nobody beyond its end, which the engine then records.
Result<> add_duty(std::vector<Recipient>& to, ledger::Writer& writer, const Sources& from,
                  const procedure::NotifyRequest& request) {
  TRY(const auto chain, from.registry.on_call(writer.sql(), request.unit, writer.at()));
  if (chain.empty() && request.chain_step == 0) return add_provider(to, writer, from, request);
  if (request.chain_step >= chain.size()) return {};
  for (const auto& contact : chain[request.chain_step]) add(to, contact, request.unit, from.by_sms);
  return {};
}

Result<> add_accounts(std::vector<Recipient>& to, const access::Accounts& accounts,
                      const procedure::NotifyRequest& request) {
  for (const auto& id : request.accounts) {
    const auto account = accounts.get(id);
    if (!account && account.error().kind == Error::Kind::not_found) continue;
    if (!account) return std::unexpected(account.error());
    if (!account->active || account->email.empty()) continue;
    to.push_back({.name = account->name,
                  .unit = account->unit,
                  .account = account->id,
                  .channel = Channel::mail,
                  .address = account->email});
  }
  return {};
}

Result<std::size_t> tell(ledger::Writer& writer, const Sources& from,
                         const procedure::NotifyRequest& request) {
  std::vector<Recipient> to;
  if (!request.unit.empty()) TRY_VOID(add_duty(to, writer, from, request));
  TRY_VOID(add_accounts(to, from.accounts, request));
  if (!request.reporter_email.empty())
    to.push_back({.name = request.reporter_email,
                  .channel = Channel::mail,
                  .address = request.reporter_email});
  for (auto& recipient : to)
    TRY_VOID(notify::queue(writer, "system",
                           {.id = {},
                            .template_name = request.template_name,
                            .case_id = request.case_id,
                            .reason = request.reason,
                            .to = std::move(recipient),
                            .values = request.values}));
  return to.size();
}

}  // namespace

procedure::Notifier tell_people(const registry::Registry& registry,
                                const access::Accounts& accounts, bool by_sms) {
  return [from = Sources{registry, accounts, by_sms}](ledger::Writer& writer,
                                                      const procedure::NotifyRequest& request) {
    return tell(writer, from, request);
  };
}

}  // namespace haidang::app
