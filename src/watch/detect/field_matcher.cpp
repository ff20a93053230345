#include "watch/detect/field_matcher.hpp"

#include <algorithm>

#include <re2/filtered_re2.h>

#include "base/text.hpp"
#include "watch/detect/number.hpp"

namespace haidang::detect {

// RE2's own prefilter: literals ("atoms") one of which must be there before a regex can match.
struct FieldMatcher::Regexes {
  static constexpr int shortest_atom = 3;
  re2::FilteredRE2 filter{shortest_atom};
  std::vector<TestId> tests;  // by FilteredRE2's index
};

namespace {

bool ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

void sort_unique(std::vector<TestId>& ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
}

Where where_of(Shape shape) {
  switch (shape) {
    case Shape::equals: return Where::whole;
    case Shape::starts_with: return Where::start;
    case Shape::ends_with: return Where::end;
    case Shape::contains:
    case Shape::any:
    case Shape::general: return Where::anywhere;
  }
  return Where::anywhere;
}

}  // namespace

bool holds(Compare compare, double number, double than) {
  switch (compare) {
    case Compare::eq: return number == than;
    case Compare::neq: return number != than;
    case Compare::gt: return number > than;
    case Compare::gte: return number >= than;
    case Compare::lt: return number < than;
    case Compare::lte: return number <= than;
  }
  return false;
}

FieldMatcher::FieldMatcher() = default;
FieldMatcher::FieldMatcher(FieldMatcher&&) noexcept = default;
FieldMatcher& FieldMatcher::operator=(FieldMatcher&&) noexcept = default;
FieldMatcher::~FieldMatcher() = default;

void FieldMatcher::add(const Test& test, TestId id) {
  switch (test.op) {
    case Test::Op::pattern: return add_pattern(test, id);
    case Test::Op::regex: return add_regex(test, id);
    case Test::Op::cidr: return ranges_.push_back({Cidr::of_rule(test.text), id});
    case Test::Op::null: return on_null_.push_back(id);
    case Test::Op::exists: return exists_.push_back(id);
    case Test::Op::fieldref: return late_.push_back(id);
    case Test::Op::number:
      if (test.part != TimePart::none) return late_.push_back(id);
      return numbers_.push_back({test.compare, test.number, id});
  }
}

void FieldMatcher::add_pattern(const Test& test, TestId id) {
  const Pattern pattern = test.cased ? test.pattern : test.pattern.folded();
  const Shape shape = pattern.shape();
  LiteralSet& set = test.cased ? cased_ : folded_;
  if (shape == Shape::any) return any_.push_back(id);
  if (shape != Shape::general)
    return set.add(where_of(shape), pattern.literal(), coded(Role::test, id));
  if (pattern.literal().empty())
    return general_without_literal_.push_back({pattern, id, test.cased});
  set.add(Where::anywhere, pattern.literal(),
          coded(Role::general, static_cast<std::uint32_t>(general_.size())));
  general_.push_back({pattern, id, test.cased});
}

void FieldMatcher::add_regex(const Test& test, TestId id) {
  // RE2 folds atoms its own way outside ASCII; there we look late rather than miss.
  if (!ascii(test.text)) return late_.push_back(id);
  if (!regexes_) regexes_ = std::make_unique<Regexes>();
  re2::RE2::Options options;
  options.set_log_errors(false);
  int index = 0;
  if (regexes_->filter.Add(test.text, options, &index) == re2::RE2::NoError)
    regexes_->tests.push_back(id);
  else
    late_.push_back(id);
}

void FieldMatcher::build_regexes() {
  std::vector<std::string> atoms;
  regexes_->filter.Compile(&atoms);
  for (std::uint32_t i = 0; i < atoms.size(); ++i)
    folded_.add(Where::anywhere, atoms[i], coded(Role::atom, i));
  // Those that may match without any atom cannot be filtered: late.
  std::vector<int> always;
  regexes_->filter.AllPotentials({}, &always);
  for (const int i : always) {
    late_.push_back(regexes_->tests[static_cast<std::size_t>(i)]);
    regexes_->tests[static_cast<std::size_t>(i)] = ~TestId{0};
  }
}

void FieldMatcher::build() {
  if (regexes_) build_regexes();
  folded_.build();
  cased_.build();
  sort_unique(on_null_);
  sort_unique(late_);
  sort_unique(exists_);
}

void FieldMatcher::find(const event::Field& value, Scratch& scratch,
                        std::vector<TestId>& out) const {
  out.assign(exists_.begin(), exists_.end());
  if (value.kind == event::Kind::null) {
    out.insert(out.end(), on_null_.begin(), on_null_.end());
  } else {
    out.insert(out.end(), any_.begin(), any_.end());
    find_text(event::plain(value, scratch.plain), scratch, out);
  }
  sort_unique(out);
}

void FieldMatcher::find_text(std::string_view plain, Scratch& scratch,
                             std::vector<TestId>& out) const {
  text::casefold(plain, scratch.folded);
  scratch.atoms.clear();
  folded_.find(scratch.folded,
               [&](std::uint32_t code) { hit(code, scratch.folded, scratch, out); });
  if (!cased_.empty())
    cased_.find(plain, [&](std::uint32_t code) { hit(code, plain, scratch, out); });
  for (const auto& general : general_without_literal_)
    if (general.pattern.matches(general.cased ? plain : scratch.folded)) out.push_back(general.id);
  if (!scratch.atoms.empty()) find_regexes(plain, scratch, out);
  if (!ranges_.empty()) find_ranges(plain, out);
  if (!numbers_.empty()) find_numbers(plain, out);
}

void FieldMatcher::hit(std::uint32_t code, std::string_view text, Scratch& scratch,
                       std::vector<TestId>& out) const {
  const std::uint32_t index = code & 0x3FFFFFFFU;
  switch (static_cast<Role>(code >> 30)) {
    case Role::test: return out.push_back(index);
    case Role::atom: return scratch.atoms.push_back(static_cast<int>(index));
    case Role::general:
      if (general_[index].pattern.matches(text)) out.push_back(general_[index].id);
  }
}

void FieldMatcher::find_regexes(std::string_view plain, Scratch& scratch,
                                std::vector<TestId>& out) const {
  std::ranges::sort(scratch.atoms);
  scratch.atoms.erase(std::ranges::unique(scratch.atoms).begin(), scratch.atoms.end());
  regexes_->filter.AllPotentials(scratch.atoms, &scratch.regexes);
  for (const int i : scratch.regexes) {
    const TestId id = regexes_->tests[static_cast<std::size_t>(i)];
    if (id != ~TestId{0} && found(regexes_->filter.GetRE2(i), plain)) out.push_back(id);
  }
}

void FieldMatcher::find_ranges(std::string_view plain, std::vector<TestId>& out) const {
  const auto address = Address::parse(plain);
  if (!address) return;
  for (const auto& [cidr, id] : ranges_)
    if (cidr.holds(*address)) out.push_back(id);
}

void FieldMatcher::find_numbers(std::string_view plain, std::vector<TestId>& out) const {
  const auto number = number_of<double>(plain);
  if (!number) return;
  for (const auto& [compare, than, id] : numbers_)
    if (holds(compare, *number, than)) out.push_back(id);
}

}  // namespace haidang::detect
