// The file of a case on paper.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "record/procedure/views.hpp"

namespace haidang::procedure {
namespace {

constexpr std::string_view style =
    "@page{size:A4;margin:20mm 15mm 20mm 25mm}"
    "body{font:11pt/1.4 Tinos,'Times New Roman',serif;color:#000;max-width:180mm;margin:auto}"
    "h1{font-size:15pt;text-align:center}h2{font-size:12pt;break-after:avoid}"
    "table{border-collapse:collapse;width:100%}tr{break-inside:avoid}"
    "td,th{border:1px solid #555;padding:3pt 5pt;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}.hash{font:8pt monospace}";

struct Words {
  std::string_view state, subject, opened, law, fields, parties, vacant, clocks, due, stopped,
      running, times, documents, history, act, at, who, what, hash, none;
};
constexpr Words vietnamese{
    "Trạng thái", "Đơn vị liên quan", "Mở lúc",       "Chế độ pháp lý", "Nội dung",
    "Các bên",    "chưa xác định",    "Thời hạn",     "Đến hạn",        "đã dừng",
    "đang tính",  "Số lần quá hạn",   "Tài liệu",     "Diễn biến",      "Số",
    "Thời điểm",  "Người thực hiện",  "Nội dung ghi", "Mã băm SHA-256", "Không có"};
constexpr Words english{"State",     "Unit concerned", "Opened",  "Law in force",
                        "Content",   "Parties",        "vacant",  "Clocks",
                        "Due",       "stopped",        "running", "Times overdue",
                        "Documents", "History",        "No.",     "Time",
                        "By",        "Entry",          "SHA-256", "None"};

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
  [[nodiscard]] static std::string moment(std::string_view text) {
    const auto time = parse_time(text);
    return time ? format_time(*time, Fraction::none, vietnam) : std::string(text);
  }
  [[nodiscard]] const json::array& list(std::string_view key) const {
    return view_.at(key).as_array();
  }
  void open(std::string_view heading) {
    out_ += fmt::format("<h2>{}</h2><table>", escaped(heading));
  }
  void close(bool empty) {
    if (empty) out_ += fmt::format("<tr><td>{}</td></tr>", words_.none);
    out_ += "</table>";
  }
  void row(std::initializer_list<std::string_view> cells) {
    out_ += "<tr>";
    for (const auto cell : cells) out_ += "<td>" + escaped(cell) + "</td>";
    out_ += "</tr>";
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
    const auto text = plain(value);
    const auto chosen = field.choices.find(text);
    return chosen == field.choices.end() ? text : say(chosen->second);
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
      const auto unit = get(party, "unit");
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
      row({kind_label(get(paper, "kind")), get(paper, "filename"), moment(get(paper, "at"))});
      out_ += fmt::format("<tr><td colspan=\"3\" class=\"hash\">{}: {}</td></tr>", words_.hash,
                          escaped(get(paper, "sha256")));
    }
    close(list("documents").empty());
  }

  // What an act says, in the definition's words where it has them.
  [[nodiscard]] std::string entry(const json::object& act) const {
    const auto& body = act.at("body").as_object();
    std::string out = get(act, "kind");
    if (const auto* action = loaded_.definition().action(get(body, "action")))
      out = say(action->label);
    if (const auto* clock = loaded_.definition().clock(get(body, "clock")))
      out = say(clock->label) + " · " + get(body, "n");
    if (const auto comment = get(body, "comment"); !comment.empty()) out += ": " + comment;
    return out;
  }
  void history(const json::array& acts) {
    open(words_.history);
    out_ += fmt::format("<tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>", words_.act,
                        words_.at, words_.who, words_.what);
    for (const auto& each : acts) {
      const auto& act = each.as_object();
      row({get(act, "seq"), moment(get(act, "at")), get(act, "actor") + " " + get(act, "unit"),
           entry(act)});
      out_ += fmt::format("<tr><td colspan=\"4\" class=\"hash\">{}: {}</td></tr>", words_.hash,
                          escaped(get(act, "hash")));
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
