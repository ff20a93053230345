#include "watch/ingest/record.hpp"

#include <algorithm>

namespace haidang::ingest {

char* Arena::room(std::size_t size) {
  if (blocks_.empty() || blocks_.back().size - used_ < size) {
    const std::size_t fits = std::max(size, block_size);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(fits), fits});
    used_ = 0;
  }
  char* bytes = blocks_.back().bytes.get() + used_;
  used_ += size;
  return bytes;
}

std::string_view Arena::keep(std::string_view bytes) {
  char* to = room(bytes.size());
  std::ranges::copy(bytes, to);
  return {to, bytes.size()};
}

void Arena::clear() {
  if (blocks_.size() > 1 || (!blocks_.empty() && blocks_.back().size > block_size)) blocks_.clear();
  used_ = 0;
}

}  // namespace haidang::ingest
