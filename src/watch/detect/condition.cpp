#include "watch/detect/condition.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "watch/detect/ascii.hpp"
#include "watch/detect/number.hpp"
#include "watch/detect/pattern.hpp"

namespace haidang::detect {
namespace {

constexpr std::size_t most_bytes = 16'384;
constexpr int deepest = 64;
constexpr std::size_t most_choices = 5'000;  // ways to pick N of the selections

bool name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '*' ||
         c == '?' || c == '.';
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

Expr make(Expr::Kind kind, std::vector<Expr> items) {
  if (items.size() == 1 && kind != Expr::Kind::none) return std::move(items.front());
  return {.kind = kind, .test = 0, .items = std::move(items)};
}

class Parser {
 public:
  Parser(std::string_view text, const Selections& selections, const std::string& where)
      : text_(text), selections_(selections), where_(where) {}

  Result<Expr> read() {
    if (text_.size() > most_bytes) return refuse("the condition is too long");
    advance();
    TRY(Expr expr, any_of_all(0));
    if (token_ == "|")
      return refuse("aggregations behind '|' are not Sigma 2: write a correlation rule instead");
    if (!token_.empty()) return refuse(fmt::format("'{}' was not expected here", token_));
    return expr;
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(std::string what) const {
    return invalid(fmt::format("condition: {}", what), where_);
  }

  void advance() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const std::size_t start = at_;
    while (at_ < text_.size() && name_character(text_[at_])) ++at_;
    if (at_ == start && at_ < text_.size()) ++at_;
    token_ = text_.substr(start, at_ - start);
  }

  [[nodiscard]] bool next_is(std::string_view word) const { return lower(token_) == word; }

  Result<Expr> any_of_all(int depth) {
    std::vector<Expr> items;
    for (;;) {
      TRY(Expr item, all_of_terms(depth));
      items.push_back(std::move(item));
      if (!next_is("or")) return make(Expr::Kind::any, std::move(items));
      advance();
    }
  }

  Result<Expr> all_of_terms(int depth) {
    std::vector<Expr> items;
    for (;;) {
      TRY(Expr item, term(depth));
      items.push_back(std::move(item));
      if (!next_is("and")) return make(Expr::Kind::all, std::move(items));
      advance();
    }
  }

  Result<Expr> term(int depth) {
    if (depth > deepest) return refuse("nested too deep");
    if (next_is("not")) {
      advance();
      TRY(Expr inner, term(depth + 1));
      return Expr{.kind = Expr::Kind::none, .test = 0, .items = {std::move(inner)}};
    }
    if (token_ == "(") {
      advance();
      TRY(Expr inner, any_of_all(depth + 1));
      if (token_ != ")") return refuse("a ')' is missing");
      advance();
      return inner;
    }
    return name_or_quantifier();
  }

  Result<Expr> name_or_quantifier() {
    const std::string_view word = token_;
    if (word.empty()) return refuse("it ends where a selection was expected");
    advance();
    if (next_is("of")) {
      advance();
      return quantifier(lower(word));
    }
    const auto known = selections_.find(word);
    if (known == selections_.end()) return refuse(fmt::format("there is no selection '{}'", word));
    return known->second;
  }

  Result<Expr> quantifier(const std::string& count) {
    const std::string_view pattern = token_;
    TRY(auto chosen, selections_like(pattern));
    advance();
    if (count == "all") return make(Expr::Kind::all, std::move(chosen));
    if (count == "any" || count == "1") return make(Expr::Kind::any, std::move(chosen));
    const std::size_t wanted = number_of<std::size_t>(count).value_or(0);
    if (wanted == 0)
      return refuse(
          fmt::format("'{} of' is not understood: say '1 of', 'N of' or 'all of'", count));
    if (wanted > chosen.size())
      return refuse(fmt::format("'{} of {}' can never hold: only {} selections fit", wanted,
                                pattern, chosen.size()));
    return at_least(wanted, chosen);
  }

  Result<std::vector<Expr>> selections_like(std::string_view pattern) const {
    const bool them = lower(pattern) == "them";
    const auto like = Pattern::parse(pattern);
    std::vector<Expr> chosen;
    for (const auto& [name, expr] : selections_)
      if (them ? !name.starts_with('_') : like.matches(name)) chosen.push_back(expr);
    if (chosen.empty()) return refuse(fmt::format("no selection is called '{}'", pattern));
    return chosen;
  }

  // Any way to pick `wanted` of the selections; there are few selections, so few ways.
  Result<Expr> at_least(std::size_t wanted, const std::vector<Expr>& chosen) const {
    std::vector<bool> picked(chosen.size(), false);
    std::fill_n(picked.begin(), wanted, true);
    std::vector<Expr> ways;
    do {
      std::vector<Expr> all;
      for (std::size_t i = 0; i < chosen.size(); ++i)
        if (picked[i]) all.push_back(chosen[i]);
      ways.push_back(make(Expr::Kind::all, std::move(all)));
      if (ways.size() > most_choices)
        return refuse("'N of' has too many selections to choose from");
    } while (std::prev_permutation(picked.begin(), picked.end()));
    return make(Expr::Kind::any, std::move(ways));
  }

  std::string_view text_;
  const Selections& selections_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::string_view token_;
};

}  // namespace

Result<Expr> parse_condition(std::string_view condition, const Selections& selections,
                             const std::string& where) {
  return Parser(condition, selections, where).read();
}

}  // namespace haidang::detect
