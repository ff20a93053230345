// One thread's part: reads pieces, matches their events, records what matched.
//
// Owns all that matching touches (names, matcher, readers, buffer, batch), so nothing is shared
// between workers but what never changes. Its memory is bounded: names are begun anew when full.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "app/delivery.hpp"
#include "app/feed.hpp"
#include "app/pipeline.hpp"
#include "watch/detect/matcher.hpp"
#include "watch/event/names.hpp"
#include "watch/ingest/reader.hpp"

namespace haidang::app {

class Worker final : private ingest::Sink {
 public:
  Worker(const Work& work, const detect::Matcher::Options& matching, Delivery& delivery);

  // Pieces until there are none.
  void work(Feed& feed);
  // One file as it grows, until `stop`.
  void follow(std::uint32_t file, const std::atomic<bool>& stop);

 private:
  void event(const event::Event& event) override;
  void unreadable(std::uint64_t line, std::string_view why) override;

  void use_rules_in_force();
  void read_piece(const Piece& piece);
  void read_whole(Input& input, Ticket ticket);
  void read_chunk(ingest::Reader& reader);
  ingest::Reader& reader_for(ingest::Format format);
  void renew_names();
  void correlate(const event::Event& event, const std::vector<detect::RuleIndex>& rules);
  [[nodiscard]] detect::Occurrence occurrence(detect::RuleIndex rule, Time time,
                                              const event::Event& event) const;

  const Work& work_;
  Delivery& delivery_;
  detect::Matcher::Options matching_;
  std::shared_ptr<const Rulebook> rulebook_;
  std::unique_ptr<detect::Matcher> matcher_;
  std::unique_ptr<event::Names> names_ = std::make_unique<event::Names>();
  std::unique_ptr<Recorder> recorder_;
  std::map<ingest::Format, std::unique_ptr<ingest::Reader>>
      readers_;  // of records that stand alone
  ingest::Buffer buffer_;
  Batch batch_;
  std::uint32_t file_ = 0;
  std::vector<detect::RuleIndex> told_;
};

}  // namespace haidang::app
