// Errors as RFC 9457 problem details, in the asker's language.
//
//   {"type":"/problems/invalid","title":"…","status":422,"detail":"…",
//    "errors":[{"pointer":"/fields/detected_at","detail":"…"}]}
//
// The status follows Error::kind; `denied` is 401 for who has not logged in. An Error::where that
// begins with "/" is a JSON pointer into the request. What is ours (corrupt) is logged and not
// told.
#pragma once

#include "api/call.hpp"

namespace haidang::api {

net::Response problem(const Error& error, Language language, bool logged_in = true);
// For protocol matters that no Error::Kind stands for: 405, 412, 415, 429 …
net::Response problem(int status, std::string_view type, std::string_view detail_vi,
                      std::string_view detail_en, Language language);

// A message in both languages travels in one Error: "…vi…\x1f…en…".
std::string both(std::string_view vi, std::string_view en);
std::string in_language(std::string_view what, Language language);

}  // namespace haidang::api
