// Sql by SOCI: sessions, prepared statements, what they are given. No exception leaves this file.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "record/ledger/sql_native.hpp"
#include "record/ledger/sql_prepared.hpp"

namespace haidang::ledger {
namespace {

constexpr std::size_t most_prepared = 256;

// Readable by its owner only; SQLite gives the files beside it the same rights. A file that is
// there is never opened here: closing any descriptor of it would drop the POSIX locks of every
// connection this process has (sqlite.org/howtocorrupt.html, 2.2), and another process would then
// take itself for the last one and throw away the log with acts in it.
Result<> create_private(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST) return {};
  if (descriptor < 0)
    return fail(errno == EACCES ? Error::Kind::denied : Error::Kind::unavailable,
                "the database cannot be opened: " + std::string(std::strerror(errno)), file);
  ::close(descriptor);
  return {};
}

constexpr std::initializer_list<const char*> sqlite_settings{
    "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-32768"};
constexpr std::initializer_list<const char*> postgres_settings{
    "SET client_encoding='UTF8'", "SET synchronous_commit=on", "SET client_min_messages=warning",
    "SET default_transaction_isolation='read committed'"};

}  // namespace

struct Sql::State {
  explicit State(native::Target to) : target(std::move(to)) {}

  [[nodiscard]] Dialect dialect() const { return target.dialect; }
  [[nodiscard]] bool in_transaction() const {
    return session && native::in_transaction(dialect(), *session);
  }

  template <class Work>
  std::invoke_result_t<Work> guarded(Work&& work);
  Result<> connect();
  Result<> ready(std::string_view statement);
  // The statement, kept or made.
  std::shared_ptr<Prepared> prepare(std::string_view statement, const Cells& values);
  void make_room();

  Result<std::uint64_t> run(std::string_view statement, const Cells& values);
  Result<> scan(std::string_view statement, const Cells& values,
                const std::function<bool(const Row&)>& take);
  std::uint64_t changed(Prepared& prepared, std::int64_t before);

  native::Target target;
  std::shared_ptr<soci::session> session{};
  std::unordered_map<std::string, std::shared_ptr<Prepared>, TextHash, std::equal_to<>> kept{};
  std::string key{};
  std::uint64_t uses = 0;
  std::uint64_t connections = 0;
  std::uint64_t cursors = 0;
  bool transaction_lost = false;
};

// Runs what calls SOCI; a lost connection is forgotten, so that the next call connects.
template <class Work>
std::invoke_result_t<Work> Sql::State::guarded(Work&& work) {
  const bool inside = in_transaction();
  try {
    return work();
  } catch (const soci::soci_error& error) {
    if (!session) return fail(Error::Kind::unavailable, error.get_error_message());
    Error told = native::error_of(dialect(), *session, error);
    if (native::is_lost(dialect(), *session)) {
      transaction_lost = transaction_lost || inside;
      kept.clear();
      session.reset();
    }
    return std::unexpected(std::move(told));
  } catch (const std::exception& error) {
    return fail(Error::Kind::unavailable, error.what());
  }
}

Result<> Sql::State::connect() {
  const bool sqlite = dialect() == Dialect::sqlite;
  if (sqlite) TRY_VOID(create_private(target.file));
  TRY_VOID(guarded([&]() -> Result<> {
    session = sqlite ? std::make_shared<soci::session>(soci::sqlite3, target.connect)
                     : std::make_shared<soci::session>(soci::postgresql, target.connect);
    return {};
  }));
  ++connections;
  for (const char* setting : sqlite ? sqlite_settings : postgres_settings)
    if (auto set = run(setting, {}); !set) {
      kept.clear();
      session.reset();
      return std::unexpected(std::move(set.error()));
    }
  return {};
}

Result<> Sql::State::ready(std::string_view statement) {
  if (transaction_lost) {
    if (statement != "ROLLBACK")
      return fail(Error::Kind::unavailable, "the connection was lost within the transaction");
    transaction_lost = false;
  }
  return session ? Result<>{} : connect();
}

void Sql::State::make_room() {
  if (kept.size() < most_prepared) return;
  auto oldest = kept.end();
  for (auto it = kept.begin(); it != kept.end(); ++it)
    if (it->second.use_count() == 1 &&
        (oldest == kept.end() || it->second->used < oldest->second->used))
      oldest = it;
  if (oldest != kept.end()) kept.erase(oldest);
}

std::shared_ptr<Prepared> Sql::State::prepare(std::string_view statement, const Cells& values) {
  make_key(key, statement, values);
  auto found = kept.find(key);
  const bool busy = found != kept.end() && found->second.use_count() > 1;
  if (found == kept.end() || busy) {
    auto [text, count] = with_names(statement);
    if (count != values.size())
      throw soci::soci_error(fmt::format("{} values for {} marks", values.size(), count));
    auto made = std::make_shared<Prepared>(session, values);
    made->prepare(text, soci::details::st_repeatable_query);
    if (busy) return made;
    make_room();
    found = kept.emplace(key, std::move(made)).first;
  }
  found->second->used = ++uses;
  return found->second;
}

std::uint64_t Sql::State::changed(Prepared& prepared, std::int64_t before) {
  // What SQLite reports after a statement that changes no rows is of the one before.
  if (dialect() == Dialect::sqlite && native::changes_so_far(dialect(), *session) == before)
    return 0;
  return static_cast<std::uint64_t>(std::max(0LL, prepared.statement.get_affected_rows()));
}

