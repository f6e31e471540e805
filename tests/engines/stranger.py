"""What another user of the machine tries against the engines. Runs alone, with nothing but the standard library.

Reads a JSON of what to try from the environment variable WISHES and prints a JSON of what came of it.
"""

import functools
import http.client
import json
import os
import socket
import ssl
import tempfile

TIMEOUT_S = 5
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


@functools.cache
def context(pair, protocol="http/1.1"):
    """Accept any server; show a certificate of one's own making if there is one."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    if pair:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(pair)
            file.flush()
            made.load_cert_chain(file.name)
    made.set_alpn_protocols([protocol])
    return made


def ask(port, method, path, tls, pair, body=None):
    """Status and body of one request, or why there is none."""
    if tls:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=TIMEOUT_S, context=context(pair))
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return [answer.status, answer.read(20000).decode("latin-1")]
    except (OSError, http.client.HTTPException) as error:
        return ["none", type(error).__name__]
    finally:
        connection.close()


def greet(port, tls, pair):
    """Begin to speak gRPC. A server that is willing answers with its own HTTP/2 settings, a frame of type 4."""
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain:
            speaker = context(pair, "h2").wrap_socket(plain) if tls else plain
            with speaker:
                speaker.sendall(PREFACE)
                answer = speaker.recv(100)
                return "open" if answer[3:4] == b"\x04" else "closed"
    except OSError:
        return "closed"


def knock(path):
    """Connect to a Unix socket."""
    try:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(path)
            return "open"
    except OSError as error:
        return type(error).__name__


def read(path):
    """Open a file or a folder."""
    try:
        os.close(os.open(path, os.O_RDONLY))
        return "open"
    except OSError as error:
        return type(error).__name__


wishes = json.loads(os.environ["WISHES"])
pairs = ["", wishes["pair"]]
result = {
    "uid": os.getuid(),
    "requests": [
        [port, method, path, *ask(port, method, path, tls, pair, body)]
        for port in wishes["ports"]
        for method, path, body in wishes["requests"]
        for tls, pair in [(False, ""), *((True, pair) for pair in pairs)]
    ],
    "greetings": [
        [port, greet(port, tls, pair)]
        for port in wishes["ports"]
        for tls, pair in [(False, ""), *((True, pair) for pair in pairs)]
    ],
    "sockets": [[path, knock(path)] for path in wishes["sockets"]],
    "files": [[path, read(path)] for path in wishes["files"]],
}
print(json.dumps(result))
