#include "record/registry/profile.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "record/registry/catalogue_yaml.hpp"

namespace haidang::registry {
namespace {

// What one line of a profile wants.
struct Wanted {
  Entry entry;
  std::string place;  // file:line
};
struct Ending {
  std::string kind;
  std::string id;
  Day day;
  std::vector<std::string> successors;
  std::string place;
};
struct Profile {
  std::string name;
  std::string series;  // profiles of one series follow each other: a city's, as it changes
  Day from{};
  std::vector<Wanted> wanted;
  std::vector<Ending> endings;
};

Result<Day> day_in(const yaml::Node& node, std::string_view name, std::string_view file,
                   Day otherwise) {
  const auto* const day = node.find(name);
  if (day == nullptr) return otherwise;
  auto parsed = parse_day(day->text);
  if (!parsed) return invalid(parsed.error().what, yaml::place(file, *day));
  return parsed;
}

Result<> read_head(const yaml::Node& node, std::string_view file, Profile& profile) {
  constexpr std::string_view known[] = {"name", "series", "label", "valid_from", "source"};
  TRY_VOID(only_keys(node, known, file));
  TRY_VOID(label_of(node, file));
  profile.name = node.text_of("name");
  profile.series = node.text_of("series");
  if (profile.name.empty() || profile.series.empty() || node.find("valid_from") == nullptr) {
    return invalid("a profile has name, series and valid_from", yaml::place(file, node));
  }
  TRY(profile.from, day_in(node, "valid_from", file, {}));
  return {};
}

Result<Wanted> read_entry(const yaml::Node& node, const std::string& kind, std::string_view file,
                          const Profile& profile) {
  if (!node.is_mapping())
    return invalid("the fields of an entry stand here", yaml::place(file, node));
  Wanted wanted{.entry = {.kind = kind, .id = node.key, .unit = {}, .name = {}},
                .place = yaml::place(file, node)};
  TRY(wanted.entry.valid_from, day_in(node, "valid_from", file, profile.from));
  if (node.find("valid_to") != nullptr) {
    TRY(wanted.entry.valid_to, day_in(node, "valid_to", file, {}));
  }
  for (const auto& field : node.items) {
    if (field.key == "valid_from" || field.key == "valid_to") continue;
    wanted.entry.fields[field.key] = to_json(field);
  }
  return wanted;
}

Result<> read_endings(const yaml::Node& kinds, std::string_view file, Profile& profile) {
  constexpr std::string_view known[] = {"day", "successors"};
  for (const auto& kind : kinds.items) {
    for (const auto& node : kind.items) {
      TRY_VOID(only_keys(node, known, file));
      Ending ending{.kind = kind.key,
                    .id = node.key,
                    .day = {},
                    .successors = {},
                    .place = yaml::place(file, node)};
      TRY(ending.day, day_in(node, "day", file, profile.from));
      if (const auto* const next = node.find("successors")) ending.successors = next->texts();
      profile.endings.push_back(std::move(ending));
    }
  }
  return {};
}

Result<> read_part(const Kinds& kinds, const yaml::Node& part, std::string_view file,
                   Profile& profile) {
  if (part.key == "ended") return read_endings(part, file, profile);
  if (kinds.find(part.key) == nullptr) {
    return invalid(fmt::format("'{}' is neither a kind of the registry nor 'ended'", part.key),
                   yaml::place(file, part));
  }
  for (const auto& node : part.items) {
    TRY(auto wanted, read_entry(node, part.key, file, profile));
    profile.wanted.push_back(std::move(wanted));
  }
  return {};
}

// Entries in the order in which they may be put: kinds as kinds.yml declares them, since what is
// referred to stands above what refers to it, and within a kind a parent before what is below it.
class Order {
 public:
  Order(const Kinds& kinds, std::vector<Wanted> wanted)
      : kinds_(kinds), wanted_(std::move(wanted)), taken_(wanted_.size()) {
    for (std::size_t at = 0; at < wanted_.size(); ++at) {
      by_id_.emplace(std::pair(wanted_[at].entry.kind, wanted_[at].entry.id), at);
    }
  }

  std::vector<Wanted> ordered() {
    for (const auto& kind : kinds_.all()) {
      for (std::size_t at = 0; at < wanted_.size(); ++at) {
        if (wanted_[at].entry.kind == kind.name) take(kind, at);
      }
    }
    return std::move(out_);
  }

 private:
  // Those above it first, from the top; put() refuses those that go round in a ring.
  void take(const Kind& kind, std::size_t at) {
    std::vector<std::size_t> line;
    for (auto next = std::optional(at); next && !taken_[*next]; next = parent(kind, *next)) {
      taken_[*next] = true;
      line.push_back(*next);
    }
    for (; !line.empty(); line.pop_back()) out_.push_back(std::move(wanted_[line.back()]));
  }

  std::optional<std::size_t> parent(const Kind& kind, std::size_t at) const {
    const auto* const value = wanted_[at].entry.fields.if_contains(kind.parent_field);
    if (value == nullptr || !value->is_string()) return {};
    const auto found = by_id_.find({kind.name, std::string(value->as_string())});
    if (found == by_id_.end()) return {};
    return found->second;
  }

  const Kinds& kinds_;
  std::vector<Wanted> wanted_;
  std::vector<bool> taken_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_id_{};
  std::vector<Wanted> out_{};
};

Result<Profile> read_profile(const Kinds& kinds, const std::filesystem::path& dir) {
  Profile profile;
  TRY(const auto head, load_mapping(dir / "profile.yml"));
  TRY_VOID(read_head(head, (dir / "profile.yml").string(), profile));
  TRY(const auto files,
      list_files(dir, {.extensions = {".yml"}, .most_deep = 1, .most_files = 100}));
  for (const auto& file : files) {
    if (file.filename() == "profile.yml") continue;
    TRY(const auto root, load_mapping(file));
    for (const auto& part : root.items) TRY_VOID(read_part(kinds, part, file.string(), profile));
  }
  profile.wanted = Order(kinds, std::move(profile.wanted)).ordered();
  return profile;
}

// One profile being applied.
class Application {
 public:
  Application(const Registry& registry, ledger::Writer& writer, const By& by, Profile profile)
      : registry_(registry), writer_(writer), by_(by), profile_(std::move(profile)) {}

