// The commands that ask a running hub one thing: reserve, confirm, release, availability, position,
// status, key. Each prints one answer; with --json it is the hub's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/client_options.h"

namespace holdfast::cli {

struct ReserveOptions {
    ClientOptions client;
    std::string channel = "web";
    std::vector<std::string> lines;  ///< SKU[@LOCATION][=QUANTITY]
    std::string order;
    std::uint64_t time_to_live_s = 0;  ///< 0: the hub's default
    bool partial = false;
    std::string key;  ///< idempotency key; empty draws one
};
int reserve(const ReserveOptions& options);

struct StepOptions {
    ClientOptions client;
    std::string reservation;
    std::string order;                    ///< confirm
    std::string reason;                   ///< release
    std::vector<std::string> line_units;  ///< release: LINE=QUANTITY
    std::string key;
};
int confirm(const StepOptions& options);
int release(const StepOptions& options);

struct AvailabilityOptions {
    ClientOptions client;
    std::string channel = "web";
    std::string location;
    std::vector<std::string> skus;
};
int availability(const AvailabilityOptions& options);

struct PositionOptions {
    ClientOptions client;
    std::string sku;
    std::string location;  ///< empty: all locations of the SKU
};
int position(const PositionOptions& options);

struct StatusOptions {
    ClientOptions client;
    bool state_hash = false;
    bool check = false;  ///< prove the ledger's invariants
};
int status(const StatusOptions& options);

struct KeyOptions {
    ClientOptions client;
    std::string title;
    std::vector<std::string> scopes;
    std::string source;  ///< create: the one that it speaks as; empty: any
    std::string id;
};
int key_create(const KeyOptions& options);
int key_list(const KeyOptions& options);
int key_revoke(const KeyOptions& options);

/// One line of a reservation as the command line writes it.
struct LineText {
    std::string sku;
    std::string location;
    std::int64_t quantity = 1;
};
/// "BOOT-42", "BOOT-42=2", "BOOT-42@DC1=2". Trouble (usage) when it is none of these.
Attempt<LineText> parse_line(const std::string& text);

}  // namespace holdfast::cli
