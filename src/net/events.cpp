// Server-sent events to one reader. Everything runs on one strand: what is pushed, the heartbeat,
// the end of the reader's side and the end of a write come from different threads.
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include "net/session.hpp"

namespace haidang::net {
namespace {

using boost::system::error_code;

Awaitable<void> close_wire(std::shared_ptr<Wire> wire) { co_await wire->close(false); }

class EventSender : public std::enable_shared_from_this<EventSender> {
 public:
  EventSender(std::shared_ptr<Wire> wire, std::shared_ptr<EventStream> events,
              const ServerOptions& options)
      : wire_(std::move(wire)),
        events_(std::move(events)),
        heartbeat_(options.heartbeat),
        write_deadline_(options.write_deadline),
        strand_(asio::make_strand(wire_->socket().get_executor())),
        timer_(strand_) {}
  EventSender(const EventSender&) = delete;
  EventSender& operator=(const EventSender&) = delete;
  ~EventSender() { forget_events(); }

  void start() {
    wire_->place().begin(Phase::events);
    wire_->place().streams(events_);
    events_->on_more([weak = weak_from_this(), strand = strand_] {
      asio::post(strand, [weak] {
        if (const auto self = weak.lock()) self->woken();
      });
    });
    asio::post(strand_, [self = shared_from_this()] {
      self->watch_reader();
      self->send_more();
    });
  }

 private:
  // A reader of events has nothing to say: whatever it sends, or its end, ends the stream.
  void watch_reader() {
    wire_->socket().async_wait(
        asio::socket_base::wait_read,
        asio::bind_executor(strand_, [self = shared_from_this()](error_code) { self->end(); }));
  }

  void woken() {
    if (events_->overrun()) return end();
    if (!writing_) send_more();
  }

  void send_more() {
    if (ended_) return;
    out_ = events_->take();
    if (!out_.empty()) return write();
    if (events_->closed()) return end();
    wait();
  }

  void wait() {
    wire_->place().begin(Phase::events);
    timer_.expires_after(heartbeat_);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (error || self->writing_ || self->ended_) return;
      self->out_ = ":\n\n";
      self->write();
    });
  }

  void write() {
    writing_ = true;
    timer_.cancel();
    wire_->place().begin(Phase::writing, write_deadline_);
    auto done =
        asio::bind_executor(strand_, [self = shared_from_this()](error_code error, std::size_t) {
          self->writing_ = false;
          error ? self->end() : self->send_more();
        });
    if (wire_->is_tls())
      asio::async_write(*wire_->tls(), asio::buffer(out_), std::move(done));
    else
      asio::async_write(wire_->socket(), asio::buffer(out_), std::move(done));
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    forget_events();
    timer_.cancel();
    error_code ignored;  // it closes in any case
    wire_->socket().cancel(ignored);
    // In the midst of a write TLS has no clean end; TCP's is for the reader to see.
    if (writing_)
      wire_->socket().shutdown(asio::socket_base::shutdown_both, ignored);
    else
      asio::co_spawn(wire_->socket().get_executor(), close_wire(wire_), asio::detached);
  }

  void forget_events() {
    events_->on_more({});
    events_->close();
    wire_->place().streams(nullptr);
  }

  const std::shared_ptr<Wire> wire_;
  const std::shared_ptr<EventStream> events_;
  const std::chrono::milliseconds heartbeat_;
  const std::chrono::milliseconds write_deadline_;
  asio::strand<Executor> strand_;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, asio::strand<Executor>>
      timer_;
  std::string out_;
  bool writing_ = false;
  bool ended_ = false;
};

}  // namespace

void send_events(const std::shared_ptr<Wire>& wire, std::shared_ptr<EventStream> events,
                 const ServerOptions& options) {
  std::make_shared<EventSender>(wire, std::move(events), options)->start();
}

}  // namespace haidang::net
