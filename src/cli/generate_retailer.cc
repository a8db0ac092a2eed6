// `holdfast generate retailer`: footwear in every size, four nodes that ship parcels, stores, and
// three channels. Written as files, loaded into a running hub, or both.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cli/catalog_loader.h"
#include "cli/console.h"
#include "cli/generate_command.h"
#include "cli/import_stock.h"
#include "cli/output_file.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

constexpr std::uint32_t kNodes = 4;
constexpr std::uint32_t kSizes = 10;  // 36 to 45
constexpr std::uint32_t kFirstSize = 36;
constexpr double kNodeHolds = 0.95;
constexpr double kStoreHolds = 0.15;

struct Kind {
    const char* code;
    const char* title;
};
constexpr std::array<Kind, 8> kKinds{{{"BOOT", "Ankle boot"},
                                      {"RUN", "Running shoe"},
                                      {"SNKR", "Sneaker"},
                                      {"LOAF", "Loafer"},
                                      {"SAND", "Sandal"},
                                      {"DERB", "Derby"},
                                      {"HIKE", "Hiking boot"},
                                      {"SLIP", "Slipper"}}};
constexpr std::array kLooks{"black leather", "brown suede", "white canvas", "navy mesh",
                            "grey wool",     "tan leather", "olive rubber", "red canvas"};
constexpr std::array<const char*, kNodes> kNodeTitles{"Hamburg", "Rotterdam", "Lyon", "Milan"};

struct Article {
    std::string sku;
    std::string title;
    double popularity;
};

struct Place {
    std::string code;
    std::string title;
    bool node;
};

struct Retailer {
    std::vector<Article> articles;
    std::vector<Place> places;
};

Retailer make_retailer(SeededRandom& random, const GenerateRetailerOptions& options) {
    Retailer retailer;
    for (std::uint32_t i = 0; i < options.skus; ++i) {
        const std::uint32_t style = i / kSizes;
        const std::uint32_t size = kFirstSize + i % kSizes;
        const Kind& kind = kKinds[style % kKinds.size()];
        const char* look = kLooks[style / kKinds.size() % kLooks.size()];
        // Middle sizes sell most.
        const double size_share = 1.0 / (1 + std::abs(static_cast<double>(size) - 40.5));
        retailer.articles.push_back(
            {fmt::format("{}-{:04}-{}", kind.code, style, size),
             fmt::format("{} {} {:04}, size {}", kind.title, look, style, size),
             random.log_normal(0, 1.2) * size_share});
    }
    for (std::uint32_t i = 0; i < options.locations; ++i) {
        const bool node = i < kNodes;
        retailer.places.push_back(
            {node ? fmt::format("DC-{}", i + 1) : fmt::format("STORE-{:03}", i + 1 - kNodes),
             node ? fmt::format("Distribution centre {}", kNodeTitles[i])
                  : fmt::format("Store {}", i + 1 - kNodes),
             node});
    }
    return retailer;
}

/// Calls `sink` for each position that has stock, location by location.
template <class Sink>
Attempt<void> for_each_position(SeededRandom& random, const Retailer& retailer, Sink&& sink) {
    for (const Place& place : retailer.places) {
        for (const Article& article : retailer.articles) {
            if (!random.chance(place.node ? kNodeHolds : kStoreHolds)) continue;
            const double mean =
                place.node ? 20 + 60 * article.popularity : 1 + 3 * article.popularity;
            const auto units = static_cast<std::int64_t>(std::min<std::uint64_t>(
                random.poisson(std::min(mean, 400.0)) + (place.node ? 1U : 0U), 500));
            if (units == 0) continue;
            const Attempt<void> taken = sink(article, place, units);
            if (!taken) return taken;
        }
    }
    return {};
}

struct ChannelPlan {
    const char* code;
    const char* title;
    bool nodes;
    bool stores;
};
constexpr std::array<ChannelPlan, 3> kChannels{{{"web", "Web shop", true, true},
                                                {"amazon", "Amazon", true, false},
                                                {"pos", "Tills", false, true}}};

std::vector<std::string> pool_of(const Retailer& retailer, const ChannelPlan& channel) {
    std::vector<std::string> pool;
    for (const Place& place : retailer.places) {
        if (place.node ? channel.nodes : channel.stores) pool.push_back(place.code);
    }
    return pool;
}

struct Totals {
    std::uint64_t positions = 0;
    std::uint64_t units = 0;
};

