#include "watch/detect/window_measure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace haidang::detect {
namespace {

using Type = Correlation::Type;

class EventCount final : public Measure {
 public:
  explicit EventCount(const Terms& /*terms*/) {}
  void add(const Moment& /*moment*/) override { ++count_; }
  void remove(const Moment& /*moment*/) override { --count_; }
  [[nodiscard]] double value(const Moment& /*newest*/) const override {
    return static_cast<double>(count_);
  }

 private:
  std::size_t count_ = 0;
};

class ValueCount final : public Measure {
 public:
  explicit ValueCount(const Terms& /*terms*/) {}
  void add(const Moment& moment) override {
    if (moment.text->second.inside++ == 0) ++different_;
  }
  void remove(const Moment& moment) override {
    if (--moment.text->second.inside == 0) --different_;
  }
  [[nodiscard]] double value(const Moment& /*newest*/) const override {
    return static_cast<double>(different_);
  }

 private:
  std::size_t different_ = 0;
};

// The share in per cent of the window that has the newest moment's text.
class Share final : public Measure {
 public:
  explicit Share(const Terms& /*terms*/) {}
  void add(const Moment& moment) override {
    ++moment.text->second.inside;
    ++count_;
  }
  void remove(const Moment& moment) override {
    --moment.text->second.inside;
    --count_;
  }
  [[nodiscard]] double value(const Moment& newest) const override {
    return 100.0 * newest.text->second.inside / static_cast<double>(count_);
  }

 private:
  std::size_t count_ = 0;
};

// Neumaier's compensated sum, in long double so that no two doubles overflow it; what rounding
// still gathers over many removals goes when the window has been replaced once.
class Sum : public Measure {
 public:
  explicit Sum(const Terms& /*terms*/) {}
  void add(const Moment& moment) override {
    ++count_;
    plus(moment.number);
  }
  void remove(const Moment& moment) override {
    --count_;
    ++removed_;
    plus(-moment.number);
  }
  [[nodiscard]] double value(const Moment& /*newest*/) const override {
    return static_cast<double>(total());
  }
  [[nodiscard]] bool worn() const override { return removed_ > count_ + 1024; }
  void begin_anew(std::span<const Moment> inside) override {
    sum_ = lost_ = 0;
    count_ = removed_ = 0;
    for (const auto& moment : inside) Sum::add(moment);
  }

 protected:
  [[nodiscard]] long double total() const { return sum_ + lost_; }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  void plus(long double number) {
    const long double sum = sum_ + number;
    lost_ += std::fabs(sum_) >= std::fabs(number) ? (sum_ - sum) + number : (number - sum) + sum_;
    sum_ = sum;
  }

  long double sum_ = 0;
  long double lost_ = 0;
  std::size_t count_ = 0;
  std::size_t removed_ = 0;
};

class Average final : public Sum {
 public:
  using Sum::Sum;
  [[nodiscard]] double value(const Moment& /*newest*/) const override {
    return static_cast<double>(total() / static_cast<long double>(count()));
  }
};

// Least and greatest. An ordered map and not a monotonic deque, because moments come late.
class Extremes : public Measure {
 public:
  explicit Extremes(const Terms& /*terms*/) {}
  void add(const Moment& moment) override { ++numbers_[moment.number]; }
  void remove(const Moment& moment) override {
    const auto found = numbers_.find(moment.number);
    if (--found->second == 0) numbers_.erase(found);
  }

 protected:
  [[nodiscard]] const std::map<double, std::uint32_t>& numbers() const { return numbers_; }

 private:
  std::map<double, std::uint32_t> numbers_;
};

class Least final : public Extremes {
 public:
  using Extremes::Extremes;
  [[nodiscard]] double value(const Moment& /*newest*/) const override {
    return numbers().begin()->first;
  }
};

class Greatest final : public Extremes {
 public:
  using Extremes::Extremes;
  [[nodiscard]] double value(const Moment& /*newest*/) const override {
    return numbers().rbegin()->first;
  }
};

// Nearest rank: the ceil(P·n/100)-th smallest stands at the end of `low_`.
class Percentile final : public Measure {
 public:
  explicit Percentile(const Terms& terms) : percent_(terms.percentile.value_or(100)) {}
  void add(const Moment& moment) override {
    (!low_.empty() && moment.number < *low_.rbegin() ? low_ : high_).insert(moment.number);
    balance();
  }
  void remove(const Moment& moment) override {
    auto& half = moment.number <= *low_.rbegin() ? low_ : high_;
    half.erase(half.find(moment.number));
    balance();
  }
  [[nodiscard]] double value(const Moment& /*newest*/) const override { return *low_.rbegin(); }

