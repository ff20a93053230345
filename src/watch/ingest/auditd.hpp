// Records of the Linux audit system; those of one event (same node, time and serial number) are
// joined into one.
//
//   type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e … exe="/bin/cat"
//   type=PATH    msg=audit(1364481363.243:24287): name="/etc/shadow"
//        └─ one event: type=SYSCALL type=PATH arch=… exe=… name=…
//
// Fields have their own names, one that comes in several records has several values; what stands
// in msg='…' and after the 0x1D of enriched logs counts too. Values auditd writes in hex
// (proctitle, arguments, names with spaces) are decoded. Added: timestamp, serial, node. Dataset
// "auditd". An event ends with its EOE, with the next event after its PROCTITLE, or when
// `most_open` others are open. Bounded: `most_open` events, `most_bytes` each.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "watch/ingest/reader.hpp"
#include "watch/ingest/record.hpp"

namespace haidang::ingest {

struct AuditRecord {
  std::string_view node;
  std::string_view type;  // by name, also where the kernel writes its number
  std::string_view time;
  std::string_view serial;
  std::string_view body;
};

// `text` from "node=", "type=" or "audit: type=" on.
std::optional<AuditRecord> parse_audit(std::string_view text);

class AuditJoiner {
 public:
  static constexpr std::size_t most_open = 32;
  static constexpr std::size_t most_bytes = 1U << 20;
  static constexpr std::size_t most_fields = 4096;

  // `text` is where the record begins in `line`; `host` is used where the record names no node.
  void add(const AuditRecord& record, std::string_view text, std::string_view line,
           std::uint64_t number, std::string_view host, event::Names& names, Sink& sink);
  void finish(event::Names& names, Sink& sink);

 private:
  struct Part {
    std::size_t begin;
    std::size_t size;
  };
  struct Open {
    std::string id;
    std::string node;
    std::string raw;
    std::vector<Part> parts;  // the records in raw
    std::uint64_t line = 0;
    bool is_syscall = false;
    bool is_last = false;  // PROCTITLE has come
  };

  Open* find(std::string_view id);
  void make_room(event::Names& names, Sink& sink);
  void emit(const Open& open, event::Names& names, Sink& sink);

  std::deque<Open> open_;
  event::Event event_;
  Arena arena_;
};

}  // namespace haidang::ingest
