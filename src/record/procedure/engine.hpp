// The engine that runs every procedure: cases, actions, clocks, who sees what.
//
//   open / act / comment / attach … -> checks in one transaction -> acts -> tables
//   due clocks -> act "clock.fired" exactly once -> effects
//
// Each act carries everything that followed from it (new state, values, parties, clocks with the
// times they are due), so the tables are made from acts without the definitions. Two people acting
// on one case at once: `based_on` is the case's version they saw; the second gets `conflict`.
// What a principal may not see is not_found, never denied: existence is not told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.hpp"
#include "record/access/policy.hpp"
#include "record/access/principal.hpp"
#include "record/ledger/documents.hpp"
#include "record/ledger/ledger.hpp"
#include "record/procedure/definition.hpp"
#include "record/registry/registry.hpp"

namespace haidang::procedure {

ledger::Projection projection();

// What the effect `notify` hands on: to a unit's people, or to watchers. Called inside the
// transaction; queues notices (app wires it to registry and notify). Returns how many were queued:
// 0 is recorded in the case as "nobody to tell", never silently.
struct NotifyRequest {
  std::string template_name;
  std::string case_id;
  std::string reason;                   // "opened", "acknowledge_police:2" …
  std::string unit{};                   // whom: this unit's people on duty …
  std::uint32_t chain_step = 0;         // … at this step of its chain
  std::vector<std::string> accounts{};  // or these
  std::string reporter_email{};         // or a reporter without account
  json::object values;                  // of fields that are not secret
};
using Notifier = std::function<Result<std::size_t>(ledger::Writer&, const NotifyRequest&)>;

struct Attachment {
  std::string kind;      // of DocumentKind
  std::string sha256;    // already in Documents
  std::string filename;  // as shown
};

struct OpenRequest {
  std::string procedure;
  std::string subject;  // the unit it is about; for anyone: may be empty
  json::object fields{};
  std::vector<Attachment> documents{};
  std::string idempotency_key{};  // the same key by the same account opens once
};
struct Opened {
  std::string case_id;
  std::string number;
  std::string secret{};  // for anyone: opens the reporter's view; told once
};

struct ActRequest {
  std::string case_id;
  std::string action;
  json::object fields{};
  std::vector<Attachment> documents{};
  std::string comment{};
  std::optional<std::uint64_t> based_on{};  // version seen
};

struct CaseFilter {
  std::optional<std::string> procedure{};
  std::optional<std::string> state{};
  std::optional<std::string> unit{};  // party
  std::optional<bool> open{};         // not in a final state
  std::optional<bool> overdue{};      // some clock has fired and not been stopped
  std::string text{};
  std::string after{};  // cursor of the last page
  std::size_t limit = 50;
};

class Engine {
 public:
  struct Parts {  // all outlive the engine
    ledger::Ledger& ledger;
    const registry::Registry& registry;
    const access::Policy& policy;
    const ledger::Documents& documents;
    const Calendar& calendar;
    Notifier notifier;
  };
  explicit Engine(Parts parts);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Records versions the ledger does not have yet ("procedure.defined"). A known version with
  // another text is refused: raise the version.
  Result<> publish(const std::vector<Definition>& definitions);
  // The newest version, as JSON for forms: labels, schemas, states, actions.
  Result<json::object> describe(std::string_view procedure) const;
  Result<json::array> describe_all(const access::Principal& who) const;

  Result<Opened> open(const access::Principal& who, const OpenRequest& request);
  Result<std::uint64_t> act(const access::Principal& who,
                            const ActRequest& request);  // new version
  Result<std::uint64_t> comment(const access::Principal& who, std::string_view case_id,
                                std::string text, std::vector<std::string> visible_to);
  Result<std::uint64_t> attach(const access::Principal& who, std::string_view case_id,
                               const Attachment& document);
  Result<std::uint64_t> link(const access::Principal& who, std::string_view case_id,
                             std::string_view other, std::string_view how);
  Result<std::uint64_t> watch(const access::Principal& who, std::string_view case_id, bool on);

  // {id, number, procedure, version, title, state, fields, parties, clocks, documents, links,
  //  watchers, actions: those `who` could take now}; only what `who` may see.
  Result<json::object> view(const access::Principal& who, std::string_view case_id) const;
  Result<json::object> view_by_secret(std::string_view number, std::string_view secret) const;
  Result<json::object> list(const access::Principal& who, const CaseFilter& filter) const;
  // Acts of the case that `who` may see, oldest first.
  Result<json::array> timeline(const access::Principal& who, std::string_view case_id) const;
  // The whole file of the case as `who` may see it: a page of HTML for A4, all in one, every text
  // escaped; `language` is "vi" or "en". With act numbers and hashes, so that it can be checked
  // against the ledger.
  Result<std::string> printable(const access::Principal& who, std::string_view case_id,
                                std::string_view language) const;
  // The words, in both languages, of the guard that refused `error` ("/guards/N") to an action of
  // this case, or to opening a procedure; nothing where no guard did.
  std::optional<Label> guard_words(std::string_view case_id, std::string_view action,
                                   const Error& error) const;
  std::optional<Label> open_guard_words(std::string_view procedure, const Error& error) const;
  // True where the case exists for `who`.
  Result<bool> may_see(const access::Principal& who, std::string_view case_id) const;
  // True where `who` may read this document of this case.
  Result<bool> may_read(const access::Principal& who, std::string_view case_id,
                        std::string_view sha256) const;

  // Fires what is due by the ledger's clock, as long as `go_on` (asked before each) says so; how
  // many fired. Safe to call again at any time.
  Result<std::size_t> fire_due(const std::function<bool()>& go_on = {});
  // When the next clock is due; nothing where none runs.
  Result<std::optional<Time>> next_due() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haidang::procedure
