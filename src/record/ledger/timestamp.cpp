#include "record/ledger/timestamp.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace haidang::ledger {
namespace {

constexpr std::size_t most_reply_bytes = 1U << 20;
constexpr std::size_t nonce_bytes = 16;

template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* what) const {
    free_it(what);
  }
};
using Request = std::unique_ptr<TS_REQ, Free<TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Free<TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Free<TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Free<X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Free<ASN1_INTEGER_free>>;
using Context = std::unique_ptr<TS_VERIFY_CTX, Free<TS_VERIFY_CTX_free>>;
using Roots = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;

// What OpenSSL has to say, which is then forgotten.
std::string complaint() {
  std::string told;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (told.empty()) told = reason != nullptr ? reason : "unknown";
  }
  return told.empty() ? "no reason given" : told;
}

std::unexpected<Error> untrusted(std::string_view why) {
  return fail(Error::Kind::corrupt, fmt::format("the time-stamp is not to be trusted: {}", why));
}

void set_imprint(TS_REQ* request, std::string_view content) {
  Digest digest = sha256(content);
  const Imprint imprint(TS_MSG_IMPRINT_new());
  const Algorithm algorithm(X509_ALGOR_new());
  CHECK(imprint && algorithm, "OpenSSL has memory");
  CHECK(X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
            TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
            TS_MSG_IMPRINT_set_msg(imprint.get(), digest.data(), static_cast<int>(digest.size())) ==
                1 &&
            TS_REQ_set_msg_imprint(request, imprint.get()) == 1,
        "OpenSSL takes a SHA-256");
}

void set_nonce(TS_REQ* request) {
  std::array<unsigned char, nonce_bytes> random{};
  CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1, "OpenSSL has randomness");
  random[0] = static_cast<unsigned char>((random[0] & 0x3FU) | 0x40U);  // positive, no zero first
  const Integer nonce(ASN1_INTEGER_new());
  CHECK(nonce &&
            ASN1_STRING_set(nonce.get(), random.data(), static_cast<int>(random.size())) == 1 &&
            TS_REQ_set_nonce(request, nonce.get()) == 1,
        "OpenSSL takes a nonce");
}

Request make_request(std::string_view content, bool with_nonce) {
  Request request(TS_REQ_new());
  CHECK(request && TS_REQ_set_version(request.get(), 1) == 1 &&
            TS_REQ_set_cert_req(request.get(), 1) == 1,
        "OpenSSL makes a time-stamp request");
  set_imprint(request.get(), content);
  if (with_nonce) set_nonce(request.get());
  return request;
}

Result<Response> parse(std::string_view reply) {
  if (reply.size() > most_reply_bytes) return untrusted("it is larger than 1 MiB");
  const auto* at = reinterpret_cast<const unsigned char*>(reply.data());
  const auto* end = at + reply.size();
  Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(reply.size())));
  if (!response) return untrusted("no time-stamp reply: " + complaint());
  if (at != end) return untrusted("more follows the reply");
  return response;
}

std::string status_text(const TS_STATUS_INFO* info) {
  std::string told;
  const auto* texts = TS_STATUS_INFO_get0_text(info);
  for (int i = 0; i < sk_ASN1_UTF8STRING_num(texts); ++i) {
    const auto* text = sk_ASN1_UTF8STRING_value(texts, i);
    told += text::shown({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text))});
  }
  return told;
}

Result<> check_granted(TS_RESP* response) {
  const TS_STATUS_INFO* info = TS_RESP_get_status_info(response);
  const std::int64_t status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
  if (status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS) return {};
  return fail(Error::Kind::denied,
              fmt::format("the time-stamping authority refused (status {}): {}", status,
                          status_text(info)));
}

Result<Roots> load(const std::filesystem::path& roots) {
  Roots store(X509_STORE_new());
  CHECK(store, "OpenSSL has memory");
  const bool loaded = roots.empty() ? X509_STORE_set_default_paths(store.get()) == 1
                                    : X509_STORE_load_file(store.get(), roots.c_str()) == 1;
  if (!loaded) {
    return invalid("cannot read the certificates of time-stamping authorities: " + complaint(),
                   roots.string());
  }
  return store;
}

Result<Time> time_of(TS_RESP* response) {
  std::tm utc_time{};
  const TS_TST_INFO* info = TS_RESP_get_tst_info(response);
  if (info == nullptr || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &utc_time) != 1) {
    return untrusted("it has no time");
  }
  const std::int64_t seconds = ::timegm(&utc_time);
  constexpr std::int64_t year_2200 = 7'258'118'400;
  if (seconds < 0 || seconds > year_2200) return untrusted("its time is not of our days");
  return Time(std::chrono::seconds(seconds));
}

Result<Time> check_reply(TS_REQ* request, std::string_view reply,
                         const std::filesystem::path& roots) {
  ERR_clear_error();
  TRY(const Response response, parse(reply));
  TRY_VOID(check_granted(response.get()));
  TRY(Roots store, load(roots));
  const Context context(TS_REQ_to_TS_VERIFY_CTX(request, nullptr));
  CHECK(context, "OpenSSL has memory");
  TS_VERIFY_CTX_add_flags(context.get(), TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());
  if (TS_RESP_verify_response(context.get(), response.get()) != 1) return untrusted(complaint());
  return time_of(response.get());
}

}  // namespace

struct StampQuery::State {
  Request request;
};

StampQuery::StampQuery(std::unique_ptr<State> state) : state_(std::move(state)) {}
StampQuery::StampQuery(StampQuery&&) noexcept = default;
StampQuery& StampQuery::operator=(StampQuery&&) noexcept = default;
StampQuery::~StampQuery() = default;

StampQuery StampQuery::of(std::string_view content) {
  return StampQuery(std::make_unique<State>(State{make_request(content, true)}));
}

std::string StampQuery::bytes() const {
  const int size = i2d_TS_REQ(state_->request.get(), nullptr);
  CHECK(size > 0, "OpenSSL writes its own request");
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  i2d_TS_REQ(state_->request.get(), &at);
  return der;
}

Result<Time> StampQuery::check(std::string_view reply, const std::filesystem::path& roots) const {
  return check_reply(state_->request.get(), reply, roots);
}

Result<Time> check_stamp(std::string_view reply, std::string_view content,
                         const std::filesystem::path& roots) {
  const Request request = make_request(content, false);
  return check_reply(request.get(), reply, roots);
}

}  // namespace haidang::ledger
