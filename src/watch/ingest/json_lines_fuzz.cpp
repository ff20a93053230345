#include <cstdlib>
#include <string>

#include "watch/ingest/json_lines.hpp"

namespace {

// Touches every byte that an event promises.
class Touch final : public haidang::ingest::Sink {
 public:
  void event(const haidang::event::Event& event) override {
    std::string scratch;
    for (const auto& field : event.fields) sum_ += haidang::event::plain(field, scratch).size();
    for (const char c : event.raw) sum_ += static_cast<unsigned char>(c);
  }
  void unreadable(std::uint64_t line, std::string_view why) override {
    if (why.empty() || line == 0) std::abort();
  }

 private:
  std::size_t sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto reader = haidang::ingest::make_json_lines();
  std::string bytes(reinterpret_cast<const char*>(data), size);
  bytes.append(haidang::ingest::Chunk::padding, '\0');
  haidang::event::Names names;
  Touch touch;
  reader->read({std::string_view(bytes).substr(0, size), 1}, names, touch);
  return 0;
}
