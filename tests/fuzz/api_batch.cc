// A batch of lines to the whole hub: each line is answered, in order, and the summary adds up.
#include "api_hub.h"
#include "base/check.h"
#include "input.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

constexpr const char* kBatchTargets[] = {"/v1/events:batch", "/v1/items:batch",
                                         "/v1/locations:batch", "/v1/events"};

std::int64_t member(const boost::json::object& object, const char* name) {
    return object.at(name).to_number<std::int64_t>();
}

void check_lines(std::string_view body) {
    std::int64_t lines = 0, rejected = 0, duplicates = 0;
    bool summed = false;
    while (!body.empty()) {
        const std::size_t end = std::min(body.find('\n'), body.size());
        boost::system::error_code error;
        const boost::json::value value = boost::json::parse(body.substr(0, end), error);
        HOLDFAST_CHECK(!error && value.is_object(), "each line of an answer is an object");
        HOLDFAST_CHECK(!summed, "the summary is the last line");
        const boost::json::object& line = value.as_object();
        if (const auto* summary = line.if_contains("summary")) {
            summed = true;
            const boost::json::object& sums = summary->as_object();
            HOLDFAST_CHECK(member(sums, "lines") == lines, "every line is answered");
            HOLDFAST_CHECK(member(sums, "rejected") == rejected, "the rejected ones are counted");
            HOLDFAST_CHECK(member(sums, "duplicates") == duplicates, "the repeats are counted");
            HOLDFAST_CHECK(member(sums, "accepted") == lines - rejected - duplicates,
                           "the rest was accepted");
        } else {
            HOLDFAST_CHECK(member(line, "line") > lines, "lines are answered in order");
            ++lines;
            const std::int64_t status = member(line, "status");
            HOLDFAST_CHECK(status < 500, "no line makes the hub fail");
            rejected += status >= 400 ? 1 : 0;
            duplicates += line.contains("duplicate") ? 1 : 0;
        }
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    HOLDFAST_CHECK(summed, "a batch ends with its summary");
}

}  // namespace

void api_batch(ByteSpan bytes) {
    Input in(bytes);
    const std::uint8_t kind = in.byte() % 4;
    ApiHub hub;
    const http::Answer answer =
        hub.send("POST", kBatchTargets[kind], std::string(in.text()),
                 kind == 3 ? "application/cloudevents-batch+json" : "application/x-ndjson");
    HOLDFAST_CHECK(answer.status == 200 || (answer.status >= 400 && answer.status < 500),
                   "a batch is answered");
    if (answer.status == 200) check_lines(answer.body);
}

}  // namespace holdfast::fuzz
