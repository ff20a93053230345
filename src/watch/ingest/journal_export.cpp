#include "watch/ingest/journal_export.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "watch/ingest/record.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t most_fields = 4096;

struct Part {
  std::string_view name;
  std::string_view value;
};

enum class Step { field, end_of_entry, need_more, damaged };

// What stands at `at` of `bytes`; moves behind it.
Step next_part(std::string_view bytes, std::size_t& at, Part& part) {
  const std::size_t end = bytes.find('\n', at);
  if (end == std::string_view::npos) return Step::need_more;
  const std::string_view line = bytes.substr(at, end - at);
  if (line.empty()) return at = end + 1, Step::end_of_entry;
  const std::size_t equals = line.find('=');
  if (equals != std::string_view::npos) {
    part = {line.substr(0, equals), line.substr(equals + 1)};
    at = end + 1;
    return Step::field;
  }
  std::uint64_t size = 0;
  if (bytes.size() - (end + 1) < sizeof size) return Step::need_more;
  std::memcpy(&size, bytes.data() + end + 1, sizeof size);
  const std::size_t begin = end + 1 + sizeof size;
  if (size >= bytes.size() - begin) return Step::need_more;
  if (bytes[begin + size] != '\n') return Step::damaged;
  part = {line, bytes.substr(begin, size)};
  at = begin + size + 1;
  return Step::field;
}

class JournalExport final : public Reader {
 public:
  explicit JournalExport(std::size_t longest) : longest_(longest) {}

  void read(const Chunk& block, event::Names& names, Sink& sink) override {
    pending_.append(block.bytes);
    entries(names, sink);
  }
  // The last entry may lack its blank line.
  void finish(event::Names& names, Sink& sink) override {
    if (pending_.empty()) return;
    pending_ += "\n\n";
    entries(names, sink);
    if (!pending_.empty()) sink.unreadable(entry_, "the file ends inside this entry");
    pending_.clear();
  }
  [[nodiscard]] bool in_order() const override { return true; }

 private:
  void entries(event::Names& names, Sink& sink) {
    std::size_t begin = 0;
    while (begin < pending_.size()) {
      const std::size_t end = entry(begin, names, sink);
      if (end == begin) break;
      begin = end;
    }
    pending_.erase(0, begin);
    if (pending_.size() > longest_) give_up("the entry is longer than is allowed", sink);
  }

  // The end of the entry that begins there; `begin` itself, if it has not all come.
  std::size_t entry(std::size_t begin, event::Names& names, Sink& sink) {
    event_.clear();
    Arena none;
    Record record(event_, names, none);
    std::size_t at = begin;
    for (;;) {
      Part part;
      switch (next_part(pending_, at, part)) {
        case Step::need_more: return begin;
        case Step::damaged: return damaged(begin, sink);
        case Step::end_of_entry: return ended(begin, at, sink);
        case Step::field:
          if (record.size() < most_fields) record.add(part.name, part.value);
      }
    }
  }

  std::size_t ended(std::size_t begin, std::size_t end, Sink& sink) {
    if (event_.fields.empty()) return end;  // blank lines may be several
    if (skipping_) {
      skipping_ = false;
    } else {
      event_.raw = std::string_view(pending_).substr(begin, end - begin - 1);
      event_.line = entry_;
      sink.event(event_);
    }
    ++entry_;
    return end;
  }

  std::size_t damaged(std::size_t begin, Sink& sink) {
    sink.unreadable(entry_, "a field's size is wrong");
    const std::size_t blank = pending_.find("\n\n", begin);
    ++entry_;
    return blank == std::string::npos ? pending_.size() : blank + 2;
  }

  void give_up(std::string_view why, Sink& sink) {
    if (!skipping_) sink.unreadable(entry_, why);
    skipping_ = true;
    pending_.clear();
  }

  std::size_t longest_;
  std::string pending_;
  std::uint64_t entry_ = 1;
  bool skipping_ = false;
  event::Event event_;
};

}  // namespace

std::unique_ptr<Reader> make_journal_export(std::size_t longest) {
  return std::make_unique<JournalExport>(longest);
}
std::unique_ptr<Reader> make_journal_export() { return make_journal_export(16U << 20); }

}  // namespace haidang::ingest
