// About the program itself: for monitors, and for who writes against the API.
#include "api/handlers.hpp"

namespace haidang::api {
namespace {

Reply text(std::string body, std::string type) {
  Reply reply;
  reply.response.headers.set("Content-Type", std::move(type));
  reply.response.body = std::move(body);
  return reply;
}

}  // namespace

Result<Reply> show_openapi(Call& call) { return text(call.options.openapi, "application/yaml"); }

Result<Reply> show_health(Call& call) {
  return ok(json::object{{"status", "ok"}, {"version", call.options.version}});
}

Result<Reply> show_readiness(Call& call) {
  if (call.options.ready) TRY_VOID(call.options.ready());
  TRY_VOID(call.parts.ledger.read([](ledger::Sql& sql) { return sql.rows("SELECT 1"); }));
  return ok(json::object{{"status", "ready"}, {"ledger", call.parts.ledger.head()}});
}

Result<Reply> show_metrics(Call& call) {
  return text(call.options.metrics ? call.options.metrics() : std::string(),
              "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace haidang::api