 private:
  void balance() {
    const auto count = low_.size() + high_.size();
    const auto rank = std::min(
        count,
        std::max<std::size_t>(
            1, static_cast<std::size_t>(std::ceil(percent_ * static_cast<double>(count) / 100))));
    while (low_.size() < rank) low_.insert(high_.extract(high_.begin()));
    while (low_.size() > rank) high_.insert(low_.extract(std::prev(low_.end())));
  }

  double percent_;
  std::multiset<double> low_;
  std::multiset<double> high_;
};

std::unique_ptr<Measure> percentile_or_share(const Terms& terms) {
  if (terms.percentile) return std::make_unique<Percentile>(terms);
  return std::make_unique<Share>(terms);
}

// How many of the rules were seen.
class Temporal final : public Measure {
 public:
  explicit Temporal(const Terms& terms) : seen_(terms.references, 0) {}
  void add(const Moment& moment) override {
    if (seen_[moment.at.reference]++ == 0) ++different_;
  }
  void remove(const Moment& moment) override {
    if (--seen_[moment.at.reference] == 0) --different_;
  }
  [[nodiscard]] double value(const Moment& /*newest*/) const override { return different_; }

 private:
  std::vector<std::uint32_t> seen_;
  std::uint32_t different_ = 0;
};

// The length of the longest chain of rules that were seen in the order of the references.
// Of all chains of one length that end with one rule only the one that began last is kept: it is
// inside the window as long as any is, so nothing needs to be removed.
class TemporalOrdered final : public Measure {
 public:
  explicit TemporalOrdered(const Terms& terms)
      : rules_(terms.references), timespan_(terms.timespan), begun_(std::size_t{rules_} * rules_) {}
  void add(const Moment& moment) override {
    const auto rule = moment.at.reference;
    for (std::uint32_t length = rule + 1; length > 1; --length)
      begun(length, rule) = std::max(begun(length, rule), latest(length - 1, rule));
    begun(1, rule) = moment.at.time;
  }
  void remove(const Moment& /*moment*/) override {}
  [[nodiscard]] double value(const Moment& newest) const override {
    for (std::uint32_t length = rules_; length > 1; --length) {
      const auto start = latest(length, rules_);
      if (start && newest.at.time - *start < timespan_) return length;
    }
    return 1;
  }
  [[nodiscard]] bool retracts() const override { return false; }
  void begin_anew(std::span<const Moment> inside) override {
    std::ranges::fill(begun_, std::nullopt);
    for (const auto& moment : inside) TemporalOrdered::add(moment);
  }

 private:
  using Start = std::optional<Time>;
  Start& begun(std::uint32_t length, std::uint32_t rule) {
    return begun_[std::size_t{length - 1} * rules_ + rule];
  }
  // Over all rules that stand before `rule`.
  [[nodiscard]] Start latest(std::uint32_t length, std::uint32_t rule) const {
    const auto row = std::span(begun_).subspan(std::size_t{length - 1} * rules_, rule);
    return row.empty() ? Start() : std::ranges::max(row);
  }

  std::uint32_t rules_;
  std::chrono::nanoseconds timespan_;
  std::vector<Start> begun_;
};

template <class M>
std::unique_ptr<Measure> make(const Terms& terms) {
  return std::make_unique<M>(terms);
}

struct Kind {
  Type type;
  Wanted wanted;
  std::unique_ptr<Measure> (*make)(const Terms&);
};
constexpr std::array kinds{
    Kind{Type::event_count, Wanted::nothing, make<EventCount>},
    Kind{Type::value_count, Wanted::text, make<ValueCount>},
    Kind{Type::temporal, Wanted::nothing, make<Temporal>},
    Kind{Type::temporal_ordered, Wanted::nothing, make<TemporalOrdered>},
    Kind{Type::value_sum, Wanted::number, make<Sum>},
    Kind{Type::value_avg, Wanted::number, make<Average>},
    Kind{Type::value_min, Wanted::number, make<Least>},
    Kind{Type::value_max, Wanted::number, make<Greatest>},
    Kind{Type::value_percentile, Wanted::number, percentile_or_share},
};
static_assert(std::ranges::is_sorted(kinds, {}, &Kind::type) && kinds.size() == 9);

const Kind& kind_of(Type type) { return kinds[static_cast<std::size_t>(type)]; }

}  // namespace

bool Terms::holds(double value) const {
  return bounds.empty() ? value >= references : meets(bounds, value);
}

Terms terms_of(const Correlation& correlation) {
  return {.type = correlation.type,
          .timespan = correlation.timespan,
          .bounds = correlation.bounds,
          .percentile = correlation.percentile,
          .references = static_cast<std::uint32_t>(correlation.references.size())};
}

Wanted wanted(const Terms& terms) {
  const bool share = terms.type == Type::value_percentile && !terms.percentile;
  return share ? Wanted::text : kind_of(terms.type).wanted;
}

std::unique_ptr<Measure> make_measure(const Terms& terms) {
  return kind_of(terms.type).make(terms);
}

}  // namespace haidang::detect
