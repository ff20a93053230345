// A small sound definition for tests to spoil.
#pragma once

#include <string>
#include <string_view>

#include "record/procedure/definition.hpp"

namespace haidang::procedure::trial {

constexpr std::string_view sound = R"(procedure: leave
version: 2
title: {vi: Nghỉ, en: Leave}
number: "NP-{year}-{n}"
summary: kind
regime_date: since
regimes:
  old: {label: {vi: Cũ, en: Old}, source: law 1, from: 2014-10-31, to: 2026-07-01}
  new: {label: {vi: Mới, en: New}, source: law 2, from: 2026-07-01}
parties:
  subject: {label: {vi: Đơn vị, en: Unit}, who: subject}
  police: {label: {vi: Công an, en: Police}, who: {role: police}}
fields:
  kind: {label: {vi: Loại, en: Kind}, required: true, choices: {short: {vi: Ngắn, en: Short}, long: {vi: Dài, en: Long}}}
  since: {label: {vi: Từ, en: Since}, type: time}
  reason: {label: {vi: Lý do, en: Reason}, secret: true}
  days: {label: {vi: Số ngày, en: Days}, type: whole_number, schema: {maximum: 30}}
  note: {label: {vi: Ghi chú, en: Note}, visible_to: [subject]}
documents:
  letter: {label: {vi: Đơn, en: Letter}}
states:
  asked: {label: {vi: Đã xin, en: Asked}, initial: true}
  held: {label: {vi: Tạm dừng, en: Held}}
  ended: {label: {vi: Đã xong, en: Ended}, final: true}
open:
  asks: [kind, since, reason, note]
actions:
  hold:
    label: {vi: Tạm dừng, en: Hold}
    parties: [police]
    from: [asked]
    to: held
    asks: [days]
  grant:
    label: {vi: Đồng ý, en: Grant}
    parties: [police]
    from: "*"
    to: ended
    requires: [days]
    guards:
      - must: {done: {action: hold, party: police}, field_in: {kind: [short]}}
        message: {vi: Chưa được, en: Not yet}
    effects:
      - set: {days: 3}
      - notify: {parties: [police], template: told}
        when: {regime: new}
clocks:
  answer:
    label: {vi: Hạn, en: Term}
    source: law 2
    starts_on: [open, held]
    counts_from: since
    due: {old: 5 working days, new: 1h30m}
    stops_on: [grant]
    stopped_by: police
    on_due:
      - notify: {parties: [police], template: told, chain: next}
    repeat: 15m
    most_repeats: 3
)";

inline Vocabulary words() {
  return {.access_roles = {"head", "officer"},
          .directive_roles = {"police", "ict"},
          .registry_kinds = {"unit", "provider", "system"},
          .notice_templates = {"told", "tells_reason", "tells_note", "tells_nothing"},
          .procedures = {"leave"},
          .template_values = {{"told", {"number", "kind", "link"}},
                              {"tells_reason", {"reason"}},
                              {"tells_note", {"note"}},
                              {"tells_nothing", {"numbr"}}}};
}

// The sound definition with one passage changed.
inline std::string spoiled(std::string_view passage, std::string_view by) {
  std::string text(sound);
  const auto at = text.find(passage);
  if (at == std::string::npos) return "no such passage";
  return text.replace(at, passage.size(), by);
}

}  // namespace haidang::procedure::trial
