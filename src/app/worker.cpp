#include "app/worker.hpp"

#include <algorithm>

namespace haidang::app {

Worker::Worker(const Work& work, const detect::Matcher::Options& matching, Delivery& delivery)
    : work_(work), delivery_(delivery), matching_(matching) {
  use_rules_in_force();
}

// Between two batches only: each is of one rulebook.
void Worker::use_rules_in_force() {
  if (rulebook_ && rulebook_->number == work_.rules->number()) return;
  rulebook_ = work_.rules->rulebook();
  matcher_ = std::make_unique<detect::Matcher>(rulebook_->engine, matching_);
  recorder_ = rulebook_->make_recorder();
  batch_.rulebook = rulebook_->number;
}

void Worker::work(Feed& feed) {
  while (const auto piece = feed.next(buffer_)) {
    use_rules_in_force();
    if (piece->whole) {
      read_whole(*piece->input, piece->ticket);
    } else {
      read_piece(*piece);
    }
  }
}

void Worker::follow(std::uint32_t file, const std::atomic<bool>& stop) {
  const auto input = open_input(work_.files[file], &stop);
  if (input) return read_whole(**input, {.file = file});
  batch_.errors.push_back(input.error());
  delivery_.deliver({.file = file, .last = true}, batch_);
}

void Worker::read_piece(const Piece& piece) {
  file_ = piece.ticket.file;
  if (piece.error) batch_.errors.push_back(*piece.error);
  if (!piece.ticket.last) read_chunk(reader_for(piece.input->format));
  delivery_.deliver(piece.ticket, batch_);
}

void Worker::read_whole(Input& input, Ticket ticket) {
  file_ = ticket.file;
  const auto reader = ingest::make_reader(input.format);
  while (!delivery_.stopped()) {
    const auto more = input.source->next(buffer_);
    if (!more) batch_.errors.push_back(more.error());
    if (!more || !*more) break;
    use_rules_in_force();
    read_chunk(*reader);
    delivery_.deliver(ticket, batch_);
    ++ticket.part;
  }
  reader->finish(*names_, *this);
  ticket.last = true;
  delivery_.deliver(ticket, batch_);
}

void Worker::read_chunk(ingest::Reader& reader) {
  const ingest::Chunk chunk = buffer_.chunk();
  for (const auto& line : buffer_.dropped()) {
    batch_.bytes += line.bytes;
    unreadable(line.line, line.why());
  }
  batch_.bytes += chunk.bytes.size();
  reader.read(chunk, *names_, *this);
  if (names_->full()) renew_names();
}

ingest::Reader& Worker::reader_for(ingest::Format format) {
  auto& reader = readers_[format];
  if (!reader) reader = ingest::make_reader(format);
  return *reader;
}

void Worker::renew_names() {
  names_ = std::make_unique<event::Names>();
  matcher_->forget_names();
}

void Worker::event(const event::Event& event) {
  ++batch_.events;
  const auto& rules = matcher_->match(event, *names_);
  if (rules.empty()) [[likely]]
    return;
  told_.clear();
  std::ranges::copy_if(rules, std::back_inserter(told_),
                       [this](detect::RuleIndex rule) { return rulebook_->uses[rule].told; });
  batch_.matches += told_.size();
  correlate(event, rules);
  if (!told_.empty()) recorder_->matched({event, *names_, *matcher_, told_, file_}, batch_);
}

void Worker::unreadable(std::uint64_t line, std::string_view why) {
  batch_.add_unreadable({file_, line}, why);
}

void Worker::correlate(const event::Event& event, const std::vector<detect::RuleIndex>& rules) {
  const auto wanted = [this](detect::RuleIndex rule) { return rulebook_->uses[rule].correlated; };
  if (std::ranges::none_of(rules, wanted)) return;
  const auto time = matcher_->time();
  if (!time) {
    ++batch_.timeless;
    return;
  }
  for (const auto rule : rules)
    if (wanted(rule)) batch_.occurrences.push_back(occurrence(rule, *time, event));
}

detect::Occurrence Worker::occurrence(detect::RuleIndex rule, Time time,
                                      const event::Event& event) const {
  detect::Occurrence found{.rule = rule, .time = time, .origin = {file_, event.line}};
  for (const auto& field : rulebook_->uses[rule].carried)
    if (auto value = matcher_->value(field)) found.values.emplace_back(field, std::move(*value));
  return found;
}

}  // namespace haidang::app
