#include "app/ndjson.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/time.hpp"

namespace haidang::app {
namespace {

using event::Field;
using event::Kind;

void append_member(std::string& out, std::string_view key, std::string_view value) {
  append_json_key(out, key);
  append_json_string(out, value);
}

std::string rule_text(const detect::Header& header) {
  std::string out = R"(,"rule":{)";
  append_member(out, "id", header.id);
  append_member(out, "title", header.title);
  append_member(out, "level", name_of(header.level));
  append_json_key(out, "tags");
  out += '[';
  for (const auto& tag : header.tags) {
    if (out.back() != '[') out += ',';
    append_json_string(out, tag);
  }
  return out += "]}";
}

void append_time(std::string& out, std::optional<Time> time) {
  if (!time) return;
  append_json_key(out, "time");
  out += '"';
  haidang::append_time(out, *time);
  out += '"';
}

void append_reasons(std::string& out, const std::vector<detect::Reason>& reasons) {
  append_json_key(out, "reasons");
  out += '[';
  for (const auto& reason : reasons) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_member(out, "test", reason.test);
    append_member(out, "field", reason.field);
    append_member(out, "value", reason.value);
    out += '}';
  }
  out += ']';
}

// -?(0|[1-9]d*)(.d+)?([eE][+-]?d+)?  (RFC 8259 §6)
bool is_json_number(std::string_view text) {
  const auto digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const auto skip = [&text](std::string_view any) {
    if (text.empty() || !any.contains(text.front())) return false;
    text.remove_prefix(1);
    return true;
  };
  skip("-");
  const bool leading_zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (skip(".") && digits() == 0) return false;
  if (skip("eE")) {
    skip("+-");
    if (digits() == 0) return false;
  }
  return text.empty();
}

void append_value(std::string& out, const Field& field) {
  const bool as_written = field.kind == Kind::boolean || field.kind == Kind::null ||
                          (field.kind == Kind::number && is_json_number(field.bytes()));
  if (as_written) {
    out += field.bytes();
  } else if (field.kind == Kind::json_string) {
    out.append(1, '"').append(field.bytes()).append(1, '"');
  } else {
    append_json_string(out, field.bytes());
  }
}

// Which fields share a path, in the order in which paths are met: as pairs of begin and end
// in the order made.
std::vector<std::vector<std::uint32_t>> by_path(const std::vector<Field>& fields) {
  std::vector<std::uint32_t> order(fields.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(fields[i].path, i); });
  std::vector<std::vector<std::uint32_t>> groups;
  for (const std::uint32_t i : order) {
    const bool same = !groups.empty() && fields[groups.back().front()].path == fields[i].path;
    if (!same) groups.emplace_back();
    groups.back().push_back(i);
  }
  std::ranges::sort(groups, {}, [](const auto& group) { return group.front(); });
  return groups;
}

void append_values(std::string& out, const std::vector<Field>& fields,
                   const std::vector<std::uint32_t>& which) {
  if (which.size() == 1) return append_value(out, fields[which.front()]);
  out += '[';
  for (const std::uint32_t i : which) {
    if (out.back() != '[') out += ',';
    append_value(out, fields[i]);
  }
  out += ']';
}

// Line ends between the parts of a JSON text are space; in strings they are escaped already.
void append_on_one_line(std::string& out, std::string_view json) {
  const std::size_t start = out.size();
  out += json;
  if (json.find_first_of("\r\n") == std::string_view::npos) return;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

class NdjsonRecorder final : public Recorder {
 public:
  explicit NdjsonRecorder(std::shared_ptr<const NdjsonForm> form) : form_(std::move(form)) {}

  void matched(const Matched& matched, Batch& batch) override {
    start(matched);
    end_.clear();
    if (form_->options().event) {
      end_ += R"(,"event":)";
      append_event(end_, matched.event, matched.names);
    }
    for (const auto rule : matched.rules) {
      batch.text.append(start_).append(form_->rule(rule));
      if (form_->options().explain) append_reasons(batch.text, matched.matcher.explain(rule));
      batch.text.append(end_).append("}\n");
    }
  }

 private:
  void start(const Matched& matched) {
    start_.clear();
    form_->append_start(start_, {matched.file, matched.event.line});
    append_time(start_, matched.matcher.time());
    if (const auto host = matched.matcher.host(); !host.empty())
      append_member(start_, "host", host);
  }

  std::shared_ptr<const NdjsonForm> form_;
  std::string start_;
  std::string end_;
};

}  // namespace

NdjsonForm::NdjsonForm(std::shared_ptr<const detect::RuleSet> rules,
                       const std::vector<std::string>& files, NdjsonOptions options)
    : rules_(std::move(rules)), options_(options) {
  for (const auto& file : files) append_json_string(file_texts_.emplace_back(), file);
  for (const auto& rule : rules_->rules) rule_texts_.push_back(rule_text(rule.header));
  for (const auto& correlation : rules_->correlations)
    rule_texts_.push_back(rule_text(correlation.header));
}

void NdjsonForm::append_start(std::string& out, const detect::Origin& origin) const {
  fmt::format_to(std::back_inserter(out), R"({{"line":{},"file":{})", origin.line,
                 file_texts_[origin.file]);
}

void NdjsonForm::append(std::string& out, const detect::Correlated& correlated) const {
  const auto& correlation = rules_->correlations[correlated.correlation];
  append_start(out, correlated.origin);
  append_time(out, correlated.time);
  out += rule_text(correlation.header);
  out += R"(,"correlation":{)";
  append_member(out, "type", name_of(correlation.type));
  append_json_key(out, "group");
  out += '{';
  for (const auto& [field, value] : correlated.group) append_member(out, field, value);
  out += '}';
  append_json_key(out, "value");
  out += std::isfinite(correlated.value) ? fmt::format("{}", correlated.value) : "null";
  append_json_key(out, "evidence");
  out += '[';
  for (const auto& origin : correlated.evidence) {
    if (out.back() != '[') out += ',';
    append_start(out, origin);
    out += '}';
  }
  out += "]}";
  if (options_.event) {
    out += R"(,"event":)";
    append_start(out, correlated.origin);
    out += '}';
  }
  out += "}\n";
}

void append_event(std::string& out, const event::Event& event, const event::Names& names) {
  if (event.in_place) return append_on_one_line(out, event.raw);
  out += '{';
  for (const auto& which : by_path(event.fields)) {
    append_json_key(out, names.name(event.fields[which.front()].path));
    append_values(out, event.fields, which);
  }
  out += '}';
}

std::unique_ptr<Recorder> make_ndjson_recorder(std::shared_ptr<const NdjsonForm> form) {
  return std::make_unique<NdjsonRecorder>(std::move(form));
}

}  // namespace haidang::app
