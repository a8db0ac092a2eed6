// Bodies of what is seldom changed: items, locations, pools, channels, keys; and the bulk
// availability query.
#include <algorithm>

#include "api/decoder_parts.h"
#include "api/scope.h"
#include "base/rfc3339.h"

namespace holdfast::api {

namespace {

bool read_unit(Decoder::Parts& parts, JsonReader& reader, json::value value, ItemUnit& unit) {
    constexpr FieldNames<3> kFields{"unit", "numerator", "denominator"};
    return reader.read_object(
        value, kFields, bit(0) | bit(1), [&](std::size_t field, json::value v) {
            switch (field) {
                case 0: return parts.kept_text(reader, v, 1, code_bytes_max, unit.code);
                case 1: return reader.read_integer(v, unit.numerator);
                default: return reader.read_integer(v, unit.denominator);
            }
        });
}

bool read_kit(Decoder::Parts& parts, JsonReader& reader, json::value value,
              std::vector<KitComponent>& components, bool& assembled) {
    const auto read_component = [&](std::size_t, json::value item) {
        KitComponent& component = components.emplace_back();
        return reader.read_object(item, FieldNames<2>{"sku", "quantity"}, bit(0) | bit(1),
                                  [&](std::size_t field, json::value v) {
                                      return field == 0
                                                 ? parts.sku(reader, v, component.sku)
                                                 : reader.read_integer(v, component.quantity);
                                  });
    };
    const bool read =
        reader.read_object(value, FieldNames<2>{"components", "assembled"}, bit(0),
                           [&](std::size_t field, json::value v) {
                               if (field == 1) return reader.read_bool(v, assembled);
                               return reader.read_array(v, kit_components_max, read_component);
                           });
    if (read && components.empty()) return reader.invalid("A kit has at least one component.");
    return read;
}

}  // namespace

bool Decoder::item(std::string_view body, UpsertItem& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    std::vector<ItemUnit> units;
    std::vector<KitComponent> components;
    const auto on_field = [&](std::size_t field, json::value v) {
        switch (field) {
            case 0: return parts.kept_text(reader, v, 0, title_bytes_max, out.title);
            case 1: return reader.read_integer_between(v, 0, unit_value_max, out.unit_value);
            case 2:
                out.sets_units = true;
                return reader.read_array(v, item_units_max, [&](std::size_t, json::value unit) {
                    return read_unit(parts, reader, unit, units.emplace_back());
                });
            case 3:
                out.sets_components = true;
                if (JsonReader::is_null(v)) return reader.read_null(v);
                return read_kit(parts, reader, v, components, out.assembled);
            default: return parts.kept_text(reader, v, 1, code_bytes_max, out.code);
        }
    };
    const bool read =
        out.code.empty()
            ? reader.read_document(parts.parser, body,
                                   FieldNames<5>{"title", "unit_value", "units", "kit", "sku"},
                                   bit(4), on_field)
            : reader.read_document(parts.parser, body_or_empty_object(body),
                                   FieldNames<4>{"title", "unit_value", "units", "kit"}, 0,
                                   on_field);
    if (read) out.units = parts.kept<ItemUnit>(units);
    if (read) out.components = parts.kept<KitComponent>(components);
    return read;
}

bool Decoder::location(std::string_view body, UpsertLocation& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    const auto on_field = [&](std::size_t field, json::value v) {
        if (field == 0) return parts.kept_text(reader, v, 0, title_bytes_max, out.title);
        if (field == 1) return reader.read_bool(v, out.enabled);
        return parts.kept_text(reader, v, 1, code_bytes_max, out.code);
    };
    if (!out.code.empty()) {
        return reader.read_document(parts.parser, body_or_empty_object(body),
                                    FieldNames<2>{"title", "enabled"}, 0, on_field);
    }
    return reader.read_document(parts.parser, body, FieldNames<3>{"title", "enabled", "location"},
                                bit(2), on_field);
}

bool Decoder::pool(std::string_view body, UpsertPool& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    return reader.read_document(
        parts.parser, body, FieldNames<1>{"locations"}, bit(0), [&](std::size_t, json::value v) {
            return parts.locations(reader, v, pool_locations_max, out.locations);
        });
}

bool Decoder::group(std::string_view body, UpsertGroup& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    return reader.read_document(
        parts.parser, body, FieldNames<2>{"title", "locations"}, bit(1),
        [&](std::size_t field, json::value v) {
            if (field == 0) {
                return parts.kept_text(reader, v, 0, title_bytes_max, out.title);
            }
            return parts.locations(reader, v, group_locations_max, out.locations);
        });
}

bool Decoder::channel(std::string_view body, UpsertChannel& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    return reader.read_document(parts.parser, body, FieldNames<3>{"title", "pool", "splits"},
                                bit(1), [&](std::size_t field, json::value v) {
                                    std::string_view text;
                                    switch (field) {
                                        case 0:
                                            return parts.kept_text(reader, v, 0, title_bytes_max,
                                                                   out.title);
                                        case 1:
                                            if (JsonReader::is_null(v)) {
                                                return reader.read_null(v);
                                            }
                                            if (!parts.code(reader, v, text)) return false;
                                            out.pool = parts.state->pool(text);
                                            if (out.pool == kNoPool) out.pool = kUnknownPool;
                                            return true;
                                        default: return reader.read_bool(v, out.splits);
                                    }
                                });
}

namespace {

bool makes_keys(std::string_view scopes) {
    const auto grants = parse_scopes(scopes);
    return grants && std::ranges::any_of(
                         *grants, [](const Grant& grant) { return grant.action == Action::admin; });
}

}  // namespace

bool Decoder::api_key(std::string_view body, ApiKeyRequest& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    const auto on_scope = [&](std::size_t, json::value v) {
        constexpr std::size_t kScopeBytesMax = 600;
        std::string_view text;
        if (!reader.read_text(v, 1, kScopeBytesMax, text)) return false;
        const auto grants = parse_scopes(text);
        if (!grants) return reader.invalid(grants.error().detail);
        if (grants->size() != 1) return reader.invalid("One scope per entry.");
        if (!out.scopes.empty()) out.scopes.push_back(',');
        out.scopes += text;
        return out.scopes.size() <= scopes_bytes_max || reader.invalid("The scopes are too long.");
    };
    const bool read = reader.read_document(
        parts.parser, body, FieldNames<4>{"title", "scopes", "expires_at", "source"},
        bit(0) | bit(1), [&](std::size_t field, json::value v) {
            std::string_view text;
            switch (field) {
                case 0:
                    if (!reader.read_text(v, 1, title_bytes_max, text)) return false;
                    out.title = text;
                    return true;
                case 1: return reader.read_array(v, kScopesMax, on_scope);
                case 3:
                    if (!parts.code(reader, v, text)) return false;
                    out.source = text;
                    return true;
                default: {
                    if (!reader.read_text(v, 1, code_bytes_max, text)) return false;
                    const Result<Instant> at = parse_rfc3339(text);
                    if (!at) return reader.invalid("It must be an RFC 3339 time with an offset.");
                    out.expires_at = *at;
                    return true;
                }
            }
        });
    if (!read) return false;
    if (out.scopes.empty()) {
        return fault.set(problems::invalid_value, "#/scopes",
                         "A key without scopes can do nothing.");
    }
    if (!out.source.empty() && makes_keys(out.scopes)) {
        return fault.set(problems::invalid_value, "#/source",
                         "A key that may make keys could make one that speaks as anybody.");
    }
    return true;
}

namespace {

/// How far ahead of their use slots, texts and rows are asked for: a look-up alone is three cache
/// misses, and a query has up to a thousand.
constexpr std::size_t kLookAhead = 12;

void resolve_skus(const ledger::State& state, std::span<const CodeText> codes,
                  std::span<AvailabilityItem> items) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (i + kLookAhead < codes.size()) state.items.prefetch_text(codes[i + kLookAhead].hashed);
        items[i].sku = SkuId{state.items.find(codes[i].text, codes[i].hashed)};
        state.positions.prefetch_span(items[i].sku);
        state.items.prefetch_row(items[i].sku.raw);
    }
}

