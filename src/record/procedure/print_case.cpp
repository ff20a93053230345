// The file of a case on paper.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

constexpr std::string_view style =
    "@page{size:A4;margin:20mm 15mm 20mm 25mm}"
    "body{font:11pt/1.4 Tinos,'Times New Roman',serif;color:#000;max-width:180mm;margin:auto}"
    "h1{font-size:15pt;text-align:center}h2{font-size:12pt;break-after:avoid}"
    "table{border-collapse:collapse;width:100%}tbody{break-inside:avoid}"
    "td,th{border:1px solid #555;padding:3pt 5pt;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere;white-space:pre-line}td:first-child{width:32%}"
    ".log td:first-child{width:6%}.log td:nth-child(2){width:20%}.log td:nth-child(3){width:28%}"
    "td.hash{width:auto;font:8pt monospace;color:#333}";

struct Words {
  std::string_view state, subject, opened, law, fields, parties, vacant, clocks, due, stopped,
      running, times, documents, history, act, at, who, what, hash, none, yes, no, system, late,
      anyone;
};
constexpr Words vietnamese{"Trạng thái",
                           "Đơn vị liên quan",
                           "Mở lúc",
                           "Chế độ pháp lý",
                           "Nội dung",
                           "Các bên",
                           "chưa xác định",
                           "Thời hạn",
                           "Đến hạn",
                           "đã dừng",
                           "đang tính",
                           "Số lần quá hạn",
                           "Tài liệu",
                           "Diễn biến",
                           "Số",
                           "Thời điểm",
                           "Người thực hiện",
                           "Nội dung ghi",
                           "Mã băm SHA-256",
                           "Không có",
                           "Có",
                           "Không",
                           "Hệ thống",
                           "Đến hạn",
                           "Người gửi, không có tài khoản"};
constexpr Words english{"State",
                        "Unit concerned",
                        "Opened",
                        "Law in force",
                        "Content",
                        "Parties",
                        "vacant",
                        "Clocks",
                        "Due",
                        "stopped",
                        "running",
                        "Times overdue",
                        "Documents",
                        "History",
                        "No.",
                        "Time",
                        "By",
                        "Entry",
                        "SHA-256",
                        "None",
                        "Yes",
                        "No",
                        "System",
                        "Term reached",
                        "Sender, without account"};

struct Entry {
  std::string_view kind, vi, en;
};
constexpr std::array entries{Entry{"case.opened", "Mở hồ sơ", "Case opened"},
                             Entry{"case.commented", "Ghi ý kiến", "Remark"},
                             Entry{"case.attached", "Đính kèm tài liệu", "Document attached"},
                             Entry{"case.linked", "Liên kết hồ sơ", "Case linked"},
                             Entry{"case.notified", "Gửi thông báo", "Notice sent"},
                             Entry{"case.watched", "Theo dõi hồ sơ", "Watching"}};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (const auto* list = value.if_array()) {
    std::string out;
    for (const auto& each : *list) out += (out.empty() ? "" : ", ") + plain(each);
    return out;
  }
  return value.is_null() ? "" : json::serialize(value);
}

std::string get(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value == nullptr ? "" : plain(*value);
}

// Writes one page; kept small by holding what every part needs.
class Page {
 public:
  Page(const Loaded& loaded, const json::object& view, std::string_view language)
      : loaded_(loaded), view_(view), vi_(language != "en"), words_(vi_ ? vietnamese : english) {}

  std::string write(const json::array& acts) {
    const auto title = escaped(say(loaded_.definition().title));
    const auto number = escaped(loaded_.it.number);
    out_ = fmt::format(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{} {}</title>"
        "<style>{}</style></head><body><h1>{}<br>{}</h1>",
        vi_ ? "vi" : "en", number, title, style, title, number);
    head();
    fields();
    parties();
    clocks();
    documents();
    history(acts);
    return out_ + "</body></html>";
  }

 private:
  [[nodiscard]] const std::string& say(const Label& label) const {
    return vi_ ? label.vi : label.en;
  }
  [[nodiscard]] std::string label(const json::object& from) const {
    const auto* both = from.if_contains("label");
    return both == nullptr ? "" : get(both->as_object(), vi_ ? "vi" : "en");
  }
  [[nodiscard]] std::string moment(std::string_view text) const {
    const auto time = parse_time(text);
    return time ? say(on_the_clock(*time)) : std::string(text);
  }
  [[nodiscard]] const json::array& list(std::string_view key) const {
    return view_.at(key).as_array();
  }
  void open(std::string_view heading, std::string_view kind = "") {
    out_ += fmt::format("<h2>{}</h2><table class=\"{}\">", escaped(heading), kind);
  }
  void close(bool empty) {
    if (empty) out_ += fmt::format("<tr><td>{}</td></tr>", words_.none);
    out_ += "</table>";
  }
  void cells(std::initializer_list<std::string_view> all) {
    out_ += "<tr>";
    for (const auto cell : all) out_ += "<td>" + escaped(cell) + "</td>";
    out_ += "</tr>";
  }
  void row(std::initializer_list<std::string_view> all) {
    out_ += "<tbody>";
    cells(all);
    out_ += "</tbody>";
  }
  // A row and, below it on the same page, the hash that proves it.
  void proved(std::initializer_list<std::string_view> all, std::string_view hash) {
    out_ += "<tbody>";
    cells(all);
    out_ += fmt::format("<tr><td colspan=\"{}\" class=\"hash\">{}: {}</td></tr></tbody>",
                        all.size(), words_.hash, escaped(hash));
  }

