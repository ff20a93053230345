#include "watch/detect/matcher.hpp"

#include <algorithm>
#include <iterator>

namespace haidang::detect {

using event::Event;
using event::Field;
using event::PathId;

namespace {

// Readers that name their dataset and those that do not never share a shape.
std::uint64_t dataset_seed(std::string_view dataset) {
  return dataset.empty() ? 0 : hash64(dataset);
}

}  // namespace

Matcher::Matcher(std::shared_ptr<const Engine> engine, Options options)
    : engine_(std::move(engine)),
      options_(std::move(options)),
      evaluator_(options_.clock, options_.reference, engine_->regexes()) {
  routes_.resize(engine_->mappings().datasets().size());
  values_.resize(2 * engine_->fields());
  truth_.assign(engine_->tests(), false);
  looked_at_.assign(engine_->rules().rules.size(), false);
  verdicts_.emplace_back();  // 0: nothing holds
  values_of_ = [this](std::string_view sigma, Values& out) {
    if (sigma.empty()) out.insert(out.end(), event_->fields.begin(), event_->fields.end());
    if (sigma.empty()) return;
    for (const std::uint32_t at : positions_of(sigma)) out.push_back(event_->fields[at]);
  };
}

Matcher::~Matcher() = default;

const std::vector<RuleIndex>& Matcher::match(const Event& event, event::Names& names) {
  names_ = &names;
  ++stats_.events;
  forget_if_full();
  shape_ = shape_of(event);
  plan_ = &plan_of(event, shape_);
  event_ = &event;
  if (!plan_->key.extractions.empty()) extend(event);
  matched_.clear();
  if (plan_->slots.empty()) return matched_;
  if (event_ != &event) shape_ = shape_of(*event_);
  collect(*event_, shape_, *plan_);
  const Outcome& found = outcome(*plan_);
  matched_ = found.yes;
  if (!found.maybe.empty()) settle_late(found.maybe);
  return matched_;
}

// What the verdicts leave open: the late tests are put to the event, the rest is known.
void Matcher::settle_late(const std::vector<RuleIndex>& maybe) {
  set_truth(*plan_, true);
  for (const RuleIndex rule : maybe) {
    ++stats_.late;
    const auto late = engine_->late_of(rule);
    for (const auto& [id, own] : late)
      truth_[id] = late_holds(engine_->rules().rules[rule].tests[own], id);
    if (engine_->evaluate(rule, truth_, true) == Truth::yes) matched_.push_back(rule);
    for (const auto& [id, own] : late) truth_[id] = false;
  }
  set_truth(*plan_, false);
  std::ranges::sort(matched_);
}

bool Matcher::late_holds(const Test& test, TestId id) {
  if (test.op != Test::Op::regex || test.field.empty()) return evaluator_.matches(test, values_of_);
  late_values_.clear();
  values_of_(test.field, late_values_);
  return std::ranges::any_of(late_values_, [&](const Field& value) {
    return value.kind != event::Kind::null && remembered_regex(test, id, value);
  });
}

bool Matcher::remembered_regex(const Test& test, TestId id, const Field& value) {
  const auto ask_now = [&] {
    return evaluator_.value_matches(test, event::plain(value, scratch_.plain), values_of_);
  };
  if (!remembered(value)) return ask_now();
  Memo& own = late_[id][value.kind == event::Kind::json_string ? 1 : 0];
  const auto hash = hash64(value.bytes());
  const auto known = own.find(hash, value.bytes());
  if (known != Memo::missing) return known == 1;
  const bool holds = ask_now();
  own.insert(hash, value.bytes(), holds ? 1 : 0);
  return holds;
}

void Matcher::set_truth(const Plan& plan, bool holds) {
  for (const Verdict present : plan.present)
    for (const TestId test : verdicts_[present]) truth_[test] = holds;
}

// --- which dataset, which plan -----------------------------------------------------------------

std::uint32_t Matcher::shape_of(const Event& event) {
  paths_.clear();
  for (const auto& field : event.fields) paths_.push_back(field.path);
  const std::string_view key(reinterpret_cast<const char*>(paths_.data()),
                             paths_.size() * sizeof(PathId));
  const auto hash = hash64(key, dataset_seed(event.dataset));
  if (const auto known = shape_ids_.find(hash, key); known != Memo::missing) [[likely]]
    return known;
  if (shapes_.size() >= most_shapes) forget_names();
  const auto fresh = static_cast<std::uint32_t>(shapes_.size());
  shapes_.push_back(make_shape(event));
  shape_ids_.insert(hash, key, fresh);
  return fresh;
}

Matcher::Plan& Matcher::plan_of(const Event& event, std::uint32_t shape) {
  const std::uint32_t dataset = shapes_[shape].dataset;
  const auto key = routing_key(event, shapes_[shape]);
  const auto hash = hash64(key);
  Memo& route = routes_[dataset];
  std::uint32_t plan = route.find(hash, key);
  if (plan == Memo::missing) {
    plan = make_plan(dataset);
    route.insert(hash, key, plan);
  }
  return *plans_[plan];
}

// The values of the fields that decide where this event belongs, in one piece.
std::string_view Matcher::routing_key(const Event& event, const Shape& shape) {
  routing_values_.fill(nullptr);
  for (const auto& [at, slot] : shape.routing) routing_values_[slot] = &event.fields[at];
  key_.clear();
  for (const Field* value : routing_values_) {
    // Length and kind first, so that no value can pass for two.
    const std::uint64_t head = value == nullptr ? 0
                                                : std::uint64_t{value->size} << 8 | 1U |
                                                      static_cast<unsigned>(value->kind) << 1;
    key_.append(reinterpret_cast<const char*>(&head), sizeof head);
    if (value != nullptr) key_.append(value->bytes());
  }
  return key_;
}

// sshd and others say who and from where only in their text.
void Matcher::extend(const Event& event) {
  extended_ = event;
  extracted_texts_.clear();
  const Dataset& own = engine_->mappings().datasets()[plan_->key.dataset];
  for (const std::uint32_t i : plan_->key.extractions) {
    const auto& from = positions_of(own.extractions[i].from);
    if (!from.empty()) extract(own.extractions[i], event.fields[from.front()]);
  }
  event_ = &extended_;
}

void Matcher::extract(const Extraction& extraction, const Field& from) {
  const std::string_view text = event::plain(from, extracted_texts_.emplace_back());
  std::array<re2::StringPiece, 16> groups;
  const int wanted = static_cast<int>(std::min(extraction.names.size() + 1, groups.size()));
  if (!extraction.pattern->Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED,
                                 groups.data(), wanted))
    return;
  for (std::size_t i = 0; i < extraction.names.size(); ++i) {
    const auto& group = groups[i + 1];
    if (group.data() == nullptr) continue;
    extended_.add(names_->child(event::Names::root, extraction.names[i]),
                  {group.data(), group.size()});
  }
}

