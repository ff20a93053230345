// The HTTP API: /api/v1, described in api/openapi.yaml. Request in, Response out.
//
//   route -> who is it -> may they -> CSRF, rate, body -> run -> Response or problem (RFC 9457)
//
// Safe from any thread. Fails closed: what no route names is 404, what the policy does not grant
// is 403 and recorded. Refuses bodies that are not what the route takes, members it does not know,
// changes by cookie without the CSRF token.
#pragma once

#include <memory>

#include "api/parts.hpp"
#include "net/http.hpp"

namespace haidang::api {

class Api {
 public:
  Api(Parts parts, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  net::Response answer(net::Request request);
  // Ends live streams, so that the server can stop.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haidang::api
