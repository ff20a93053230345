#include "watch/ingest/source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "watch/ingest/decompress.hpp"
#include "watch/ingest/utf16.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t head_size = 64U << 10;

// PERF: a block of fixed size lets g++ -O2 use vector instructions: 0.04 ms a MiB.
std::uint64_t count_line_ends(const char* bytes, std::size_t size) {
  constexpr std::size_t block = 128;
  std::uint64_t lines = 0;
  for (; size >= block; size -= block, bytes += block) {
    std::uint8_t found = 0;
    for (std::size_t i = 0; i < block; ++i) found += static_cast<std::uint8_t>(bytes[i] == '\n');
    lines += found;
  }
  return lines + static_cast<std::uint64_t>(std::count(bytes, bytes + size, '\n'));
}

// Reads until `enough` bytes, or a whole line when the stream has no more for now.
Result<> read_up_to(std::size_t enough, ByteStream& from, std::string& to) {
  std::size_t have = to.size();
  bool line_ends = false;
  Result<> outcome;
  while (have < enough && !(line_ends && from.waiting())) {
    to.resize(enough);
    const auto got = from.read(to.data() + have, enough - have);
    if (!got) outcome = std::unexpected(got.error());
    if (!got || (*got == 0 && !from.waiting())) break;
    line_ends |= std::memchr(to.data() + have, '\n', *got) != nullptr;
    have += *got;
  }
  to.resize(have);
  return outcome;
}

Result<std::unique_ptr<ByteStream>> open_stream(const std::string& path,
                                                const std::atomic<bool>* stop) {
  if (stop != nullptr) return follow_file(path, *stop);
  return open_file(path);
}

}  // namespace

std::string Dropped::why() const {
  return fmt::format("the line has {} bytes, more than is allowed", bytes);
}

void Buffer::reserve(std::size_t capacity, std::size_t keep) {
  if (capacity <= capacity_) return;
  auto grown = std::make_unique<char[]>(capacity + Chunk::padding);
  std::copy_n(bytes_.get(), keep, grown.get());
  bytes_ = std::move(grown);
  capacity_ = capacity;
}

Source::Source(std::unique_ptr<ByteStream> bytes, std::string name, SourceOptions options)
    : bytes_(std::move(bytes)), name_(std::move(name)), options_(options) {
  options_.piece = std::max<std::size_t>(options_.piece, 1);
  options_.longest_line = std::max(options_.longest_line, options_.piece);
}

Result<std::unique_ptr<Source>> Source::open(const std::string& path, SourceOptions options) {
  TRY(auto bytes, open_stream(path, options.stop));
  return from(std::move(bytes), path == "-" ? "standard input" : path, options);
}

Result<std::unique_ptr<Source>> Source::from(std::unique_ptr<ByteStream> bytes, std::string name,
                                             SourceOptions options) {
  std::string magic;
  TRY_VOID(read_up_to(4, *bytes, magic));
  const Packing packing = packing_of(magic);
  auto plain = unpack(packing, prepend(std::move(magic), std::move(bytes)), name);
  std::unique_ptr<Source> source(new Source(std::move(plain), std::move(name), options));
  source->read_head();
  source->undo_byte_order_mark();
  return source;
}

void Source::read_head() {
  const auto read = read_up_to(std::min(head_size, options_.piece), *bytes_, carry_);
  if (!read) error_ = read.error();
}

void Source::undo_byte_order_mark() {
  if (carry_.starts_with("\xEF\xBB\xBF")) {
    carry_.erase(0, 3);
  } else if (carry_.starts_with("\xFF\xFE") || carry_.starts_with("\xFE\xFF")) {
    const auto order = carry_[0] == '\xFF' ? ByteOrder::little : ByteOrder::big;
    bytes_ = utf8_from_utf16(prepend(carry_.substr(2), std::move(bytes_)), order);
    carry_.clear();
    read_head();
  }
}

Result<bool> Source::next(Buffer& buffer) {
  const std::scoped_lock lock(mutex_);
  buffer.dropped_.clear();
  buffer.size_ = 0;
  while (!ended_ && buffer.size_ == 0 && buffer.dropped_.empty()) fill(buffer);
  if (buffer.size_ > 0 || !buffer.dropped_.empty()) return true;
  if (auto error = std::exchange(error_, std::nullopt)) return std::unexpected(std::move(*error));
  return false;
}

void Source::fill(Buffer& buffer) {
  if (std::exchange(began_again_, false)) line_ = 1;
  target_ = std::max(options_.piece, carry_.size() + (options_.piece / 2));
  buffer.reserve(target_, 0);
  have_ = carry_.copy(buffer.bytes_.get(), carry_.size());
  searched_ = complete_ = 0;
  look_for_line_end(buffer);
  while (read_more(buffer)) {
    if (have_ < target_) continue;
    if (complete_ > 0) break;
    if (target_ < options_.longest_line) {
      target_ = std::min(target_ * 2, options_.longest_line);
      buffer.reserve(target_, have_);
    } else if (!skip_long_line(buffer)) {
      break;
    }
  }
  cut(buffer);
}

// False: hand on what there is.
bool Source::read_more(Buffer& buffer) {
  if (error_) return !(ended_ = true);
  const auto got = bytes_->read(buffer.bytes_.get() + have_, target_ - have_);
  if (!got) {
    error_ = got.error();
    return !(ended_ = true);
  }
  have_ += *got;
  look_for_line_end(buffer);
  if (bytes_->began_again()) return !(began_again_ = true);
  if (bytes_->waiting()) return complete_ == 0;
  return !(ended_ = *got == 0);
}

void Source::look_for_line_end(const Buffer& buffer) {
  if (framing_ == Framing::blocks) {
    complete_ = have_;
    return;
  }
  const char* bytes = buffer.bytes_.get();
  const void* found = memrchr(bytes + searched_, '\n', have_ - searched_);
  if (found != nullptr)
    complete_ = static_cast<std::size_t>(static_cast<const char*>(found) - bytes) + 1;
  searched_ = have_;
}

// All that the buffer holds is the beginning of one line: on to its end.
bool Source::skip_long_line(Buffer& buffer) {
  char* bytes = buffer.bytes_.get();
  const void* found = nullptr;
  std::uint64_t skipped = 0;
  bool more = true;
  while (found == nullptr && more) {
    skipped += have_;
    have_ = searched_ = 0;
    more = read_more(buffer);
    found = std::memchr(bytes, '\n', have_);
  }
  const char* end = found == nullptr ? bytes + have_ : static_cast<const char*>(found);
  const auto tail = static_cast<std::size_t>(end - bytes);
  buffer.dropped_.push_back({line_++, skipped + tail});
  const std::size_t used = std::min(tail + 1, have_);
  have_ -= used;
  std::memmove(bytes, bytes + used, have_);
  searched_ = complete_ = 0;
  look_for_line_end(buffer);
  return more;
}

// Whole lines are the chunk, the rest is kept for the next; at an end the rest is a line too.
void Source::cut(Buffer& buffer) {
  if (ended_ || began_again_) complete_ = have_;
  const char* bytes = buffer.bytes_.get();
  carry_.assign(bytes + complete_, have_ - complete_);
  buffer.size_ = complete_;
  buffer.first_line_ = line_;
  line_ += count_line_ends(bytes, complete_);
  if (complete_ > 0 && bytes[complete_ - 1] != '\n') ++line_;
}

}  // namespace haidang::ingest
