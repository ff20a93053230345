#include "app/feed.hpp"

namespace haidang::app {

Result<std::shared_ptr<Input>> open_input(const std::string& path, const std::atomic<bool>* stop) {
  TRY(auto source, ingest::Source::open(path, {.stop = stop}));
  TRY(const ingest::Format format, ingest::sniff(source->head(), source->name()));
  source->set_framing(ingest::framing(format));
  const bool in_order = ingest::make_reader(format)->in_order();
  return std::make_shared<Input>(Input{std::move(source), format, in_order});
}

std::optional<Piece> Feed::next(ingest::Buffer& buffer) {
  const std::scoped_lock lock(mutex_);
  if (stop_.load(std::memory_order_relaxed)) return std::nullopt;
  if (!current_) {
    if (next_file_ == files_.size()) return std::nullopt;
    if (auto piece = begin_file()) return piece;
  }
  return next_chunk(buffer);
}

// Nothing: its chunks are to be shared out.
std::optional<Piece> Feed::begin_file() {
  const std::string& path = files_[next_file_];
  Ticket ticket{.file = next_file_++};
  // Standard input may be silent for long: only with `stop` can the run end before it does.
  auto input = open_input(path, path == "-" ? &stop_ : nullptr);
  if (!input) {
    ticket.last = true;
    return Piece{.ticket = ticket, .error = std::move(input.error())};
  }
  if ((*input)->in_order) return Piece{.ticket = ticket, .input = std::move(*input), .whole = true};
  current_ = std::move(*input);
  ticket_ = ticket;
  return std::nullopt;
}

Piece Feed::next_chunk(ingest::Buffer& buffer) {
  Piece piece{.ticket = ticket_, .input = current_};
  ++ticket_.part;
  const auto more = current_->source->next(buffer);
  if (more && *more) return piece;
  piece.ticket.last = true;
  if (!more) piece.error = more.error();
  current_.reset();
  return piece;
}

}  // namespace haidang::app