Result<std::uint64_t> Sql::State::run(std::string_view statement, const Cells& values) {
  TRY_VOID(check_values(values));
  return guarded([&]() -> Result<std::uint64_t> {
    const std::int64_t before = native::changes_so_far(dialect(), *session);
    const Use use(dialect(), prepare(statement, values));
    use->execute(values);
    if (statement == "COMMIT" && native::rolled_back_instead(dialect(), use->statement))
      return fail(Error::Kind::conflict, "a statement of the transaction had failed: rolled back");
    return changed(*use.operator->(), before);
  });
}

Result<> Sql::State::scan(std::string_view statement, const Cells& values,
                          const std::function<bool(const Row&)>& take) {
  TRY_VOID(check_values(values));
  return guarded([&]() -> Result<> {
    const Use use(dialect(), prepare(statement, values));
    Row row{Cells{}};
    for (bool more = use->execute(values); more; more = use->fetch()) {
      native::read_row(dialect(), use->statement, Cursor::cells_of(row));
      if (!take(row)) break;
    }
    return {};
  });
}

Sql::Sql(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sql::~Sql() = default;

Result<std::unique_ptr<Sql>> Sql::connect(std::string_view address) {
  TRY(auto target, native::target_of(address));
  auto state = std::make_unique<State>(std::move(target));
  TRY_VOID(state->connect());
  return std::unique_ptr<Sql>(new Sql(std::move(state)));
}

Dialect Sql::dialect() const { return state_->dialect(); }
bool Sql::in_transaction() const { return state_->transaction_lost || state_->in_transaction(); }
std::uint64_t Sql::connections() const { return state_->connections; }

Result<std::uint64_t> Sql::run(std::string_view statement, const Cells& values) {
  const bool lost = state_->transaction_lost;
  TRY_VOID(state_->ready(statement));
  if (lost) return 0;  // there is nothing left to roll back
  return state_->run(statement, values);
}

Result<> Sql::scan(std::string_view statement, const Cells& values,
                   const std::function<bool(const Row&)>& take) {
  TRY_VOID(state_->ready(statement));
  return state_->scan(statement, values, take);
}

// SQLite steps through its statement. libpq would fetch all rows at once, so PostgreSQL declares
// a cursor and is asked for pages of it.
struct Cursor::State {
  explicit State(Sql::State& of) : sql(of) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  Result<> open(std::string_view statement, const Cells& values);
  Result<> declare(std::string_view statement, const Cells& values);
  Result<bool> step();

  Sql::State& sql;
  std::shared_ptr<Prepared> prepared{};  // the statement itself, or FETCH
  std::string name{};                    // of PostgreSQL's cursor
  std::uint64_t connection = 0;
  Cells given{};
  bool own_transaction = false;
  bool started = false;
  bool ended = false;
};

Cursor::Cursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cursor::Cursor(Cursor&& other) noexcept = default;
Cursor::~Cursor() = default;

Cells& Cursor::cells_of(Row& row) { return row.cells_; }

Cursor::State::~State() {
  if (prepared) native::release(sql.dialect(), prepared->statement);
  prepared.reset();
  if (name.empty() || connection != sql.connections || !sql.session) return;
  // The end of the transaction closes it too; an aborted one has closed it already.
  if (own_transaction)
    (void)sql.run("ROLLBACK", {});
  else
    (void)sql.run("CLOSE " + name, {});
}

Result<> Cursor::State::declare(std::string_view statement, const Cells& values) {
  if (!sql.in_transaction()) {
    TRY_VOID(sql.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {}));
    own_transaction = true;
  }
  connection = sql.connections;
  name = fmt::format("c{}", ++sql.cursors);
  auto [text, count] = with_names(statement);
  if (count != values.size())
    return invalid(fmt::format("{} values for {} marks", values.size(), count));
  return sql.guarded([&]() -> Result<> {
    Prepared once(sql.session, values);
    once.prepare("DECLARE " + name + " NO SCROLL CURSOR FOR " + text,
                 soci::details::st_one_time_query);
    once.execute(values);
    prepared = std::make_shared<Prepared>(sql.session, Cells{});
    prepared->prepare("FETCH 1000 FROM " + name, soci::details::st_repeatable_query);
    return {};
  });
}

Result<> Cursor::State::open(std::string_view statement, const Cells& values) {
  TRY_VOID(check_values(values));
  if (sql.dialect() == Dialect::postgresql) return declare(statement, values);
  given = values;
  return sql.guarded([&]() -> Result<> {
    prepared = sql.prepare(statement, values);
    return {};
  });
}

Result<bool> Cursor::State::step() {
  if (ended) return false;
  return sql.guarded([&]() -> Result<bool> {
    bool more = started && prepared->fetch();
    // A page of PostgreSQL is over: the next one.
    if (!more && (!started || !name.empty())) more = prepared->execute(given);
    started = true;
    ended = !more;
    return more;
  });
}

Result<const Row*> Cursor::next() {
  TRY(const bool more, state_->step());
  if (!more) return nullptr;
  native::read_row(state_->sql.dialect(), state_->prepared->statement, row_.cells_);
  return &row_;
}

Result<Cursor> Sql::cursor(std::string_view statement, const Cells& values) {
  TRY_VOID(state_->ready(statement));
  auto state = std::make_unique<Cursor::State>(*state_);
  TRY_VOID(state->open(statement, values));
  return Cursor(std::move(state));
}

}  // namespace haidang::ledger