  Result<Applied> run();

 private:
  Result<bool> was_put(const Entry& entry);
  Result<> put(const Wanted& wanted);
  Result<> end_named(const Ending& ending);
  Result<> end_rest();
  Result<> end_at(const std::string& kind, const std::string& id, Day day);
  Result<> record_successors(const Ending& ending);
  Result<> refuse_past();

  const Registry& registry_;
  ledger::Writer& writer_;
  const By& by_;
  Profile profile_;
  Applied applied_{};
};

Error placed(Error error, const std::string& place) {
  error.where = error.where.empty() ? place : place + ": " + error.where;
  return error;
}

// True where the same already holds on its first day, or was put for that day before, even if it
// has been put right or ended since: what people changed after a profile is not undone by applying
// it again.
Result<bool> Application::was_put(const Entry& entry) {
  const auto past = registry_.history(writer_.sql(), entry.kind, entry.id);
  if (!past && past.error().kind == Error::Kind::not_found) return false;
  if (!past) return std::unexpected(past.error());
  return std::ranges::any_of(*past, [&](const Entry& version) {
    const bool holds = version.valid_from < entry.valid_from &&
                       (!version.valid_to || *version.valid_to > entry.valid_from);
    return (holds || version.valid_from == entry.valid_from) && version.fields == entry.fields;
  });
}

Result<> Application::put(const Wanted& wanted) {
  TRY(const bool same, was_put(wanted.entry));
  if (same) {
    ++applied_.same;
    return {};
  }
  if (applied_.put == 0) TRY_VOID(refuse_past());
  const auto done = registry_.put_from(writer_, by_, wanted.entry,
                                       {.series = profile_.series, .day = profile_.from});
  if (!done) return std::unexpected(placed(done.error(), wanted.place));
  ++applied_.put;
  return {};
}

// An older profile would end or cut what a newer one has put.
Result<> Application::refuse_past() {
  TRY(const auto later,
      writer_.sql().row("SELECT MAX(origin_day) FROM registry_entry WHERE origin = ?",
                        {profile_.series}));
  if (!later || later->is_null(0)) return {};
  const Day day{std::chrono::days{later->integer(0)}};
  if (day <= profile_.from) return {};
  return fail(
      Error::Kind::conflict,
      fmt::format("a profile of '{}' from {} is already applied; apply them in the order of "
                  "their days",
                  profile_.series, format_day(day)),
      profile_.name);
}

Result<> Application::end_at(const std::string& kind, const std::string& id, Day day) {
  TRY_VOID(registry_.end(writer_, by_, kind, id, day));
  ++applied_.ended;
  return {};
}

Result<> Application::record_successors(const Ending& ending) {
  TRY(const auto known, registry_.successors(writer_.sql(), ending.kind, ending.id));
  for (const auto& successor : ending.successors) {
    if (std::ranges::find(known, successor, &Registry::Successor::id) != known.end()) continue;
    const auto done =
        registry_.succeed(writer_, by_, ending.kind, ending.id, successor, ending.day);
    if (!done) return std::unexpected(placed(done.error(), ending.place));
  }
  return {};
}

// What the registry never had (the older profile was not applied) has nothing to end.
Result<> Application::end_named(const Ending& ending) {
  const auto past = registry_.history(writer_.sql(), ending.kind, ending.id);
  if (!past && past.error().kind == Error::Kind::not_found) return {};
  if (!past) return std::unexpected(past.error());
  const bool holds = std::ranges::any_of(*past, [&](const Entry& version) {
    return version.valid_from < ending.day && (!version.valid_to || *version.valid_to > ending.day);
  });
  if (holds) TRY_VOID(end_at(ending.kind, ending.id, ending.day));
  return record_successors(ending);
}

// What came with an earlier profile of the series, holds on the first day of this one, and is not
// in it.
Result<> Application::end_rest() {
  std::set<std::pair<std::string, std::string>> kept;
  for (const auto& wanted : profile_.wanted) kept.emplace(wanted.entry.kind, wanted.entry.id);
  const auto day = profile_.from.time_since_epoch().count();
  TRY(const auto rows,
      writer_.sql().rows(
          "SELECT kind, id FROM registry_entry WHERE origin = ? AND day_from < ? AND "
          "day_to > ? ORDER BY kind, id",
          {profile_.series, std::int64_t{day}, std::int64_t{day}}));
  for (const auto& row : rows) {
    if (kept.contains({row.text(0), row.text(1)})) continue;
    TRY_VOID(end_at(row.text(0), row.text(1), profile_.from));
  }
  return {};
}

Result<Applied> Application::run() {
  for (const auto& wanted : profile_.wanted) TRY_VOID(put(wanted));
  for (const auto& ending : profile_.endings) TRY_VOID(end_named(ending));
  TRY_VOID(end_rest());
  return applied_;
}

}  // namespace

Result<Applied> apply_profile(const Registry& registry, ledger::Writer& writer, const By& by,
                              const std::filesystem::path& profile) {
  TRY(auto read, read_profile(registry.kinds(), profile));
  if (read.wanted.empty()) return invalid("the profile has no entries", profile.string());
  return Application(registry, writer, by, std::move(read)).run();
}

}  // namespace haidang::registry
