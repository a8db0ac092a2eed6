#include "hub/hub.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include "api/api.h"
#include "api/api_key.h"
#include "api/measured_journal.h"
#include "hub/admin.h"
#include "hub/checkpoint_thread.h"
#include "hub/endpoint.h"
#include "hub/log.h"
#include "hub/read_model.h"
#include "journal/checkpoint_store.h"
#include "journal/file_journal.h"
#include "os/asio_loop.h"
#include "os/huge_pages.h"
#include "os/linux_disk.h"
#include "os/system_clock.h"
#include "os/system_random.h"
#include "os/tls_stream.h"
#include "os/worker_thread.h"
#include "sequencer/sequencer.h"

namespace holdfast::hub {
namespace {

constexpr Microseconds kExpiryPeriod = std::chrono::milliseconds(100);
/// While holds are overdue: 256 at a time keep a turn short, and this keeps up with any load.
constexpr Microseconds kExpiryPeriodBusy = std::chrono::milliseconds(1);
/// Cases of what did not come: minutes late is early enough, and looking walks every source.
constexpr Microseconds kOverduePeriod = std::chrono::seconds(10);
/// How often the end of a commit is looked for while nothing else is done.
constexpr Microseconds kSettlePeriod = std::chrono::microseconds(200);
constexpr Microseconds kIdlePeriod = std::chrono::milliseconds(10);
/// Up to so many commands a commit is quicker than its hand-over to a thread (docs/performance.md).
constexpr std::uint32_t kInTurnEntriesMax = 4;
/// With more connections the next requests arrive during the commit, and the loop must be reading.
constexpr std::size_t kInTurnConnectionsMax = 4;
constexpr int kReturnedBytesMin = 128 * 1024;
/// A batch has to fit a segment, and a segment memory-sized reads.
constexpr std::uint64_t kSegmentBytesMin = 1024 * 1024;
constexpr std::uint64_t kSegmentBytesMax = 1024ULL * 1024 * 1024;
constexpr Microseconds kDrainMax = std::chrono::seconds(20);
/// The scopes of the key that the first start makes: everything.
constexpr std::string_view kRootScopes = "admin@*/*";
constexpr std::string_view kRootKeyFile = "admin.key";

struct Addresses {
    os::Endpoint api;
    std::optional<os::Endpoint> admin;
};

bool wants_tls(const ServeOptions& options) {
    return !options.tls_certificate.empty() || !options.tls_key.empty();
}

/// What can be refused before anything on the disk is made or read.
Result<Addresses> check_options(const ServeOptions& options) {
    if (options.segment_bytes % journal::kBlockBytes != 0 ||
        options.segment_bytes < kSegmentBytesMin || options.segment_bytes > kSegmentBytesMax)
        return failure(ErrorCode::invalid_argument,
                       fmt::format("--segment-bytes {} is not a multiple of {} from {} to {}",
                                   options.segment_bytes, journal::kBlockBytes, kSegmentBytesMin,
                                   kSegmentBytesMax));
    const auto api = parse_endpoint(options.listen);
    if (!api) return tl::unexpected(api.error());
    if (!is_loopback(*api) && !wants_tls(options) && !options.insecure_public)
        return failure(ErrorCode::invalid_argument,
                       fmt::format("{} is reachable from outside and would speak plain HTTP. Give "
                                   "--tls-certificate and --tls-key, listen on 127.0.0.1 behind a "
                                   "proxy, or say --insecure-public",
                                   options.listen));
    Addresses addresses{.api = *api, .admin = {}};
    if (options.admin.empty()) return addresses;
    const auto admin = parse_endpoint(options.admin);
    if (!admin) return tl::unexpected(admin.error());
    if (!is_loopback(*admin) && !options.insecure_public)
        return failure(ErrorCode::invalid_argument,
                       options.admin +
                           " is reachable from outside, and the admin listener asks "
                           "for no key: use a loopback address, or --insecure-public");
    addresses.admin = *admin;
    return addresses;
}

/// Files that the journal, checkpoints, the admin listener and the log may need at a time.
constexpr std::size_t kFilesReserved = 512;

/// As many connections as leave files for the hub's own use: else a crowd of idle ones keeps the
/// journal from opening its next segment, and nothing can be recorded.
std::size_t connections_max() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return kFilesReserved;
    const rlim_t wanted = http::ServerOptions{}.connections_max + kFilesReserved;
    rlimit raised = files;
    raised.rlim_cur = std::min(files.rlim_max, std::max(files.rlim_cur, wanted));
    if (raised.rlim_cur > files.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
    if (files.rlim_cur >= wanted) return http::ServerOptions{}.connections_max;
    const std::size_t room =
        files.rlim_cur > 2 * kFilesReserved ? files.rlim_cur - kFilesReserved : files.rlim_cur / 2;
    log_warning("files.limited", "the limit of open files allows fewer connections",
                {{"files", fmt::to_string(files.rlim_cur)}, {"connections", fmt::to_string(room)}});
    return room;
}

api::BuildInfo build_info() { return {.version = HOLDFAST_VERSION, .revision = HOLDFAST_REVISION}; }

}  // namespace

/// In order of construction; destroyed in the reverse one.
struct Hub::Parts : sequencer::Caller {
    os::SystemClock clock;
    os::SystemRandom random;
    api::HealthBoard health;
    api::Metrics metrics;
    std::unique_ptr<os::AsioLoop> loop;
    std::unique_ptr<os::LinuxDisk> disk;
    std::unique_ptr<journal::FileJournal> file_journal;
    std::unique_ptr<api::MeasuredJournal> journal;
    std::unique_ptr<journal::CheckpointStore> checkpoints;
    std::unique_ptr<sequencer::Sequencer> sequencer;
    std::unique_ptr<CheckpointThread> checkpoint_thread;
    std::unique_ptr<ReadModel> read_model;
    std::unique_ptr<os::WorkerThread> decoding;  // reads batches beside the loop
    std::unique_ptr<api::Api> api;
    std::unique_ptr<http::Server> server;
    std::unique_ptr<os::TlsContext> tls;
    std::unique_ptr<os::Listener> listener;
    std::unique_ptr<Admin> admin;
    std::unique_ptr<os::Timer> expiry_timer;
    std::unique_ptr<os::Timer> overdue_timer;
    std::unique_ptr<os::Timer> idle_timer;
    std::uint64_t commits_seen = 0;
    sequencer::ExpiryClock::Verdict expiry_told = sequencer::ExpiryClock::Verdict::trusted;
    bool idle_armed = false;
    bool stopping = false;
    bool stop_now = false;
    bool root_key_made = false;