// --- verdicts ----------------------------------------------------------------------------------

void Matcher::collect(const Event& event, std::uint32_t shape, Plan& plan) {
  if (plan.uses.size() <= shape) plan.uses.resize(shapes_.size());
  auto& uses = plan.uses[shape];
  if (!uses) uses = uses_of(event, plan);
  plan.present.assign(plan.slots.size(), absent);
  for (Use& use : *uses) {
    Verdict& present = plan.present[use.slot];
    const Verdict own = verdict(use, event.fields[use.at]);
    present = present == absent ? own : join(present, own);
  }
  if (!plan.keywords.empty()) collect_keywords(event, plan);
  for (std::size_t i = 0; i < plan.present.size(); ++i)
    if (plan.present[i] == absent) plan.present[i] = plan.on_absence[i];
}

void Matcher::collect_keywords(const Event& event, Plan& plan) {
  if (event.in_place && !plan.needles->perhaps_in(event.raw)) return;
  for (const auto& [slot, keyword] : plan.keywords) {
    Use use{.at = 0, .slot = slot, .field = keyword};
    Verdict& present = plan.present[slot];
    for (const auto& field : event.fields) {
      const Verdict own = verdict(use, field);
      present = present == absent ? own : join(present, own);
    }
  }
}

bool Matcher::remembered(const Field& value) {
  return value.size <= longest_remembered && value.kind != event::Kind::null;
}

