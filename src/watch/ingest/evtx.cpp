#include "watch/ingest/evtx.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "watch/ingest/binxml.hpp"
#include "watch/ingest/evtx_json.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t header_size = 4096;
constexpr std::size_t chunk_size = 64U << 10;
constexpr std::size_t first_record = 512;
constexpr std::size_t record_header = 24;  // magic, size, id, time
constexpr std::size_t smallest_record = record_header + 4;
constexpr std::string_view chunk_magic("ElfChnk\0", 8);
constexpr std::string_view record_magic("\x2A\x2A\0\0", 4);

std::uint32_t load32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool all_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

class Evtx final : public Reader {
 public:
  void read(const Chunk& block, event::Names& names, Sink& sink) override {
    std::string_view rest = block.bytes;
    while (!rest.empty()) {
      const std::size_t wanted = (header_seen_ ? chunk_size : header_size) - pending_.size();
      pending_.append(rest.substr(0, wanted));
      rest.remove_prefix(std::min(wanted, rest.size()));
      if (pending_.size() == (header_seen_ ? chunk_size : header_size)) unit(names, sink);
    }
  }

  void finish(event::Names& names, Sink& sink) override {
    if (pending_.empty()) return;
    if (header_seen_ && pending_.size() > first_record) chunk(pending_, names, sink);
    if (!all_zero(pending_)) sink.unreadable(record_, "the file ends inside a chunk");
    pending_.clear();
  }
  [[nodiscard]] bool in_order() const override { return true; }

 private:
  void unit(event::Names& names, Sink& sink) {
    if (header_seen_) chunk(pending_, names, sink);
    header_seen_ = true;
    pending_.clear();
  }

  void chunk(std::string_view bytes, event::Names& names, Sink& sink) {
    if (!bytes.starts_with(chunk_magic)) {
      if (!all_zero(bytes))
        sink.unreadable(record_, "64 KiB before this record are no chunk of events");
      return;
    }
    constexpr std::size_t free_space_at = 48;
    const std::size_t used = load32(bytes, free_space_at);
    const std::size_t end = used >= first_record ? std::min(used, bytes.size()) : bytes.size();
    tree_.set_chunk(bytes);
    for (std::size_t at = first_record; at + smallest_record <= end;) {
      const char* why = nullptr;
      const std::size_t size = size_of_record(bytes, at, end, why);
      if (why == nullptr) why = record(at, size, names, sink);
      if (why != nullptr) sink.unreadable(record_, why);
      ++record_;
      at = size > 0 ? at + size : next_record(bytes, at + 1, end);
    }
  }

  // 0 and the reason, if no whole record stands at `at`.
  static std::size_t size_of_record(std::string_view bytes, std::size_t at, std::size_t end,
                                    const char*& why) {
    if (bytes.substr(at, 4) != record_magic) {
      why = "the record does not begin as one";
      return 0;
    }
    const std::size_t size = load32(bytes, at + 4);
    if (size < smallest_record || size > end - at || load32(bytes, at + size - 4) != size) {
      why = "the record's size is wrong";
      return 0;
    }
    return size;
  }

  static std::size_t next_record(std::string_view bytes, std::size_t from, std::size_t end) {
    const std::size_t found = bytes.substr(0, end).find(record_magic, from);
    return found == std::string_view::npos ? end : found;
  }

  const char* record(std::size_t at, std::size_t size, event::Names& names, Sink& sink) {
    if (const char* why = tree_.parse(at + record_header, at + size - 4)) return why;
    event_.clear();
    write_event(tree_, json_, event_, names);
    event_.raw = json_;
    event_.line = record_;
    sink.event(event_);
    return nullptr;
  }

  bool header_seen_ = false;
  std::string pending_;
  std::uint64_t record_ = 1;
  BinXml tree_;
  std::string json_;
  event::Event event_;
};

}  // namespace

std::unique_ptr<Reader> make_evtx() { return std::make_unique<Evtx>(); }

}  // namespace haidang::ingest