/// A list of SKUs, each with a location or for a whole pool.
class PlacesReader {
  public:
    PlacesReader(Decoder::Parts& parts, JsonReader& reader, std::vector<AvailabilityItem>& out)
        : parts_(parts), reader_(reader), out_(out) {
        out_.clear();
        parts_.codes.clear();
    }
    bool read(json::value list) {
        return reader_.read_array(list, availability_items_max,
                                  [&](std::size_t, json::value value) { return item(value); });
    }
    /// Once the whole document was read: the codes of the SKUs become ids.
    bool resolve(Fault& fault) {
        if (out_.empty()) {
            return fault.set(problems::invalid_value, "#/items", "At least one item is needed.");
        }
        resolve_skus(*parts_.state, parts_.codes, out_);
        return true;
    }

  private:
    bool item(json::value value) {
        AvailabilityItem& item = out_.emplace_back();
        return reader_.read_object(value, FieldNames<2>{"sku", "location"}, bit(0),
                                   [&](std::size_t field, json::value v) {
                                       if (field == 0) return parts_.sku_later(reader_, v);
                                       item.names_location = true;
                                       return parts_.location(reader_, v, item.location);
                                   });
    }
    Decoder::Parts& parts_;
    JsonReader& reader_;
    std::vector<AvailabilityItem>& out_;
};

}  // namespace

bool Decoder::availability(std::string_view body, AvailabilityQuery& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    PlacesReader places(parts, reader, out.items);
    const bool read =
        reader.read_document(parts.parser, body, FieldNames<3>{"channel", "items", "consistent"},
                             bit(0) | bit(1), [&](std::size_t field, json::value v) {
                                 switch (field) {
                                     case 0: return parts.channel(reader, v, out.channel);
                                     case 1: return places.read(v);
                                     default: return reader.read_bool(v, out.consistent);
                                 }
                             });
    return read && places.resolve(fault);
}

bool Decoder::explanations(std::string_view body, ExplainQuery& out, Fault& fault) {
    constexpr std::int64_t kFactsMax = 100;
    Parts& parts = *parts_;
    JsonReader reader(fault);
    PlacesReader places(parts, reader, out.items);
    const bool read = reader.read_document(
        parts.parser, body, FieldNames<4>{"items", "channel", "at", "facts"}, bit(0),
        [&](std::size_t field, json::value v) {
            switch (field) {
                case 0: return places.read(v);
                case 1: return parts.channel(reader, v, out.channel);
                case 2:
                    out.names_at = true;
                    return parts.kept_text(reader, v, 1, code_bytes_max, out.at);
                default: return reader.read_integer_between(v, 0, kFactsMax, out.facts);
            }
        });
    return read && places.resolve(fault);
}

}  // namespace holdfast::api
