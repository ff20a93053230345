#include "api/problem.hpp"

#include <fmt/format.h>

namespace haidang::api {
namespace {

constexpr char between = '\x1f';

struct Known {
  int status;
  std::string_view type;
  std::string_view vi;
  std::string_view en;
};

Known known(Error::Kind kind, bool logged_in) {
  switch (kind) {
    case Error::Kind::invalid:
      return {422, "invalid", "Dữ liệu gửi lên chưa hợp lệ", "What was sent is not valid"};
    case Error::Kind::not_found: return {404, "not-found", "Không tìm thấy", "Not found"};
    case Error::Kind::conflict:
      return {409, "conflict", "Đã có người thay đổi trước", "Somebody changed it before you"};
    case Error::Kind::denied:
      if (!logged_in) return {401, "login", "Cần đăng nhập", "Please log in"};
      return {403, "denied", "Không được phép", "Not allowed"};
    case Error::Kind::unavailable:
      return {503, "unavailable", "Tạm thời chưa phục vụ được", "Not available for the moment"};
    case Error::Kind::corrupt: return {500, "internal", "Lỗi của hệ thống", "An error of ours"};
  }
  return {500, "internal", "Lỗi của hệ thống", "An error of ours"};
}

net::Response written(int status, const json::object& body) {
  net::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/problem+json");
  response.body = json::serialize(body);
  return response;
}

json::object details(int status, std::string_view type, std::string_view title) {
  return {{"type", fmt::format("/problems/{}", type)}, {"title", title}, {"status", status}};
}

}  // namespace

std::string both(std::string_view vi, std::string_view en) {
  return fmt::format("{}{}{}", vi, between, en);
}

std::string in_language(std::string_view what, Language language) {
  const auto at = what.find(between);
  if (at == std::string_view::npos) return std::string(what);
  return std::string(language == Language::vi ? what.substr(0, at) : what.substr(at + 1));
}

net::Response problem(const Error& error, Language language, bool logged_in) {
  const Known found = known(error.kind, logged_in);
  json::object body =
      details(found.status, found.type, language == Language::vi ? found.vi : found.en);
  // What is damaged inside is for the log, not for who happens to ask.
  if (error.kind != Error::Kind::corrupt) {
    const std::string detail = in_language(error.what, language);
    body["detail"] = detail;
    if (error.where.starts_with('/') || error.where.starts_with('?'))
      body["errors"] = json::array{
          json::object{{error.where.front() == '/' ? "pointer" : "parameter",
                        error.where.front() == '/' ? error.where : error.where.substr(1)},
                       {"detail", detail}}};
  }
  return written(found.status, body);
}

net::Response problem(int status, std::string_view type, std::string_view detail_vi,
                      std::string_view detail_en, Language language) {
  return written(status, details(status, type, language == Language::vi ? detail_vi : detail_en));
}

}  // namespace haidang::api