  void head() {
    const auto* regime = known_regime();
    out_ += "<table>";
    row({words_.state, label(view_.at("state").as_object())});
    row({words_.subject, get(view_, "subject_name")});
    row({words_.opened, moment(get(view_, "opened_at"))});
    if (regime != nullptr) row({words_.law, say(regime->label) + " (" + regime->source + ")"});
    out_ += "</table>";
  }
  [[nodiscard]] const Regime* known_regime() const {
    const auto& all = loaded_.definition().regimes;
    const auto at = std::ranges::find(all, loaded_.it.regime, &Regime::name);
    return at == all.end() ? nullptr : &*at;
  }

  [[nodiscard]] std::string shown(const Field& field, const json::value& value) const {
    if (const auto* items = value.if_array()) {
      std::string out;
      for (const auto& each : *items) out += (out.empty() ? "" : ", ") + shown(field, each);
      return out;
    }
    if (const auto* truth = value.if_bool()) return std::string(*truth ? words_.yes : words_.no);
    const auto text = plain(value);
    const auto chosen = field.choices.find(text);
    if (chosen != field.choices.end()) return say(chosen->second);
    if (!field.refers_to.empty()) return referred(field.name, text);
    const auto* format = field.schema.if_contains("format");
    return format != nullptr && *format == "date-time" ? moment(text) : text;
  }
  [[nodiscard]] std::string referred(std::string_view field, const std::string& id) const {
    const auto* names = view_.at("references").as_object().if_contains(field);
    const auto name = names == nullptr ? "" : get(names->as_object(), id);
    return name.empty() || name == id ? id : fmt::format("{} ({})", name, id);
  }
  void fields() {
    const auto& visible = view_.at("fields").as_object();
    open(words_.fields);
    for (const auto& field : loaded_.definition().fields)
      if (const auto* value = visible.if_contains(field.name))
        row({say(field.label), shown(field, *value)});
    close(visible.empty());
  }
  void parties() {
    open(words_.parties);
    for (const auto& each : list("parties")) {
      const auto& party = each.as_object();
      const auto unit = get(party, "unit_name");
      row({label(party), unit.empty() ? words_.vacant : std::string_view(unit)});
    }
    close(list("parties").empty());
  }
  void clocks() {
    open(words_.clocks);
    for (const auto& each : list("clocks")) {
      const auto& clock = each.as_object();
      row({label(clock), fmt::format("{}: {}", words_.due, moment(get(clock, "due"))),
           clock.at("running").as_bool() ? words_.running : words_.stopped,
           fmt::format("{}: {}", words_.times, get(clock, "fired"))});
    }
    close(list("clocks").empty());
  }
  [[nodiscard]] std::string kind_label(const std::string& name) const {
    const auto& kinds = loaded_.definition().documents;
    const auto at = std::ranges::find(kinds, name, &DocumentKind::name);
    return at == kinds.end() ? name : say(at->label);
  }
  void documents() {
    open(words_.documents);
    for (const auto& each : list("documents")) {
      const auto& paper = each.as_object();
      proved({kind_label(get(paper, "kind")), get(paper, "filename"), moment(get(paper, "at"))},
             get(paper, "sha256"));
    }
    close(list("documents").empty());
  }

  [[nodiscard]] std::string kind_of(const std::string& kind) const {
    const auto* known = std::ranges::find(entries, kind, &Entry::kind);
    if (known == entries.end()) return kind;
    return std::string(vi_ ? known->vi : known->en);
  }
  [[nodiscard]] std::string party_of(const json::object& body) const {
    const auto* party = loaded_.definition().party(get(body, "party"));
    return party == nullptr ? "" : say(party->label);
  }
  // What an act says, in the definition's words where it has them.
  [[nodiscard]] std::string entry(const json::object& act) const {
    const auto& body = act.at("body").as_object();
    const auto kind = get(act, "kind");
    std::string out = kind_of(kind);
    if (const auto* action = loaded_.definition().action(get(body, "action")))
      out = say(action->label);
    if (const auto* clock = loaded_.definition().clock(get(body, "clock")))
      out = fmt::format("{}: {} · {}", words_.late, say(clock->label), get(body, "n"));
    if (const auto told = party_of(body); kind == "case.notified" && !told.empty())
      out += ": " + told;
    if (const auto comment = get(body, "comment"); !comment.empty()) out += ": " + comment;
    return out;
  }
  [[nodiscard]] std::string unit_name(const std::string& unit) const {
    for (const auto& party : list("parties"))
      if (get(party.as_object(), "unit") == unit) return get(party.as_object(), "unit_name");
    return unit;
  }
  [[nodiscard]] std::string who(const json::object& act) const {
    const auto actor = get(act, "actor");
    const auto unit = get(act, "unit");
    if (actor == "system") return std::string(words_.system);
    if (actor == public_account) return std::string(words_.anyone);
    return unit.empty() ? actor : fmt::format("{}\n{}", actor, unit_name(unit));
  }
  void history(const json::array& acts) {
    open(words_.history, "log");
    out_ += fmt::format("<thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead>",
                        words_.act, words_.at, words_.who, words_.what);
    for (const auto& each : acts) {
      const auto& act = each.as_object();
      proved({get(act, "seq"), moment(get(act, "at")), who(act), entry(act)}, get(act, "hash"));
    }
    close(acts.empty());
  }

  const Loaded& loaded_;
  const json::object& view_;
  bool vi_;
  const Words& words_;
  std::string out_{};
};

}  // namespace

std::string print_case(const Loaded& loaded, const json::object& view, const json::array& acts,
                       std::string_view language) {
  return Page(loaded, view, language).write(acts);
}

}  // namespace haidang::procedure
