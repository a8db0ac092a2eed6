#!/usr/bin/env python3
"""nginx as the peer: one worker answers a constant. No stock, no disk: what HTTP alone costs on this machine.

It gets the very requests that a hub gets, from the same load generator.
Alone: nginx.py [--clients 64] [--pipeline 1] [--op reserve|availability] [--seconds 3] [--rounds 1].
"""
import argparse
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from process import Priority, Server, find, free_port, output_of  # noqa: E402

# The answer has the size of a hub's answer to one line, so that both write as much.
ANSWER = json.dumps({"id": "rsv_01jh7k3v5x8m2n4p6q8r0s1t2v", "status": "held", "expires_at": "2026-01-01T00:00:00.000Z",
                     "lines": [{"sku": "SKU-000001", "location": "L0001", "quantity": 1}]}, separators=(",", ":"))
CONFIGURATION = """
daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log error.log crit;
events {{ use epoll; worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    tcp_nodelay on;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    server {{
        listen 127.0.0.1:{port};
        default_type application/json;
        location / {{ return 200 '{answer}'; }}
    }}
}}
"""


class Nginx(Server):
    def __init__(self, parent, priority, loader):
        super().__init__("nginx", parent, priority)
        self.loader = loader

    def start(self):
        binary = find("nginx", "apt-get install nginx-light")
        self.port = free_port()
        with open(os.path.join(self.root, "nginx.conf"), "w") as file:
            file.write(CONFIGURATION.format(port=self.port, answer=ANSWER))
        self.spawn([binary, "-p", self.root + "/", "-c", "nginx.conf"], lambda: self.listens(self.port))
        self.version = subprocess.run([binary, "-v"], capture_output=True, text=True).stderr.strip().rpartition("/")[2]

    def serve(self, clients, seconds, pipeline=1, operation="reserve"):
        return json.loads(output_of(self.priority.prefix + [
            self.loader, "--url", f"http://127.0.0.1:{self.port}", "--connections", str(clients), "--pipeline", str(pipeline),
            "--op", operation, "--duration", f"{round(seconds * 1000)}ms", "--json"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--pipeline", type=int, default=1)
    parser.add_argument("--op", choices=["reserve", "availability"], default="reserve")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--load", default="build/release/bench/holdfast_load")
    parser.add_argument("--directory", default="/var/tmp")
    options = parser.parse_args()
    with Nginx(options.directory, Priority(), options.load) as peer:
        for _ in range(options.rounds):
            result = peer.serve(options.clients, options.seconds, options.pipeline, options.op)
            print(json.dumps({"peer": "nginx", "version": peer.version, **result}))


if __name__ == "__main__":
    main()