// The same bytes mean one thing with JSON's escapes and another without: two tables a field.
Memo& Matcher::memo_of(FieldId field, const Field& value) {
  return values_[2 * field + (value.kind == event::Kind::json_string ? 1 : 0)];
}

Matcher::Verdict Matcher::verdict(Use& use, const Field& value) {
  ++stats_.values;
  if (!remembered(value)) return ask(use.field, value);
  if (use.last_kind == value.kind && same_bytes(use.last, value.bytes())) return use.last_verdict;
  Memo& own = memo_of(use.field, value);
  const auto hash = hash64(value.bytes());
  auto [known, kept] = own.find_kept(hash, value.bytes());
  if (known == Memo::missing) [[unlikely]] {
    ++stats_.value_misses;
    known = ask(use.field, value);
    kept = own.insert(hash, value.bytes(), known);
  }
  use.last = {kept, value.size};
  use.last_kind = value.kind;
  use.last_verdict = known;
  return known;
}

Matcher::Verdict Matcher::ask(FieldId field, const Field& value) {
  engine_->matcher(field).find(value, scratch_, found_);
  return intern(found_);
}

Matcher::Verdict Matcher::intern(const std::vector<TestId>& tests) {
  if (tests.empty()) return 0;
  const std::string_view key(reinterpret_cast<const char*>(tests.data()),
                             tests.size() * sizeof(TestId));
  const auto hash = hash64(key);
  if (const auto known = verdict_ids_.find(hash, key); known != Memo::missing) return known;
  const auto fresh = static_cast<Verdict>(verdicts_.size());
  verdicts_.push_back(tests);
  verdict_ids_.insert(hash, key, fresh);
  return fresh;
}

// Several values of one field: what holds for any of them holds.
Matcher::Verdict Matcher::join(Verdict one, Verdict other) {
  if (one == other || other == 0) return one;
  if (one == 0) return other;
  std::vector<TestId> both;
  std::ranges::set_union(verdicts_[one], verdicts_[other], std::back_inserter(both));
  return intern(both);
}

const Matcher::Outcome& Matcher::outcome(Plan& plan) {
  const std::string_view key(reinterpret_cast<const char*>(plan.present.data()),
                             plan.present.size() * sizeof(Verdict));
  const auto hash = hash64(key);
  std::uint32_t known = plan.signatures.find(hash, key);
  if (known == Memo::missing) {
    ++stats_.signature_misses;
    known = static_cast<std::uint32_t>(plan.outcomes.size());
    plan.outcomes.push_back(evaluate(plan));
    plan.signatures.insert(hash, key, known);
  }
  return plan.outcomes[known];
}

Matcher::Outcome Matcher::evaluate(const Plan& plan) {
  Outcome outcome;
  std::vector<RuleIndex> candidates;
  const auto consider = [&](RuleIndex rule) {
    if (!plan.rules[rule] || looked_at_[rule]) return;
    looked_at_[rule] = true;
    candidates.push_back(rule);
  };
  set_truth(plan, true);
  for (const Verdict present : plan.present)
    for (const TestId test : verdicts_[present])
      for (const RuleIndex rule : engine_->anchored(test)) consider(rule);
  for (const RuleIndex rule : plan.unanchored) consider(rule);
  std::ranges::sort(candidates);
  for (const RuleIndex rule : candidates) {
    const Truth answer = engine_->evaluate(rule, truth_);
    if (answer == Truth::yes) outcome.yes.push_back(rule);
    if (answer == Truth::maybe) outcome.maybe.push_back(rule);
    looked_at_[rule] = false;
  }
  stats_.candidates += candidates.size();
  set_truth(plan, false);
  return outcome;
}

