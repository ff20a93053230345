// A procedure as the catalogue defines it: one YAML file, one kind of official work.
//
//   fields · regimes · parties · states · actions · clocks      (docs/formats/procedure.md)
//
// A definition is data only: the engine has no code for any one procedure. load() refuses, with
// file:line and the mend, what is not sound: an unknown name of any sort, a state that cannot be
// reached or left, an action nobody may take, a clock without consequence or that nothing stops, a
// field required but never settable. Versioned: a running case keeps the version it began with.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang::procedure {

namespace json = boost::json;

struct Label {
  std::string vi;
  std::string en;
};

// --- Who ---------------------------------------------------------------------

// A party of a case: how its unit is found, and when it joins.
struct Party {
  enum class Source : std::uint8_t {
    subject,   // the unit the case is about
    role,      // the unit that holds a role of the directive when the case opens: `name`
    field,     // the unit or provider named by a field: `name`; joins when the field is set
    reporter,  // who opened it: a unit, or anyone by secret link
  };
  std::string name;
  Label label;
  Source source = Source::subject;
  std::string from{};      // the role or the field
  std::string joins_on{};  // an action; empty: from the start
};

// --- What a case holds ---------------------------------------------------------

struct Field {
  std::string name;
  Label label;
  json::object schema;                     // JSON Schema, draft 7, of the value
  std::map<std::string, Label> choices{};  // labels of an enum's values
  std::string refers_to{};                 // a kind of registry entry
  bool required = false;                   // to open
  bool secret = false;                     // never leaves in a notice
  std::vector<std::string> visible_to{};   // parties; empty: all
  Label help{};                            // shown beside the field; may be empty
};

// --- Conditions ------------------------------------------------------------------

// A closed language; absent fields fail their test. Lists hold all together. Guards see the fields
// as they would be after the action, and `done` does not count it yet; effects and clocks are
// judged when it has been done.
struct Condition {
  enum class Kind : std::uint8_t {
    all,            // every one of `of`
    any,            // one of `of`
    none,           // none of `of`
    field_in,       // field `name` has one of `values` (a list field: contains one)
    field_present,  // field `name` is set and not empty
    regime,         // the case's regime is one of `names`
    done,           // action `name` was taken, by party `party` where given
    state,          // the case is in one of `names`
    certified,      // provider in field `name` may repair, today, the kind of device in `other`
    critical,       // the unit named by field `name` (or the subject where empty) is critical
    other_person,   // who acts is not who took action `name` (four eyes)
    other_unit,     // who acts is of no unit that is party `name` (independence)
  };
  Kind kind = Kind::all;
  std::vector<Condition> of{};
  std::string name{};
  std::string other{};
  std::string party{};
  std::vector<std::string> names{};
  std::vector<json::value> values{};
};

struct Guard {
  Condition must;
  Label message;  // told to who is refused
};

// --- Effects: a closed set ---------------------------------------------------------

struct SetField {
  std::string field;
  json::value value;  // or "$now", "$actor", "$unit", "$today"
};
struct Notify {
  std::vector<std::string> parties;
  std::string template_name;
  enum class Chain : std::uint8_t { duty, next, watchers } chain = Chain::duty;
  // duty: step 0 of the unit's rota; next: the step after the last that was told (escalation)
};
struct OpenCase {
  std::string procedure;
  std::map<std::string, std::string> fields;  // its field <- this case's field
  std::string link = "follows";
  std::string subject{};  // the field naming the unit it is about; empty or unset: this case's
};
struct Go {
  std::string state;
};
struct Tell {  // hands a chosen set of fields to a party that does not see them otherwise
  std::string party;
  std::vector<std::string> fields;
};
struct RequireEvidence {  // the case cannot end before a document of this kind is attached
  std::string document;
};
struct Effect {
  std::variant<SetField, Notify, OpenCase, Go, Tell, RequireEvidence> what;
  std::optional<Condition> when{};
};

// --- States, actions, clocks --------------------------------------------------------

struct State {
  std::string name;
  Label label;
  bool initial = false;
  bool final = false;
};

struct Action {
  std::string name;
  Label label;
  std::vector<std::string> parties{};  // whose people may; empty: nobody (then only "public" opens)
  std::vector<std::string> roles{};    // of catalogue/access; empty: any role with case.act
  std::vector<std::string> from{};     // states
  std::string to{};                    // empty: stays
  std::vector<std::string> asks{};     // fields it may set
  std::vector<std::string> requires_{};  // fields that must be set after it
  std::vector<std::string> documents{};  // kinds of document that must come with it
  bool comment_required = false;
  bool once_per_party = false;  // an acknowledgement
  bool confirm = false;         // the console asks once more
  std::vector<Guard> guards{};
  std::vector<Effect> effects{};
  Label help{};  // shown before it is taken; may be empty
};

