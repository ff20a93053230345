#include "watch/ingest/text_lines.hpp"

#include <algorithm>
#include <array>

#include "watch/ingest/access_log.hpp"
#include "watch/ingest/auditd.hpp"
#include "watch/ingest/json_lines.hpp"
#include "watch/ingest/lines.hpp"
#include "watch/ingest/syslog.hpp"

namespace haidang::ingest {
namespace {

using event::Names;

constexpr std::array<ParseLine, 3> kinds{parse_syslog, parse_access, parse_web_error};
constexpr std::array<std::string_view, 5> audit_senders{"kernel", "audispd", "audisp-syslog",
                                                        "auditd", "audit"};

// Where an audit record may begin in what the kernel or audispd handed to syslog.
std::string_view carried_record(std::string_view message) {
  const std::size_t type = message.find("type=");
  const std::size_t node = message.find("node=");
  const std::size_t begin = std::min(type, node);
  return begin > 64 ? std::string_view{} : message.substr(begin);
}

class TextLines final : public Reader {
 public:
  explicit TextLines(AuditRecords records) : records_(records) {}

  void read(const Chunk& chunk, Names& names, Sink& sink) override {
    for_each_line(chunk, [&](std::string_view line, std::uint64_t number) {
      if (!is_blank(line)) this->line(line, number, names, sink);
    });
    if (records_ == AuditRecords::joined_within_chunk) joiner_.finish(names, sink);
  }
  void finish(Names& names, Sink& sink) override { joiner_.finish(names, sink); }
  [[nodiscard]] bool in_order() const override { return records_ == AuditRecords::joined; }

 private:
  void line(std::string_view line, std::uint64_t number, Names& names, Sink& sink) {
    if (line.front() == '{') return json_->read({line, number}, names, sink);
    if (bare_audit(line, number, names, sink)) return;
    if (!parse(line, names)) return sink.unreadable(number, "fits no kind of log that is known");
    if (carried_audit(line, number, names, sink)) return;
    event_.raw = line;
    event_.line = number;
    sink.event(event_);
  }

  bool bare_audit(std::string_view line, std::uint64_t number, Names& names, Sink& sink) {
    if (!line.starts_with("type=") && !line.starts_with("node=")) return false;
    const auto record = parse_audit(line);
    if (record) joiner_.add(*record, line, line, number, {}, names, sink);
    return record.has_value();
  }

  bool carried_audit(std::string_view line, std::uint64_t number, Names& names, Sink& sink) {
    if (kinds[last_] != parse_syslog || line.find("audit(") == std::string_view::npos) return false;
    const std::string_view program = value_of("program", names);
    if (std::ranges::find(audit_senders, program) == audit_senders.end()) return false;
    const std::string_view text = carried_record(value_of("message", names));
    const auto record = parse_audit(text);
    if (record) joiner_.add(*record, text, line, number, value_of("hostname", names), names, sink);
    return record.has_value();
  }

  bool parse(std::string_view line, Names& names) {
    for (std::size_t tried = 0; tried < kinds.size(); ++tried) {
      const std::size_t kind = (last_ + tried) % kinds.size();
      event_.clear();
      arena_.clear();
      Record record(event_, names, arena_);
      if (kinds[kind](line, record)) {
        last_ = kind;
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::string_view value_of(std::string_view name, const Names& names) const {
    for (const auto& field : event_.fields) {
      if (names.name(field.path) == name) return field.bytes();
    }
    return {};
  }

  AuditRecords records_;
  std::unique_ptr<Reader> json_ = make_json_lines();
  AuditJoiner joiner_;
  event::Event event_;
  Arena arena_;
  std::size_t last_ = 0;
};

}  // namespace

std::unique_ptr<Reader> make_text_lines(AuditRecords records) {
  return std::make_unique<TextLines>(records);
}

}  // namespace haidang::ingest
