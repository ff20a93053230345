// Findings for machines: a JSON line for each.
//
//   {"line":7,"file":"a.log","time":"…Z","host":"…","rule":{"id","title","level","tags"},
//    "reasons":[{"test","field","value"}],"event":{…}}
//
// time and host only where the event has them. The event is the record as it came if that is
// JSON, else an object of its fields (a field with several values is an array). A correlation
// stands at the event that completed it and has "correlation":{"type","group":{…},"value",
// "evidence":[{"line","file"}…]}; its event is {"line","file"}, for by then the record is gone.
// NdjsonForm never changes once made: share it between threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/recorder.hpp"
#include "watch/detect/correlate.hpp"
#include "watch/detect/rule_set.hpp"

namespace haidang::app {

struct NdjsonOptions {
  bool event = true;
  bool explain = false;
};

class NdjsonForm {
 public:
  NdjsonForm(std::shared_ptr<const detect::RuleSet> rules, const std::vector<std::string>& files,
             NdjsonOptions options);

  void append(std::string& out, const detect::Correlated& correlated) const;

  // --- for the recorder ---
  [[nodiscard]] const NdjsonOptions& options() const { return options_; }
  // {"line":7,"file":"a.log"
  void append_start(std::string& out, const detect::Origin& origin) const;
  // ,"rule":{…}
  [[nodiscard]] const std::string& rule(std::size_t index) const { return rule_texts_[index]; }

 private:
  std::shared_ptr<const detect::RuleSet> rules_;
  NdjsonOptions options_;
  std::vector<std::string> file_texts_;  // "a.log"
  std::vector<std::string> rule_texts_;  // correlations after the rules
};

std::unique_ptr<Recorder> make_ndjson_recorder(std::shared_ptr<const NdjsonForm> form);

// The event as one line of JSON.
void append_event(std::string& out, const event::Event& event, const event::Names& names);

}  // namespace haidang::app
