// libsodium must be started before use; more than once and from several threads is harmless.
#pragma once

#include <sodium.h>

#include "base/check.hpp"

namespace haidang::ledger {

inline void start_sodium() { CHECK(sodium_init() >= 0, "libsodium starts"); }

inline const unsigned char* raw(const char* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}
inline unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace haidang::ledger
