#include "cli/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/console.h"

namespace holdfast::cli {
namespace {

struct HeaderList {
    curl_slist* first = nullptr;
    HeaderList() = default;
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;
    ~HeaderList() { curl_slist_free_all(first); }
    void add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

struct Receiver {
    HttpReply reply;
    bool too_long = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* to) {
    auto& receiver = *static_cast<Receiver*>(to);
    const std::size_t bytes = size * count;
    if (receiver.reply.body.size() + bytes > kReplyBytesMax) {
        receiver.too_long = true;
        return 0;
    }
    receiver.reply.body.append(data, bytes);
    return bytes;
}

bool names(std::string_view line, std::string_view header, std::string_view& value) {
    if (line.size() <= header.size() || line[header.size()] != ':') return false;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const char c = line[i];
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (lower != header[i]) return false;
    }
    value = line.substr(header.size() + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
        value.remove_prefix(1);
    }
    while (!value.empty() &&
           (value.back() == '\r' || value.back() == '\n' || value.back() == ' ')) {
        value.remove_suffix(1);
    }
    return true;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* to) {
    HttpReply& reply = static_cast<Receiver*>(to)->reply;
    const std::string_view line(data, size * count);
    std::string_view value;
    if (names(line, "content-type", value)) reply.content_type = value;
    if (names(line, "idempotent-replayed", value)) reply.replayed = value == "true";
    if (names(line, "retry-after", value)) {
        std::uint32_t seconds = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (parsed.ec == std::errc{}) reply.retry_after = seconds;
    }
    return size * count;
}

int on_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return interrupted() ? 1 : 0;
}

ErrorCode code_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION: return ErrorCode::not_connected;
        case CURLE_OPERATION_TIMEDOUT: return ErrorCode::timed_out;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL: return ErrorCode::invalid_argument;
        default: return ErrorCode::closed;
    }
}

}  // namespace

struct HttpClient::Parts {
    Options options;
    std::unique_ptr<CURL, void (*)(CURL*)> curl{nullptr, curl_easy_cleanup};
    char error[CURL_ERROR_SIZE] = {};
};

HttpClient::HttpClient(Options options) : parts_(std::make_unique<Parts>()) {
    // Thread-safe from 7.84 on; one process has one command, so the first call is ours.
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    while (options.url.ends_with('/')) options.url.pop_back();
    parts_->options = std::move(options);
    if (ready == CURLE_OK) parts_->curl.reset(curl_easy_init());
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

const std::string& HttpClient::url() const { return parts_->options.url; }

Result<HttpReply> HttpClient::send(const HttpRequest& request) {
    CURL* curl = parts_->curl.get();
    if (curl == nullptr) return failure(ErrorCode::io_error, "libcurl did not start");
    const Options& options = parts_->options;
    curl_easy_reset(curl);  // keeps the connection, forgets the last request
    Receiver receiver;
    HeaderList headers;
    if (!options.key.empty()) headers.add("Authorization: Bearer " + options.key);
    if (!request.accept.empty()) headers.add(fmt::format("Accept: {}", request.accept));
    if (!request.idempotency_key.empty()) {
        headers.add(fmt::format("Idempotency-Key: \"{}\"", request.idempotency_key));
    }
    // Without this, libcurl asks for permission before a long body and loses a round trip.
    headers.add("Expect:");
    const std::string url = options.url + request.path;
    const std::string method(request.method);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_PROXY, "");  // a hub is never behind a forward proxy by chance
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, parts_->error);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_time_max.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.time_max.count()));
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiver);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiver);
    if (!options.ca_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    }
    if (!request.body.empty() || method == "POST" || method == "PUT") {
        headers.add(fmt::format("Content-Type: {}", request.content_type));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.first);
    parts_->error[0] = '\0';
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        if (receiver.too_long) {
            return failure(ErrorCode::overloaded,
                           fmt::format("the answer is longer than {} bytes", kReplyBytesMax));
        }
        const char* text = parts_->error[0] != '\0' ? parts_->error : curl_easy_strerror(code);
        return failure(code_of(code), fmt::format("{} {}: {}", request.method, url, text));
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    receiver.reply.status = static_cast<int>(status);
    return std::move(receiver.reply);
}

std::string url_encoded(std::string_view text) {
    constexpr std::string_view kUnreserved = "-._~";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') ||
                           kUnreserved.find(c) != std::string_view::npos;
        if (plain) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", byte);
        }
    }
    return encoded;
}

}  // namespace holdfast::cli
