#include "api/kept.hpp"

namespace haidang::api {

std::shared_ptr<const net::Response> KeptAnswers::find(std::string_view key, std::uint64_t head) {
  const std::scoped_lock lock(mutex_);
  if (head != head_) return {};
  const auto found = answers_.find(key);
  return found == answers_.end() ? nullptr : found->second;
}

void KeptAnswers::keep(std::string key, std::uint64_t head, net::Response response) {
  const std::scoped_lock lock(mutex_);
  if (head < head_) return;
  const std::size_t size = key.size() + response.body.size();
  if (head > head_ || bytes_ + size > most_bytes_) {
    answers_.clear();
    bytes_ = 0;
    head_ = head;
  }
  bytes_ += size;
  answers_.insert_or_assign(std::move(key),
                            std::make_shared<const net::Response>(std::move(response)));
}

}  // namespace haidang::api
