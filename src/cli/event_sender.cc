#include "cli/event_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <thread>

#include "cli/console.h"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPauseFirst{100};
constexpr std::chrono::milliseconds kPauseMax{2000};
constexpr std::chrono::milliseconds kPauseSlice{50};

std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// The position in "#/lines/3/quantity" or "#/data/lines/3"; none when it points elsewhere.
std::optional<std::size_t> line_position(std::string_view pointer) {
    constexpr std::string_view kLines = "/lines/";
    const std::size_t at = pointer.find(kLines);
    if (at == std::string_view::npos) return std::nullopt;
    pointer.remove_prefix(at + kLines.size());
    std::size_t position = 0;
    const auto parsed = std::from_chars(pointer.data(), pointer.data() + pointer.size(), position);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return position;
}

std::uint64_t number_of(const json::value& value) {
    if (value.is_uint64()) return value.get_uint64();
    if (value.is_int64())
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.get_int64()));
    return 0;
}

/// Each problem names its line by number, by position, or by position within a JSON Pointer.
void read_line_problems(const json::object& from, std::string_view key,
                        const std::vector<std::uint64_t>& lines, EventOutcome& outcome) {
    const json::value* found = from.if_contains(key);
    if (found == nullptr || !found->is_array()) return;
    for (const json::value& item : found->get_array()) {
        if (!item.is_object()) continue;
        const json::object& problem = item.get_object();
        std::optional<std::size_t> position = line_position(text_of(problem, "pointer"));
        if (const json::value* index = problem.if_contains("index")) position = number_of(*index);
        const json::value* number = problem.if_contains("line");
        if (number == nullptr && (!position || *position >= lines.size())) continue;
        const std::uint64_t line = number != nullptr ? number_of(*number) : lines[*position];
        std::string code = text_of(problem, "code");
        if (code.empty()) code = outcome.code;
        outcome.refused_lines.emplace_back(line, std::move(code));
    }
}

/// Not now, or not known: the same events may be sent again, since the source's sequence tells
/// which of them were recorded.
bool asks_to_wait(int status) { return status >= 500 || status == 429; }

}  // namespace

Result<EventOutcome> read_outcome(std::string_view text, const std::vector<std::uint64_t>& lines) {
    boost::system::error_code error;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
    const auto unreadable = [text] {
        return failure(ErrorCode::invalid_format,
                       fmt::format("not a line of a batch answer: {:.200}", text));
    };
    if (error || !parsed.is_object()) return unreadable();
    const json::object& object = parsed.get_object();
    const json::value* status_value = object.if_contains("status");
    if (status_value == nullptr || !status_value->is_int64()) return unreadable();
    const auto status = static_cast<int>(status_value->get_int64());
    EventOutcome outcome;
    const json::value* duplicate = object.if_contains("duplicate");
    if (status >= 200 && status < 300) {
        const bool repeated = duplicate != nullptr && duplicate->is_bool() && duplicate->get_bool();
        outcome.kind = repeated ? EventOutcome::Kind::duplicate : EventOutcome::Kind::accepted;
        read_line_problems(object, "refused_lines", lines, outcome);
        return outcome;
    }
    const json::value* problem = object.if_contains("problem");
    const bool has_problem = problem != nullptr && problem->is_object();
    const std::string detail = has_problem ? text_of(problem->get_object(), "detail") : "";
    if (asks_to_wait(status)) {
        return failure(ErrorCode::overloaded, detail.empty() ? "the hub asks to wait" : detail);
    }
    outcome.kind = EventOutcome::Kind::refused;
    if (has_problem) {
        outcome.code = text_of(problem->get_object(), "code");
        read_line_problems(problem->get_object(), "errors", lines, outcome);
        read_line_problems(problem->get_object(), "refused_lines", lines, outcome);
    }
    if (outcome.code == "already_recorded") outcome.kind = EventOutcome::Kind::duplicate;
    if (outcome.code.empty()) outcome.code = fmt::format("status_{}", status);
    if (status == 401 || status == 403) {
        return failure(ErrorCode::closed, fmt::format("{} {} {}", status, outcome.code, detail));
    }
    return outcome;
}