Attempt<Totals> write_files(const GenerateRetailerOptions& options, const Retailer& retailer,
                            SeededRandom random) {
    if (::mkdir(options.out.c_str(), 0777) != 0 && errno != EEXIST) {
        return trouble(kExitFailed, "cannot make the directory " + options.out,
                       std::strerror(errno));
    }
    Totals totals;
    Attempt<OutputFile> items = OutputFile::create(options.out + "/items.csv");
    if (!items) return tl::unexpected(items.error());
    items->write("sku,title\n");
    for (const Article& article : retailer.articles) {
        items->write(fmt::format("{},{}\n", article.sku, csv_field(article.title)));
    }
    Attempt<OutputFile> places = OutputFile::create(options.out + "/locations.csv");
    if (!places) return tl::unexpected(places.error());
    places->write("location,title,kind\n");
    for (const Place& place : retailer.places) {
        places->write(fmt::format("{},{},{}\n", place.code, csv_field(place.title),
                                  place.node ? "node" : "store"));
    }
    Attempt<OutputFile> channels = OutputFile::create(options.out + "/channels.csv");
    if (!channels) return tl::unexpected(channels.error());
    channels->write("channel,title,location\n");
    for (const ChannelPlan& channel : kChannels) {
        for (const std::string& location : pool_of(retailer, channel)) {
            channels->write(fmt::format("{},{},{}\n", channel.code, channel.title, location));
        }
    }
    Attempt<OutputFile> stock = OutputFile::create(options.out + "/stock.csv");
    if (!stock) return tl::unexpected(stock.error());
    stock->write("sku,location,quantity,title\n");
    const Attempt<void> written = for_each_position(
        random, retailer,
        [&](const Article& article, const Place& place, std::int64_t units) -> Attempt<void> {
            stock->write(fmt::format("{},{},{},{}\n", article.sku, place.code, units,
                                     csv_field(article.title)));
            ++totals.positions;
            totals.units += static_cast<std::uint64_t>(units);
            return {};
        });
    if (!written) return tl::unexpected(written.error());
    for (OutputFile* file : {&*items, &*places, &*channels, &*stock}) {
        const Attempt<void> closed = file->close();
        if (!closed) return tl::unexpected(closed.error());
    }
    return totals;
}

Attempt<Totals> load(const GenerateRetailerOptions& options, const Retailer& retailer,
                     SeededRandom random) {
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return tl::unexpected(client.error());
    CatalogLoader catalog(*client);
    Attempt<void> done;
    for (const Article& article : retailer.articles) {
        done = catalog.add_item(article.sku, article.title);
        if (!done) return tl::unexpected(done.error());
    }
    for (const Place& place : retailer.places) {
        done = catalog.add_location(place.code, place.title);
        if (!done) return tl::unexpected(done.error());
    }
    done = catalog.flush();
    for (const ChannelPlan& channel : kChannels) {
        if (done) done = catalog.put_pool(channel.code, pool_of(retailer, channel));
        if (done) done = catalog.put_channel(channel.code, channel.title, channel.code);
    }
    if (!done) return tl::unexpected(done.error());
    constexpr std::uint32_t kWaitSeconds = 60;
    StockCounter counter(
        *client,
        fmt::format("generate/retailer/{}-{}-{}", options.seed, options.skus, options.locations),
        "opening", kWaitSeconds);
    done = counter.begin();
    if (!done) return tl::unexpected(done.error());
    Progress progress("opening stock", std::nullopt, options.progress);
    std::uint64_t row = 0;
    done = for_each_position(
        random, retailer,
        [&](const Article& article, const Place& place, std::int64_t units) -> Attempt<void> {
            if (interrupted()) return trouble(kExitInterrupted, "interrupted");
            progress.update(++row);
            return counter.add(row, article.sku, place.code, units);
        });
    if (done) done = counter.finish();
    if (!done) return tl::unexpected(done.error());
    progress.finish();
    const StockTotals& totals = counter.totals();
    if (!totals.refused.empty()) {
        return trouble(kExitFailed, "the hub refused some opening counts",
                       totals.refused.begin()->first);
    }
    return Totals{totals.counted + totals.duplicate, totals.units};
}

Attempt<int> run(const GenerateRetailerOptions& options) {
    if (options.out.empty() && !options.load) {
        return trouble(kExitUsage, "nothing to do", "neither --out nor --load was given",
                       "holdfast generate retailer --load");
    }
    if (options.locations <= kNodes) {
        return trouble(kExitUsage, fmt::format("--locations must be above {}", kNodes),
                       "the first four ship parcels, the others are stores");
    }
    SeededRandom random(options.seed);
    const Retailer retailer = make_retailer(random, options);
    Totals totals;
    if (!options.out.empty()) {
        const Attempt<Totals> written = write_files(options, retailer, random);
        if (!written) return tl::unexpected(written.error());
        totals = *written;
    }
    if (options.load) {
        const Attempt<Totals> loaded = load(options, retailer, random);
        if (!loaded) return tl::unexpected(loaded.error());
        totals = *loaded;
    }
    if (options.client.json) {
        std::string text;
        http::JsonWriter json(text);
        json.begin_object()
            .member("skus", options.skus)
            .member("locations", options.locations)
            .member("channels", std::uint64_t{kChannels.size()})
            .member("positions", totals.positions)
            .member("units", totals.units)
            .member("seed", options.seed)
            .end_object();
        print_data(text + "\n");
    } else {
        print_data(
            fmt::format("retailer: {} SKUs, {} locations, {} channels, {} positions, {} units\n",
                        grouped(options.skus), grouped(options.locations), kChannels.size(),
                        grouped(totals.positions), grouped(totals.units)));
    }
    return kExitOk;
}

}  // namespace

int generate_retailer(const GenerateRetailerOptions& options) {
    catch_interrupts();
    const Attempt<int> done = run(options);
    return done ? *done : complain(done.error());
}

}  // namespace holdfast::cli
