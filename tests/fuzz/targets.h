// The fuzzers' targets: each takes any bytes and ends the process by a check where the product does
// not keep its word. libFuzzer feeds them (libfuzzer.cc); corpus_replay.cc plays the committed
// corpus in every build.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"

namespace holdfast::fuzz {

void http_request(ByteSpan bytes);
void json_bodies(ByteSpan bytes);
void api_call(ByteSpan bytes);
void api_batch(ByteSpan bytes);
void query(ByteSpan bytes);
void tokens(ByteSpan bytes);
void rfc3339(ByteSpan bytes);
void csv(ByteSpan bytes);
void fact(ByteSpan bytes);
void journal_scan(ByteSpan bytes);
void checkpoint_state(ByteSpan bytes);
void checkpoint_file(ByteSpan bytes);
void commands(ByteSpan bytes);

struct Target {
    std::string_view name;  ///< also the folder of its corpus
    void (*run)(ByteSpan);
};
inline constexpr Target kTargets[] = {
    {"http_request", http_request},
    {"json_bodies", json_bodies},
    {"api_call", api_call},
    {"api_batch", api_batch},
    {"query", query},
    {"tokens", tokens},
    {"rfc3339", rfc3339},
    {"csv", csv},
    {"fact", fact},
    {"journal_scan", journal_scan},
    {"checkpoint_state", checkpoint_state},
    {"checkpoint_file", checkpoint_file},
    {"commands", commands},
};

}  // namespace holdfast::fuzz