// --- memory ------------------------------------------------------------------------------------

void Matcher::forget_names() {
  shape_ids_.clear();
  shapes_.clear();
  for (auto& plan : plans_) {
    plan->uses.clear();
    plan->positions.clear();
  }
}

void Matcher::forget_if_full() {
  constexpr std::uint64_t look_every = 1024;
  if (stats_.events % look_every != 0) return;
  std::size_t bytes = verdict_ids_.bytes() * 2;
  for (const auto& memo : values_) bytes += memo.bytes();
  for (const auto& [id, memos] : late_) bytes += memos[0].bytes() + memos[1].bytes();
  for (const auto& route : routes_) bytes += route.bytes();
  for (const auto& plan : plans_) bytes += plan->signatures.bytes() * 2;
  if (bytes < options_.most_bytes) return;
  ++stats_.forgotten;
  for (auto& memo : values_) memo.clear();
  late_.clear();
  for (auto& route : routes_) route.clear();
  plans_.clear();
  plan_ids_.clear();
  verdict_ids_.clear();
  verdicts_.resize(1);
}

// --- about the last event ----------------------------------------------------------------------

const std::vector<std::uint32_t>& Matcher::positions_of(std::string_view sigma) const {
  auto& by_shape = plan_->positions;
  if (by_shape.size() <= shape_) by_shape.resize(shapes_.size());
  Positions& positions = by_shape[shape_];
  if (const auto known = positions.find(sigma); known != positions.end()) return known->second;
  const Dataset& own = engine_->mappings().datasets()[plan_->key.dataset];
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < event_->fields.size(); ++i) {
    const auto names = own.sigma_names(names_->name(event_->fields[i].path), plan_->key.held);
    if (std::ranges::find(names, sigma) != names.end()) found.push_back(i);
  }
  return positions.emplace(std::string(sigma), std::move(found)).first->second;
}

std::string_view Matcher::dataset() const {
  return engine_->mappings().datasets()[plan_->key.dataset].name;
}

std::vector<Logsource> Matcher::logsources() const {
  if (options_.logsource) return {*options_.logsource};
  std::vector<Logsource> found;
  found.reserve(plan_->key.held.size());
  for (const std::uint32_t i : plan_->key.held)
    found.push_back(engine_->mappings().datasets()[plan_->key.dataset].memberships[i].logsource);
  return found;
}

std::optional<std::string> Matcher::value(std::string_view sigma_field) const {
  for (const std::uint32_t at : positions_of(sigma_field)) {
    const Field& field = event_->fields[at];
    if (field.kind == event::Kind::null) continue;
    std::string scratch;
    return std::string(event::plain(field, scratch));
  }
  return {};
}

std::optional<Time> Matcher::time() const {
  const Dataset& own = engine_->mappings().datasets()[plan_->key.dataset];
  for (const auto& path : own.time)
    for (const auto& field : event_->fields) {
      if (names_->name(field.path) != path) continue;
      std::string scratch;
      const auto text = event::plain(field, scratch);
      if (const auto time = parse_time(text)) return *time;
      if (const auto time = parse_syslog_time(text, options_.reference, options_.clock))
        return *time;
    }
  return {};
}

std::string Matcher::host() const {
  for (const auto& name : engine_->mappings().datasets()[plan_->key.dataset].host)
    if (auto found = value(name)) return *found;
  return {};
}

std::vector<Reason> Matcher::explain(RuleIndex rule) {
  return evaluator_.explain(engine_->rules().rules[rule], values_of_);
}

}  // namespace haidang::detect
