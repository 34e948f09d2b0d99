// A web server on the loopback for one file: whole, from a byte on, cut short, or not at all.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace impasto::testing {

/// Serves until it is destroyed; one connection at a time.
class HttpServer {
 public:
  struct Behaviour {
    std::string path = "/file";  ///< others are 404
    std::string content;
    std::size_t cut_after = std::string::npos;  ///< bytes of the first answer, after which the connection ends
    bool ranges = true;                         ///< false: always the whole file
  };

  explicit HttpServer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (listening_ < 0 || bind(listening_, plain, size) != 0 || listen(listening_, 8) != 0 ||
        getsockname(listening_, plain, &size) != 0)
      throw std::runtime_error("no web server could be started on the loopback");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    shutdown(listening_, SHUT_RDWR);
    thread_.join();
    close(listening_);
  }

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The first line and the Range header of each request so far: "GET /file HTTP/1.1 bytes=7-".
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const int connection = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      std::string request;
      char part[1024];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = recv(connection, part, sizeof part, 0);
        if (count <= 0) break;
        request.append(part, static_cast<std::size_t>(count));
      }
      answer(connection, request);
      close(connection);
    }
  }

  void answer(int connection, const std::string& request) {
    const std::size_t range_at = request.find("Range: bytes=");
    const std::string range =
        range_at == std::string::npos ? "" : request.substr(range_at + 7, request.find('\r', range_at) - range_at - 7);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request.substr(0, request.find('\r')) + (range.empty() ? "" : " " + range));
    }
    const std::string& content = behaviour_.content;
    if (request.rfind("GET " + behaviour_.path + " ", 0) != 0) {
      return send_all(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    const std::size_t from = range.empty() || !behaviour_.ranges ? 0 : std::stoul(range.substr(6));
    const std::string rest = from < content.size() ? content.substr(from) : "";
    std::string head = from == 0 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial Content\r\n";
    if (from > 0) {
      head += "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(content.size() - 1) + "/" +
              std::to_string(content.size()) + "\r\n";
    }
    head += "Content-Length: " + std::to_string(rest.size()) + "\r\nConnection: close\r\n\r\n";
    send_all(connection, head + rest.substr(0, behaviour_.cut_after));
    behaviour_.cut_after = std::string::npos;
  }

  static void send_all(int connection, const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<std::size_t>(count);
    }
  }

  Behaviour behaviour_;
  int listening_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace impasto::testing