    // The answer to the one command that the hub submits for itself: its first API key.
    sequencer::Answer root_key_answer;
    void answered(std::uint64_t /*token*/, const sequencer::Answer& answer) override {
        root_key_answer = answer;
    }

    Result<void> open(const ServeOptions& options);
    Result<void> recover(const ServeOptions& options);
    Result<void> make_root_key();
    Result<void> open_read_model(const ServeOptions& options);
    void settle();
    Result<void> listen(const ServeOptions& options, const Addresses& addresses);
    void end_turn();
    void keep_expiring(Microseconds after);
    void keep_reporting();
    void keep_idle_work_going();
    void tell_expiry();
    void on_signal(int signal);
    void begin_stop();
    [[noreturn]] void die_of_disk();
};

Hub::Hub(ServeOptions options) : options_(std::move(options)) {}
Hub::~Hub() = default;

Result<void> Hub::Parts::open(const ServeOptions& options) {
    loop = std::make_unique<os::AsioLoop>(clock);
    os::LinuxDiskOptions disk_options;
    disk_options.commit_thread = options.commit != CommitMode::in_turn;
    if (options.commit == CommitMode::automatic)
        disk_options.commit_inline = [this] {
            const bool lonely =
                server == nullptr || server->stats().connections <= kInTurnConnectionsMax;
            return lonely && sequencer->entries_in_commit() <= kInTurnEntriesMax;
        };
    disk_options.post = [this](std::function<void()> task) { loop->post(std::move(task)); };
    auto opened = os::LinuxDisk::open_directory(options.data, disk_options);
    if (!opened) return failure(opened.error(), "opening " + options.data);
    disk = std::move(*opened);
    file_journal = std::make_unique<journal::FileJournal>(
        *disk, clock, random, journal::FileJournalOptions{.segment_bytes = options.segment_bytes});
    journal = std::make_unique<api::MeasuredJournal>(*file_journal, clock, metrics.journal_commit);
    checkpoints = std::make_unique<journal::CheckpointStore>(*disk);
    return {};
}

Result<void> Hub::Parts::recover(const ServeOptions& options) {
    sequencer::SequencerOptions sequencer_options;
    sequencer_options.limits.reservations_expected = options.reservations_expected;
    sequencer_options.checkpoint_after_bytes = options.checkpoint_bytes;
    if (options.checkpoint_bytes == 0) sequencer_options.checkpoint_after_facts = 0;
    sequencer = std::make_unique<sequencer::Sequencer>(clock, *journal, checkpoints.get(),
                                                       sequencer_options);
    Microseconds told = clock.since_boot();
    const auto recovered = sequencer->recover([&](std::uint64_t done, std::uint64_t total) {
        if (clock.since_boot() - told < std::chrono::seconds(2)) return;
        told = clock.since_boot();
        log_info("recovery.progress", "replaying the journal",
                 {{"facts", fmt::to_string(done)},
                  {"of", fmt::to_string(total)},
                  {"percent", fmt::to_string(total == 0 ? 100 : done * 100 / total)}});
    });
    if (!recovered) return tl::unexpected(recovered.error());
    if (!file_journal->torn_tail().empty())
        log_warning("recovery.torn_tail", "an unacknowledged commit was left behind by a crash",
                    {{"detail", file_journal->torn_tail()}});
    for (const std::string& refused : recovered->checkpoints_refused)
        log_warning("recovery.checkpoint_refused", "a checkpoint was not usable",
                    {{"detail", refused}});
    if (!disk->direct())
        log_warning("disk.buffered", "the file system refuses O_DIRECT: using the page cache");
    log_info("recovery.done", "recovered",
             {{"seq", fmt::to_string(sequencer->durable_seq())},
              {"checkpoint_seq", fmt::to_string(recovered->checkpoint_seq)},
              {"facts_replayed", fmt::to_string(recovered->facts_replayed)},
              {"ms", fmt::to_string(recovered->took.count() / 1000)}});
    sequencer->on_fatal([this] { die_of_disk(); });
    auto beside = CheckpointThread::open(options.data, *loop, clock, sequencer_options.limits);
    if (!beside) return failure(beside.error(), "opening " + options.data + " for checkpoints");
    checkpoint_thread = std::move(*beside);
    sequencer->take_checkpoints_with(*checkpoint_thread);
    return {};
}

/// Without any key nobody could ever get in: the first start makes one and leaves it in a file that
/// only its owner can read.
Result<void> Hub::Parts::make_root_key() {
    if (!sequencer->state().access.rows().empty()) return {};
    const api::NewApiKey key = api::make_api_key(random);
    const std::string text = key.text + "\n";
    // The file first: a key that is journaled but not written down would be lost for ever.
    if (Result<void> r = disk->write_atomically(kRootKeyFile, as_byte_span(text)); !r)
        return failure(r.error(), "writing the first API key");
    CreateApiKey command{.id = key.id, .title = "first key", .scopes = kRootScopes};
    command.envelope.actor = "bootstrap";
    std::copy(key.secret_hash.begin(), key.secret_hash.end(), command.secret_hash);
    sequencer->submit(command, this, 0);
    sequencer->turn();
    settle();
    if (root_key_answer.kind == sequencer::Answer::Kind::unavailable)
        return failure(ErrorCode::disk_full,
                       "the first API key could not be recorded: " +
                           std::string(sequencer::name(root_key_answer.reason)));
    if (root_key_answer.outcome.kind != ledger::Outcome::Kind::recorded)
        return failure(ErrorCode::io_error, "the first API key could not be recorded");
    root_key_made = true;
    return {};
}

/// What is wrong with its file it mends by itself; here only the directory can be at fault.
Result<void> Hub::Parts::open_read_model(const ServeOptions& options) {
    if (!options.read_model) return {};
    auto opened = ReadModel::open(options.data, *loop, *journal, options.history);
    if (!opened) return failure(opened.error(), "opening the read model in " + options.data);
    read_model = std::move(*opened);
    sequencer->on_durable(
        [this](std::uint64_t durable_seq) { read_model->follower().durable(durable_seq); });
    read_model->follower().start();
    return {};
}

/// Runs the loop until every commit has ended, or for kDrainMax: with a commit thread the end is
/// posted to it.
void Hub::Parts::settle() {
    loop->on_turn_end({});
    const Microseconds until = clock.since_boot() + kDrainMax;
    while (!sequencer->idle() && clock.since_boot() < until) {
        const auto soon = loop->call_after(kSettlePeriod, [this] { loop->stop(); });
        loop->run();
    }
}

Result<void> Hub::Parts::listen(const ServeOptions& options, const Addresses& addresses) {
    decoding = std::make_unique<os::WorkerThread>("hf-decode");
    api = std::make_unique<api::Api>(
        api::Services{
            .sequencer = *sequencer,
            .loop = *loop,
            .random = random,
            .metrics = metrics,
            .health = health,
            .read_model = read_model == nullptr ? nullptr : &read_model->follower(),
            .reading = read_model == nullptr ? readmodel::Executor{} : read_model->reading(),
            .decoding = [thread = decoding.get()](os::Task task) { thread->run(std::move(task)); }},
        api::Options{.build = build_info()});
    const http::ServerOptions server_options{.connections_max = connections_max()};
    server = std::make_unique<http::Server>(*loop, *api, server_options);
    api->attach(*server);
    os::AcceptHandler accept = [this](std::unique_ptr<os::Stream> stream) {
        server->accept(std::move(stream));
    };
    if (wants_tls(options)) {
        auto loaded = os::TlsContext::load(
            {.certificate_chain = options.tls_certificate, .private_key = options.tls_key});
        if (!loaded) return failure(loaded.error(), "loading the TLS certificate");
        tls = std::move(*loaded);
        accept = tls->accept_handler(*loop, std::move(accept));
    }
    auto listening = loop->listen(addresses.api, std::move(accept));
    if (!listening) return failure(listening.error(), "listening on " + options.listen);
    listener = std::move(*listening);
    if (!addresses.admin) return {};
    admin = std::make_unique<Admin>(clock, health, metrics, build_info());
    if (Result<void> r = admin->start(*addresses.admin); !r)
        return failure(r.error(), "listening on " + options.admin);
    return {};
}

void Hub::Parts::end_turn() {
    sequencer->turn();
    api->turn_ended();
    server->flush();
    if (sequencer->counters().commits != commits_seen) {
        commits_seen = sequencer->counters().commits;
        keep_idle_work_going();
    }
}

void Hub::Parts::keep_expiring(Microseconds after) {
    expiry_timer = loop->call_after(after, [this] {
        keep_expiring(sequencer->expire() ? kExpiryPeriodBusy : kExpiryPeriod);
        tell_expiry();
    });
}

void Hub::Parts::keep_reporting() {
    overdue_timer = loop->call_after(kOverduePeriod, [this] {
        keep_reporting();
        sequencer->report_overdue();
    });
}

/// Holds that nobody ends are stock that nobody sells: somebody must hear of it.
void Hub::Parts::tell_expiry() {
    using Verdict = sequencer::ExpiryClock::Verdict;
    const Verdict verdict = sequencer->expiry_clock().verdict(sequencer->state().log_time);
    if (verdict == std::exchange(expiry_told, verdict)) return;
    if (verdict == Verdict::trusted)
        log_info("expiry.on", "holds are ended when their time comes");
    else
        log_warning("expiry.paused",
                    "no hold is ended: SIGUSR1 says that the clock is right and ends the wait",
                    {{"why", std::string(sequencer::name(verdict))}});
}

void Hub::Parts::on_signal(int signal) {
    if (signal == SIGUSR1) {
        sequencer->expiry_clock().resume();
        tell_expiry();
    } else if (signal == SIGUSR2) {
        sequencer->want_checkpoint();
        keep_idle_work_going();
    } else if (signal != SIGHUP) {
        begin_stop();
    } else if (tls != nullptr) {
        if (Result<void> r = tls->reload(); !r)
            log_error("tls.reload_failed", "keeping the old certificate",
                      {{"detail", to_string(r.error())}});
        else
            log_info("tls.reloaded", "certificate read again");
    }
}

/// After a commit: watermark, spare segments, free space, the start of a checkpoint that is due.
/// Then silence, unless the disk is low.
void Hub::Parts::keep_idle_work_going() {
    if (idle_armed) return;
    idle_armed = true;
    idle_timer = loop->call_after(kIdlePeriod, [this] {
        idle_armed = false;
        const bool worked = sequencer->idle_work();
        if (worked || file_journal->wants_idle_work()) keep_idle_work_going();
    });
}

void Hub::Parts::begin_stop() {
    if (stopping) {
        log_warning("stop.now", "second signal: stopping without waiting");
        stop_now = true;
        loop->stop();
        return;
    }
    stopping = true;
    health.draining = true;
    log_info("stop.draining", "finishing what was asked");
    sequencer->start_draining();
    server->drain(kDrainMax, [this] { loop->stop(); });
}

void Hub::Parts::die_of_disk() {
    health.failed = true;
    const bool fenced = file_journal->failure_text().empty();
    const bool again = !fenced && file_journal->recent_failure();
    if (fenced)
        log_error("journal.fenced", "another process took this journal: nothing more was written");
    else
        log_error("disk.failed",
                  again ? "the disk failed again within ten minutes: staying down"
                        : "a write or sync failed: what the disk holds is not known; start again",
                  {{"detail", file_journal->failure_text()}});
    // The callers' answers (outcome unknown) leave if their sockets take them at once.
    if (server != nullptr) server->flush();
    std::_Exit(fenced ? kExitUnavailable : again ? kExitStayDown : kExitDiskFailed);
}

Result<void> Hub::start() {
    // Bodies and answers of this size go back to the system when they are done. Left to itself, the
    // allocator raises the bound to the largest one it has seen and keeps the memory of a flood.
    mallopt(M_MMAP_THRESHOLD, kReturnedBytesMin);
    std::pmr::set_default_resource(os::huge_page_resource());
    if (options_.realtime) {
        // Before any thread is started: they inherit it.
        const sched_param priority{.sched_priority = 3};
        if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
            log_warning("realtime.refused", "SCHED_FIFO is not allowed here: running as usual");
    }
    parts_ = std::make_unique<Parts>();
    Parts& p = *parts_;
    const Result<Addresses> addresses = check_options(options_);
    if (!addresses) return tl::unexpected(addresses.error());
    if (Result<void> r = p.open(options_); !r) return r;
    if (Result<void> r = p.recover(options_); !r) return r;
    if (Result<void> r = p.make_root_key(); !r) return r;
    if (Result<void> r = p.open_read_model(options_); !r) return r;
    if (Result<void> r = p.listen(options_, *addresses); !r) return r;
    p.loop->on_turn_end([&p] { p.end_turn(); });
    p.loop->on_signal([&p](int signal) { p.on_signal(signal); });
    p.keep_expiring(kExpiryPeriod);
    p.keep_reporting();
    p.keep_idle_work_going();
    return {};
}

int Hub::run() {
    Parts& p = *parts_;
    const bool tls = p.tls != nullptr;
    p.health.started = true;
    LogFields fields{
        {"url", fmt::format("{}://{}", tls ? "https" : "http",
                            options_.listen.substr(0, options_.listen.rfind(':')) + ":" +
                                fmt::to_string(p.listener->port()))},
        {"admin", p.admin == nullptr ? "none" : fmt::format("port {}", p.admin->port())}};
    if (p.root_key_made)
        fields.emplace_back("key", options_.data + "/" + std::string(kRootKeyFile));
    log_info("serving", "serving", fields);
    p.loop->run();
    p.expiry_timer.reset();
    p.overdue_timer.reset();
    p.idle_timer.reset();
    p.sequencer->turn();
    if (!p.stop_now) p.settle();
    p.server->flush();
    if (!p.stop_now && p.sequencer->idle()) {
        if (Result<void> r = p.sequencer->checkpoint(); !r)
            log_warning("stop.no_checkpoint", "the next start will replay more",
                        {{"detail", to_string(r.error())}});
    }
    log_info("stop.done", "stopped", {{"seq", fmt::to_string(p.sequencer->durable_seq())}});
    return 0;
}

}  // namespace holdfast::hub
