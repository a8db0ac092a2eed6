// `holdfast readmodel`: the read model's file at rest, or beside a running hub.
#pragma once

#include <string>

#include "cli/progress.h"

namespace holdfast::cli {

struct ReadModelOptions {
    std::string data = "./holdfast-data";
    ProgressStyle progress = ProgressStyle::automatic;
    bool json = false;
};

/// Throws the file away and builds it from the journal. Not beside a running hub: 4.
int readmodel_rebuild(const ReadModelOptions& options);

/// How far it is, and what is in it. 3 where there is none.
int readmodel_status(const ReadModelOptions& options);

/// Builds another one from the journal up to the same fact and compares every row. 0: equal; 6:
/// not.
int readmodel_verify(const ReadModelOptions& options);

}  // namespace holdfast::cli