Trouble trouble_of(const HttpReply& reply, std::string what) {
    Trouble trouble{kExitFailed, std::move(what), fmt::format("HTTP {}", reply.status), ""};
    boost::system::error_code error;
    const json::value parsed = json::parse(reply.body, error);
    if (!error && parsed.is_object()) {
        const json::object& problem = parsed.get_object();
        const std::string detail = text_of(problem, "detail");
        const std::string title = text_of(problem, "title");
        const std::string code = text_of(problem, "code");
        trouble.why = !detail.empty() ? detail : title;
        if (!code.empty()) trouble.why += fmt::format(" ({}, HTTP {})", code, reply.status);
        const json::value* errors = problem.if_contains("errors");
        if (errors != nullptr && errors->is_array()) {
            constexpr std::size_t kErrorsShown = 5;
            std::size_t shown = 0;
            for (const json::value& item : errors->get_array()) {
                if (shown++ == kErrorsShown) {
                    trouble.why += fmt::format("\n        and {} more",
                                               errors->get_array().size() - kErrorsShown);
                    break;
                }
                trouble.why += "\n        " + json::serialize(item);
            }
        }
    }
    switch (reply.status) {
        case 401: trouble.next = "give the key: --key-file ./holdfast-data/admin.key"; break;
        case 403: trouble.next = "use a key with that scope: holdfast key create --help"; break;
        case 404:
        case 410: trouble.exit_code = kExitNotFound; break;
        case 409:
        case 412: trouble.exit_code = kExitConflict; break;
        case 422: trouble.exit_code = kExitConflict; break;
        case 400: trouble.exit_code = kExitUsage; break;
        case 429:
        case 503:
            trouble.exit_code = kExitUnreachable;
            trouble.next = reply.retry_after ? fmt::format("try again in {} s", *reply.retry_after)
                                             : std::string("try again in a moment");
            break;
        default: break;
    }
    return trouble;
}

Trouble unreachable(const Failure& failure, const std::string& url) {
    Trouble trouble{kExitUnreachable, "no hub answers at " + url, failure.detail,
                    "start one with 'holdfast serve', or name another with --url"};
    if (failure.code == ErrorCode::invalid_argument) trouble.exit_code = kExitUsage;
    if (failure.code == ErrorCode::closed || failure.code == ErrorCode::timed_out) {
        trouble.what = "the answer was lost on the way from " + url;
        trouble.next = "the request may have been carried out; repeat it with the same key";
    }
    if (interrupted()) trouble = {kExitInterrupted, "interrupted", "", ""};
    return trouble;
}

EventSender::EventSender(HttpClient& client, SenderOptions options, OnOutcome on_outcome)
    : client_(client), options_(std::move(options)), on_outcome_(std::move(on_outcome)) {}

Attempt<void> EventSender::pause(std::string_view why) {
    using std::chrono::steady_clock;
    const auto now = steady_clock::now();
    if (!away_) {
        away_ = true;
        away_since_ = now;
        pause_ = kPauseFirst;
        ++outages_;
        say(fmt::format("waiting for the hub: {}", why));
    }
    if (now - away_since_ > options_.wait) {
        return trouble(
            kExitUnreachable,
            fmt::format("gave up after waiting {} s for {}", options_.wait.count(), client_.url()),
            std::string(why), "run the same command again: it goes on where it stopped");
    }
    for (std::chrono::milliseconds slept{0}; slept < pause_; slept += kPauseSlice) {
        if (interrupted()) {
            return trouble(kExitInterrupted, "interrupted", "",
                           "run the same command again: it goes on where it stopped");
        }
        std::this_thread::sleep_for(kPauseSlice);
    }
    pause_ = std::min(pause_ * 2, kPauseMax);
    return {};
}

Attempt<std::uint64_t> EventSender::recorded_sequence() {
    for (;;) {
        HttpRequest request;
        request.path = "/v1/sources/" + url_encoded(options_.source);
        const Result<HttpReply> reply = client_.send(request);
        if (reply && reply->status == 404) {
            away_ = false;
            return 0;
        }
        if (reply && reply->ok()) {
            away_ = false;
            boost::system::error_code error;
            const json::value parsed = json::parse(reply->body, error);
            const json::value* sequence = error || !parsed.is_object()
                                              ? nullptr
                                              : parsed.get_object().if_contains("sequence");
            if (sequence == nullptr || sequence->is_null()) return 0;
            if (!sequence->is_string()) return number_of(*sequence);
            const json::string& digits = sequence->get_string();
            std::uint64_t number = 0;
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
            return number;
        }
        if (reply && !asks_to_wait(reply->status)) {
            return tl::unexpected(
                trouble_of(*reply, "the hub does not tell where the import stands"));
        }
        if (!reply && reply.error().code == ErrorCode::invalid_argument) {
            return tl::unexpected(unreachable(reply.error(), client_.url()));
        }
        if (interrupted()) return trouble(kExitInterrupted, "interrupted");
        const Attempt<void> paused =
            pause(reply ? fmt::format("it answers {}", reply->status) : reply.error().detail);
        if (!paused) return tl::unexpected(paused.error());
    }
}

