#include "api/health.h"

#include <fmt/format.h>

namespace holdfast::api {
namespace {

class Checks {
  public:
    explicit Checks(bool verbose) : verbose_(verbose) {}

    void check(std::string_view name, bool good) {
        answer_.good &= good;
        if (good && !verbose_) return;
        answer_.text += good ? "[+]" : "[-]";
        answer_.text += name;
        answer_.text += good ? " ok\n" : "\n";
    }
    /// Worth knowing, and no reason to say no.
    void note(std::string_view text) {
        if (verbose_) answer_.text += fmt::format("[i]{}\n", text);
    }
    HealthAnswer finish() {
        if (answer_.text.empty()) answer_.text = "ok\n";
        return std::move(answer_);
    }

  private:
    bool verbose_;
    HealthAnswer answer_;
};

}  // namespace

HealthAnswer answer_health(HealthQuestion question, const HealthBoard& board, Microseconds now,
                           bool verbose) {
    Checks checks(verbose);
    const bool started = board.started;
    switch (question) {
        case HealthQuestion::live:
            // During recovery the loop does not turn yet.
            checks.check("loop",
                         !started || now - Microseconds{board.last_turn} < loop_silence_max);
            break;
        case HealthQuestion::started: checks.check("recovery", started); break;
        case HealthQuestion::ready:
            checks.check("recovery", started);
            checks.check("draining", !board.draining);
            checks.check("disk", !board.disk_full);
            checks.check("journal", !board.failed);
            if (board.read_model_on)
                checks.note(fmt::format(
                    "read_model {}, {} facts and {:.1f} s behind",
                    board.read_model_following ? "following" : "not following",
                    board.read_model_lag_facts.load(),
                    std::chrono::duration<double>(Microseconds{board.read_model_lag_us}).count()));
            break;
    }
    return checks.finish();
}

}  // namespace holdfast::api