// How long; by regime where the law changed. Either calendar time or working days. A clock that
// runs is not started again; one that has no `due` for the case's regime does not start; where the
// field `counts_from` is not set it counts from the start.
struct Due {
  std::chrono::nanoseconds calendar{};
  std::uint32_t working_days = 0;
};
struct Clock {
  std::string name;
  Label label;
  std::string source{};                  // the article that sets it
  std::vector<std::string> starts_on{};  // actions, states, or "open"
  std::optional<Condition> when{};
  std::string counts_from{};            // a time field; empty: from the start
  std::map<std::string, Due> due;       // regime -> how long; "" is any regime
  std::vector<std::string> stops_on{};  // actions or states
  std::string stopped_by{};             // only when this party took the action
  std::vector<Effect> on_due{};
  std::optional<std::chrono::nanoseconds> repeat{};  // fires again after, until stopped …
  std::uint32_t most_repeats = 0;                    // … at most so often more
};

// A body of law in force for cases whose date lies in [from, to).
struct Regime {
  std::string name;
  Label label;
  std::string source;
  std::chrono::sys_days from{};
  std::optional<std::chrono::sys_days> to{};
};

struct DocumentKind {
  std::string name;
  Label label;
  std::vector<std::string> visible_to{};
};

struct Definition {
  std::string name;  // "incident"
  std::uint32_t version = 1;
  Label title;
  std::string summary_field;             // the field a list shows
  std::string number;                    // "SC-{year}-{n}": series of case numbers
  std::vector<std::string> clauses{};    // of the directive: "1.BC"
  std::string regime_date{};             // the time field that picks the regime; empty: the opening
  bool anyone_may_open = false;          // without account
  std::vector<std::string> opened_by{};  // roles; empty: any with case.open
  std::vector<Regime> regimes{};
  std::vector<Party> parties{};
  std::vector<Field> fields{};
  std::vector<DocumentKind> documents{};
  std::vector<State> states{};
  std::vector<Action> actions{};
  std::vector<Clock> clocks{};
  std::vector<Effect> on_open{};
  std::vector<std::string> open_asks{};  // fields it may be opened with; empty: all
  std::vector<Guard> open_guards{};      // `who` is who opens
  // While it holds the case takes no documents: content must not enter (state secrets).
  std::optional<Condition> no_documents_when{};
  std::string source_text;  // the file as it was: recorded in the ledger with its version

  [[nodiscard]] const Field* field(std::string_view name) const;
  [[nodiscard]] const Action* action(std::string_view name) const;
  [[nodiscard]] const State* state(std::string_view name) const;
  [[nodiscard]] const Party* party(std::string_view name) const;
  [[nodiscard]] const Clock* clock(std::string_view name) const;
  [[nodiscard]] const State& initial() const;
  // The regime for a date; null where the definition has none for it.
  [[nodiscard]] const Regime* regime(std::chrono::sys_days day) const;
};

// What a definition may name beside its own parts; for the soundness check.
struct Vocabulary {
  std::vector<std::string> access_roles;
  std::vector<std::string> directive_roles;  // "police", "ict", "committee" …
  std::vector<std::string> registry_kinds;
  std::vector<std::string> notice_templates;
  std::vector<std::string> procedures;                                // all being loaded together
  std::map<std::string, std::vector<std::string>> template_values{};  // template -> its values
};
// Read from access/roles.yml, registry/{roles,kinds}.yml, notices/*.yml and the names of
// procedures/*.yml below `catalogue`.
Result<Vocabulary> read_vocabulary(const std::filesystem::path& catalogue);

// One file's text. All problems at once where it can.
struct Parsed {
  std::optional<Definition> definition;
  std::vector<Error> problems;
};
Parsed parse_definition(std::string_view yaml, std::string_view file, const Vocabulary& known);

struct Catalogue {
  std::vector<Definition> definitions;
  std::vector<Error> problems;
};
// Every *.yml of a directory; `known.procedures` is filled in from their names.
Result<Catalogue> load_definitions(const std::filesystem::path& dir, Vocabulary known);

}  // namespace haidang::procedure