Attempt<void> EventSender::add(std::uint64_t tag, std::uint64_t sequence, std::string event,
                               std::vector<std::uint64_t> lines) {
    if (!queue_.empty() && (queue_.size() >= options_.batch_events_max ||
                            queued_bytes_ + event.size() > options_.batch_bytes_max)) {
        const Attempt<void> sent = send_queue();
        if (!sent) return sent;
    }
    queued_bytes_ += event.size() + 1;
    queue_.push_back({tag, sequence, std::move(event), std::move(lines)});
    return {};
}

Attempt<void> EventSender::flush() { return send_queue(); }

Attempt<void> EventSender::send_queue() {
    while (!queue_.empty()) {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/events:batch";
        request.content_type = "application/x-ndjson";
        for (const Queued& queued : queue_) request.body += queued.json + "\n";
        const Result<HttpReply> reply = client_.send(request);
        if (interrupted()) {
            return trouble(kExitInterrupted, "interrupted", "",
                           "run the same command again: it goes on where it stopped");
        }
        if (!reply || asks_to_wait(reply->status)) {
            const Attempt<void> paused =
                pause(reply ? fmt::format("it answers {}", reply->status) : reply.error().detail);
            if (!paused) return paused;
            const Attempt<void> settled = settle_recorded();
            if (!settled) return settled;
            continue;
        }
        if (!reply->ok()) return tl::unexpected(trouble_of(*reply, "the hub took no batch"));
        away_ = false;
        const Attempt<bool> done = settle(*reply);
        if (!done) return tl::unexpected(done.error());
        if (!*done) {
            const Attempt<void> settled = settle_recorded();
            if (!settled) return settled;
        }
    }
    queued_bytes_ = 0;
    return {};
}

Attempt<bool> EventSender::settle(const HttpReply& reply) {
    std::vector<Result<EventOutcome>> outcomes;
    std::string_view rest = reply.body;
    while (!rest.empty() && outcomes.size() < queue_.size()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) break;  // a line that was cut says nothing
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (line.empty()) continue;
        outcomes.push_back(read_outcome(line, queue_[outcomes.size()].lines));
    }
    // An event that the hub had no room for may be sent again only while nothing behind it was
    // recorded: afterwards the source's sequence has passed it, and it counts as refused.
    std::size_t settled_max = outcomes.size();
    while (settled_max > 0 && !outcomes[settled_max - 1] &&
           outcomes[settled_max - 1].error().code == ErrorCode::overloaded) {
        --settled_max;
    }
    for (std::size_t i = 0; i < settled_max; ++i) {
        if (!outcomes[i] && outcomes[i].error().code == ErrorCode::overloaded) {
            EventOutcome missed;
            missed.kind = EventOutcome::Kind::refused;
            missed.code = "overloaded";
            outcomes[i] = missed;
        }
        if (!outcomes[i]) {
            return trouble(outcomes[i].error(), "the hub's answer cannot be used",
                           "is this the hub that the key belongs to?");
        }
        const Attempt<void> told = on_outcome_(queue_[i].tag, *outcomes[i]);
        if (!told) return tl::unexpected(told.error());
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(settled_max));
    if (queue_.empty()) return true;
    const Attempt<void> paused = pause("it answered a part of a batch");
    if (!paused) return tl::unexpected(paused.error());
    return false;
}

Attempt<void> EventSender::settle_recorded() {
    const Attempt<std::uint64_t> recorded = recorded_sequence();
    if (!recorded) return tl::unexpected(recorded.error());
    std::size_t settled = 0;
    while (settled < queue_.size() && queue_[settled].sequence <= *recorded) {
        EventOutcome before;
        before.kind = EventOutcome::Kind::duplicate;
        const Attempt<void> told = on_outcome_(queue_[settled].tag, before);
        if (!told) return told;
        ++settled;
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(settled));
    return {};
}

}  // namespace holdfast::cli
