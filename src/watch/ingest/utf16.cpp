#include "watch/ingest/utf16.hpp"

#include <utility>

#include "base/utf8.hpp"

namespace haidang::ingest {
namespace {

using text::append_code_point;
using text::replacement;

constexpr std::size_t piece = 64U << 10;

bool is_high(char16_t unit) { return (unit & 0xFC00U) == 0xD800U; }
bool is_low(char16_t unit) { return (unit & 0xFC00U) == 0xDC00U; }

char16_t unit_at(std::string_view units, std::size_t at, ByteOrder order) {
  const auto first = static_cast<unsigned char>(units[at]);
  const auto second = static_cast<unsigned char>(units[at + 1]);
  return static_cast<char16_t>(order == ByteOrder::little ? first | (second << 8U)
                                                          : second | (first << 8U));
}

char32_t joined(char16_t high, char16_t low) {
  return 0x10000U + ((high & 0x3FFU) << 10U) + (low & 0x3FFU);
}

void append_unit(std::string& out, char16_t unit, char16_t& pending) {
  if (const char16_t high = std::exchange(pending, u'\0'); high != 0) {
    if (is_low(unit)) return append_code_point(out, joined(high, unit));
    append_code_point(out, replacement);
  }
  if (is_high(unit)) {
    pending = unit;
  } else {
    append_code_point(out, is_low(unit) ? replacement : unit);
  }
}

class Utf8 final : public ByteStream {
 public:
  Utf8(std::unique_ptr<ByteStream> units, ByteOrder order)
      : units_(std::move(units)), order_(order), raw_(piece, '\0') {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    while (at_ == text_.size()) {
      TRY(const bool more, refill());
      if (!more) return 0;
    }
    const std::size_t got = text_.copy(to, size, at_);
    at_ += got;
    return got;
  }
  [[nodiscard]] bool waiting() const override { return units_->waiting(); }
  [[nodiscard]] bool began_again() override { return units_->began_again(); }

 private:
  Result<bool> refill() {
    TRY(const std::size_t got, units_->read(raw_.data() + odd_, raw_.size() - odd_));
    text_.clear();
    at_ = 0;
    if (got == 0) return leave_half();
    const std::size_t have = got + odd_;
    append_utf8(text_, std::string_view(raw_).substr(0, have & ~std::size_t{1}), order_, pending_);
    odd_ = have & 1U;
    if (odd_ != 0) raw_[0] = raw_[have - 1];
    return true;
  }

  bool leave_half() {
    if (units_->waiting() || (odd_ == 0 && pending_ == 0)) return false;
    odd_ = 0;
    pending_ = 0;
    append_code_point(text_, replacement);
    return true;
  }

  std::unique_ptr<ByteStream> units_;
  ByteOrder order_;
  std::string raw_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t odd_ = 0;
  char16_t pending_ = 0;
};

}  // namespace

void append_utf8(std::string& out, std::string_view units, ByteOrder order, char16_t& pending) {
  for (std::size_t at = 0; at + 1 < units.size(); at += 2) {
    const char16_t unit = unit_at(units, at, order);
    if (unit < 0x80 && pending == 0) [[likely]] {
      out.push_back(static_cast<char>(unit));
    } else {
      append_unit(out, unit, pending);
    }
  }
}

std::unique_ptr<ByteStream> utf8_from_utf16(std::unique_ptr<ByteStream> units, ByteOrder order) {
  return std::make_unique<Utf8>(std::move(units), order);
}

}  // namespace haidang::ingest
