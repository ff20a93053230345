#include "record/ledger/act.hpp"

#include <chrono>

#include <fmt/format.h>

namespace haidang::ledger {
namespace {

void append_field(std::string& out, std::string_view field) {
  fmt::format_to(std::back_inserter(out), "{}:", field.size());
  out += field;
  out += '\n';
}

void append_field(std::string& out, std::integral auto number) {
  append_field(out, fmt::format_int(number).c_str());
}

}  // namespace

Digest hash_of(const Act& act) {
  std::string bytes;
  bytes.reserve(act.canonical.size() + 256);
  bytes += "haidang act 1\n";
  append_field(bytes, act.seq);
  append_field(bytes,
               std::chrono::floor<std::chrono::microseconds>(act.at).time_since_epoch().count());
  append_field(bytes, act.actor);
  append_field(bytes, act.unit);
  append_field(bytes, act.case_id);
  append_field(bytes, act.kind);
  append_field(bytes, act.canonical);
  append_field(bytes, hex(act.previous));
  return sha256(bytes);
}

}  // namespace haidang::ledger
