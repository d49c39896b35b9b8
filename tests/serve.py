"""Asks a server of datasets for what it has, as its clients do and as they should not. Each scenario is a function, named on the command line
behind the program's path; it starts servers of its own, and ends them."""

import concurrent.futures
import gzip
import hashlib
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

BINARY = sys.argv[1]
MIXED = (
    "--isl 30 --random-seed 7 --image-width-mean 48 --image-width-stddev 9 --image-height-mean 40 --image-format random --image-batch-size 2 "
    "--audio-length-mean 0.2 --video-width 64 --video-height 48 --video-frames 4 --video-format mp4 --media-reuse-rate 0.3 --format sglang_openai"
)
CLIPS = "--random-seed 7 --isl 20 --osl 5 --image-width-mean 24 --image-height-mean 24 --video-width 48 --video-height 32 --video-frames 2"
SHARES = {
    "random-seed": 3,
    "media-reuse-rate": 0.5,
    "format": "sglang_openai",
    "media-pool-size": 3,
    "mix": [
        {"weight": 2, "isl": 20, "image": {"width-mean": 24, "height-mean": 24}},
        {"weight": 1, "isl": 9, "image": {"width-mean": 16, "height-mean": 16, "format": "jpeg"}, "audio": {"length-mean": 0.1}},
    ],
}


class Server:
    def __init__(self, flags, *more):
        command = [BINARY, "serve", "--listen", "127.0.0.1:0", *flags.split(), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.prefix = self.process.stdout.readline().strip()
        if not self.prefix:
            raise AssertionError(self.process.stderr.read())
        self.at = urlsplit(self.prefix)
        self.path = self.at.path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, self.process.stderr.read()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.at.port, timeout=60)

    def ask(self, path, method="GET", **headers):
        connection = self.connect()
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), body

    def raw(self, data):
        with socket.create_connection(("127.0.0.1", self.at.port), timeout=60) as client:
            client.sendall(data)
            try:
                client.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: client.recv(1 << 16), b""))
            except OSError:
                return b""  # it closed the connection

    def metric(self, name):
        found = re.search(rf"^masque_{name} (\S+)$", self.ask("/metrics")[2].decode(), re.M)
        return float(found[1])

    def resident(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) << 10


def generate(folder, flags, *more):
    command = [BINARY, "generate", "--output", folder, "--quiet", *flags.split(), *more]
    subprocess.run(command, check=True)
    return [json.loads(line) for line in open(f"{folder}/records.jsonl")]


def items(records):
    """Each item of a dataset, with its record, its kind and its place there."""
    for record in records:
        counts = {}
        for turn in record["turns"]:
            for kind in ("image", "audio", "video"):
                for item in turn[f"{kind}s"]:
                    ordinal = counts[kind] = counts.get(kind, -1) + 1
                    yield record["index"], kind, ordinal, item


def below(item):
    return item["file"].removeprefix("media/")


def digest(data):
    return hashlib.sha256(data).hexdigest()


def every_item(records=250, clients=64):
    """1,000 addresses of a dataset that does not exist, in random order, by 64 clients at once: the bytes of the files that `generate` makes."""
    with tempfile.TemporaryDirectory() as folder, Server(MIXED + " --queue 5000") as server:
        made = list(items(generate(folder, f"{MIXED} -n {records} --media url --media-url-prefix http://h/d")))
        assert len(made) >= 1000, len(made)
        wanted = [(f"{server.path}/{below(item)}", item) for _, _, _, item in made]
        # By record and place as well.
        wanted += [(f"{server.path}/{r}/{k}_{o}.{item['file'].rsplit('.')[-1]}", item) for r, k, o, item in made[::7]]
        random.Random(1).shuffle(wanted)
        place = iter(wanted)
        lock = threading.Lock()

        def client():
            connection = server.connect()
            while True:
                with lock:
                    path, item = next(place, (None, None))
                if path is None:
                    return
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                assert answer.status == 200, (path, answer.status, body)
                assert digest(body) == item["sha256"] and len(body) == item["bytes"], path
                assert answer.headers["ETag"] == f'"{item["sha256"]}"', path

        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            for client in [pool.submit(client) for _ in range(clients)]:
                client.result()
        # What is of no record, or is called otherwise, is not there.
        for path in ("0000/000000_image_2.png", "pool/image_10.png", "0/image_2.png", "0000/000000_frame_0.jpeg"):
            assert server.ask(f"{server.path}/{path}")[0] == 404, path
        name = below(made[0][3])
        wrong = name.rsplit(".", 1)[0] + ".gif"
        assert server.ask(f"{server.path}/{wrong}")[0] == 404, wrong


def shares():
    """The same of a mix with pools and with clips that are their frames."""
    with tempfile.TemporaryDirectory() as folder:
        json.dump(SHARES, open(f"{folder}/request.json", "w"))
        with Server(f"--config {folder}/request.json") as server:
            made = list(items(generate(f"{folder}/made", f"--config {folder}/request.json -n 60 --media url --media-url-prefix http://h/d")))
            assert any(below(item).startswith("pool/") for *_, item in made)
            for *_, item in made:
                status, headers, body = server.ask(f"{server.path}/{below(item)}")
                assert status == 200 and digest(body) == item["sha256"], (item, status, body[:99])
        frames = "--isl 5 --random-seed 1 --video-width 48 --video-height 32 --video-frames 3 --video-as frames --image-width-mean 20 --image-height-mean 20"
        with Server(frames) as server:
            made = list(items(generate(f"{folder}/frames", frames + " -n 3 --media url --media-url-prefix http://h/d")))
            assert {below(item).split("_")[1] for *_, item in made} == {"image", "frame"}
            for *_, item in made:
                status, _, body = server.ask(f"{server.path}/{below(item)}")
                assert status == 200 and digest(body) == item["sha256"], item
        # Items whose bytes depend on those before them.
        flags = "--isl 5 --random-seed 1 --image-width-mean 90 --image-height-mean 90 --image-batch-size 3 --max-payload-bytes 40000"
        with Server(flags) as server:
            for *_, item in items(generate(f"{folder}/budget", flags + " -n 3 --media url --media-url-prefix http://h/d")):
                status, _, body = server.ask(f"{server.path}/{below(item)}")
                assert status == 200 and digest(body) == item["sha256"], item


def lines():
    """Lines are those of `generate` with the server's addresses, to the byte, in every format, and gzip is the same packed."""
    talk = "--random-seed 7 --isl 20 --osl 9 --conversation-turn-mean 3 --image-width-mean 24 --image-height-mean 24 --image-window 2"
    tables = [
        (MIXED.replace(" --format sglang_openai", "") + " --osl 5", ["sglang_openai"]),
        (CLIPS, ["single_turn", "multi_turn", "raw_payload --model m", "inputs_json --model m"]),
        (talk, ["inputs_json --model m"]),
        ("--random-seed 1 --isl 9 --osl 5 --image-width-mean 24 --image-height-mean 24", ["guidellm", "vllm_custom_image"]),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for number, (flags, formats) in enumerate(tables):
            for format in formats:
                with Server(f"{flags} --format {format}") as server:
                    to = f"{folder}/{number}{format.split()[0]}"
                    generate(to, f"{flags} --format {format} -n 20 --media url --media-url-prefix {server.prefix}")
                    (file,) = [name for name in os.listdir(to) if name not in ("media", "manifest.json", "records.jsonl")]
                    expected = open(f"{to}/{file}", "rb").read()
                    query = f"records?from=0&count=20&format={format.split()[0]}"
                    status, headers, body = server.ask(f"{server.path}/{query}")
                    assert status == 200 and body == expected, (flags, format, body[:300], expected[:300])
                    status, headers, packed = server.ask(f"{server.path}/{query}", accept_encoding="gzip")
                    assert headers["content-encoding"] == "gzip" and gzip.decompress(packed) == expected
                    if format == "single_turn":
                        part = server.ask(f"{server.path}/records?from=5&count=2")[2]
                        assert part == b"".join(expected.splitlines(keepends=True)[5:7])
                        for address in re.findall(rb'"(http://[^"]+)"', part):
                            assert server.ask(urlsplit(address.decode()).path)[0] == 200, address
                        for bad in ("from=x", "count=-1", "format=none", "colour=red", "from=281474976710656&count=1"):
                            status, _, said = server.ask(f"{server.path}/records?{bad}")
                            assert status == 400 and said.count(b"\n") == 1, (bad, status, said)
        # A format has to hold every share, and answers are made by a server that was told of them.
        text = {"weight": 1, "isl": 9, "osl": 4}
        json.dump({"random-seed": 1, "mix": [text, {**text, "audio": {"length-mean": 0.1}}]}, open(f"{folder}/mix.json", "w"))
        with Server(f"--config {folder}/mix.json") as server:
            status, _, said = server.ask(f"{server.path}/records?format=single_turn&count=3")
            assert status == 400 and b"single_turn takes no audio by address" in said, said
            status, _, got = server.ask(f"{server.path}/records?count=60")
            assert status == 400 or got.count(b'"http://') > 0, got[:300]
        for flags, status in (("--isl 9 --osl 4", 400), ("--isl 9 --osl 4 --format sharegpt", 200)):
            with Server(f"{flags} --random-seed 1") as server:
                got, _, said = server.ask(f"{server.path}/records?format=sharegpt&count=3")
                assert got == status, said
                if status == 400:
                    assert b"sharegpt holds answers" in said, said
                else:
                    assert all(said["value"] for line in json.loads(said) for said in line["conversations"]), said
        # Which pictures a record shows may depend on all before it: then there are no more than were asked for.
        cycle = "--isl 5 --random-seed 1 -n 50 --image-width-mean 24 --image-height-mean 24 --image-source assets --image-source-sampling shuffle-cycle --conversation-turn-mean 2 --conversation-turn-stddev 1 --format multi_turn"
        with Server(cycle) as server:
            for _ in range(8):
                assert server.ask(f"{server.path}/{2**48 - 1}/image_0.png")[0] == 404
                assert server.ask(f"{server.path}/records?from={2**40}&count=1")[0] == 400
            generate(f"{folder}/cycle", f"{cycle} --media url --media-url-prefix {server.prefix}")
            assert server.ask(f"{server.path}/records")[2] == open(f"{folder}/cycle/multi_turn.jsonl", "rb").read()
            for *_, item in items([json.loads(line) for line in open(f"{folder}/cycle/records.jsonl")][::9]):
                assert digest(server.ask(f"{server.path}/{below(item)}")[2]) == item["sha256"], item
        # Lines cost no encoding: a million clips of a minute would take weeks.
        with Server("--isl 5 --video-width 1920 --video-height 1080 --video-duration 60 --video-fps 30 -n 1000000") as server:
            got = server.ask(f"{server.path}/records?from=999990&count=10")[2]
            assert got.count(b"\n") == 10 and b"/0999/999990_video_0.webm" in got, got
            assert server.metric("cache_misses_total") == 0


def answers():
    """HEAD, ranges, tags, types, methods."""
    flags = "--isl 0 --random-seed 1 --image-width-mean 40 --image-height-mean 30 --audio-length-mean 0.5 --audio-format wav --audio-format mp3 --format sglang_openai"
    with tempfile.TemporaryDirectory() as folder, Server(flags) as server:
        made = generate(folder, f"{flags} -n 20 --media url --media-url-prefix http://h/d")
        types = {"png": "image/png", "wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "opus": "audio/ogg"}
        seen = set()
        for *_, item in items(made):
            extension = item["file"].rsplit(".")[-1]
            seen.add(extension)
            assert server.ask(f"{server.path}/{below(item)}", "HEAD")[1]["content-type"] == types[extension]
        assert {"png", "wav"} <= seen, seen
        item = made[0]["turns"][0]["images"][0]
        path, whole = f"{server.path}/{below(item)}", open(f"{folder}/{item['file']}", "rb").read()
        status, headers, body = server.ask(path, "HEAD")
        assert (status, body) == (200, b"") and int(headers["content-length"]) == len(whole)
        assert headers["accept-ranges"] == "bytes" and "immutable" in headers["cache-control"]
        tag = headers["etag"]
        for asked, status, content in [
            ("bytes=0-9", 206, whole[:10]),
            ("bytes=100-", 206, whole[100:]),
            ("bytes=-7", 206, whole[-7:]),
            ("bytes=5-5", 206, whole[5:6]),
            (f"bytes={len(whole) - 1}-{len(whole) + 99}", 206, whole[-1:]),
            ("bytes=0-1,4-5", 200, whole),
            ("lines=1-2", 200, whole),
        ]:
            got, headers, body = server.ask(path, range=asked)
            assert (got, body) == (status, content), (asked, got, len(body))
            assert int(headers["content-length"]) == len(content), asked
        status, headers, body = server.ask(path, range=f"bytes={len(whole)}-")
        assert (status, body, headers["content-range"]) == (416, b"", f"bytes */{len(whole)}")
        assert server.ask(path, range="bytes=0-9")[1]["content-range"] == f"bytes 0-9/{len(whole)}"
        assert server.ask(path, range="bytes=0-9", if_range=tag)[0] == 206
        assert server.ask(path, range="bytes=0-9", if_range='"other"')[2] == whole
        for known in (tag, f'"x", W/{tag}', "*"):
            status, headers, body = server.ask(path, if_none_match=known)
            assert (status, body, headers["etag"]) == (304, b"", tag), known
        assert server.ask(path, if_none_match='"other"')[0] == 200
        for method in ("POST", "DELETE"):
            status, headers, _ = server.ask(path, method)
            assert (status, headers["allow"]) == (405, "GET, HEAD"), method
        assert server.ask("/healthz")[:1] + server.ask("/healthz")[2:] == (200, b"ok\n")
        assert f"{server.path}/records" in server.ask("/")[2].decode()
        text = server.ask("/metrics")[2].decode()
        for name in ("requests_total{code=\"200\"}", "sent_bytes_total", "cache_hits_total", "cache_misses_total", "queue", "making_seconds_count"):
            assert f"masque_{name} " in text, (name, text)
        assert text.endswith("# EOF\n")


def strangers():
    """Paths that lead elsewhere, and what is no request."""
    with Server("--isl 0 --image-width-mean 20 --image-height-mean 20") as server:
        for path in (
            "/etc/passwd", "/../etc/passwd", f"{server.path}/../../etc/passwd", f"{server.path}/0000/..%2f..%2fetc%2fpasswd",
            f"{server.path}/0000//etc/passwd", "//etc/passwd", f"{server.path}/0000/000000_image_0.png/../../../../etc/passwd",
            f"{server.path}/pool/../manifest.json", f"{server.path}x/records", "/v1/0000000000000000/records", f"{server.path}/records/",
            f"{server.path}/" + "9" * 4000, f"{server.path}/{2**64}/image_0.png", f"{server.path}/{2**48}/image_0.png",
        ):
            answer = server.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 404"), (path, answer[:200])
            assert b"root:" not in answer
        for junk in (b"\0\xff" * 99, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 9999 + b"\r\n", b"\r\n\r\n"):
            assert b" 200 " not in server.raw(junk)[:20], junk[:20]
        assert server.ask("/healthz")[0] == 200


def once():
    """Ten clients that ask for one clip cost one encoding; what is kept costs none, what was let go is made again, the same."""
    flags = "--isl 0 --random-seed 1 --video-width 320 --video-height 240 --video-frames 60 --video-format mp4 --video-codec libx264"
    with Server(flags) as server:
        path = f"{server.path}/0000/000000_video_0.mp4"
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            got = {digest(one.result()[2]) for one in [pool.submit(server.ask, path) for _ in range(10)]}
        assert len(got) == 1 and server.metric("cache_misses_total") == 1 and server.metric("cache_hits_total") == 9
    image = "--isl 0 --random-seed 1 --image-width-mean 200 --image-height-mean 200"
    with Server(f"{image} --cache 500K") as server:  # four pictures
        first = [digest(server.ask(f"{server.path}/{number}/image_0.png")[2]) for number in range(8)]
        again = [digest(server.ask(f"{server.path}/{number}/image_0.png")[2]) for number in range(8)]
        assert first == again and len(set(first)) == 8
        assert server.metric("cache_misses_total") == 16, "in a cycle that is longer than what is kept, nothing is there"
        server.ask(f"{server.path}/7/image_0.png")
        assert server.metric("cache_hits_total") == 1
        assert server.metric("cache_bytes") <= 500_000


def crowds():
    """Who asks for more than may wait is told to come back, and gets it then."""
    flags = "--isl 0 --random-seed 1 --video-width 640 --video-height 480 --video-frames 60 --video-format mp4 --video-codec libx264"
    with Server(f"{flags} --jobs 1 --queue 1") as server:
        paths = [f"{server.path}/{number}/video_0.mp4" for number in range(12)]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            got = list(pool.map(server.ask, paths))
        statuses = sorted(status for status, *_ in got)
        assert statuses[0] == 200 and statuses[-1] == 503 and set(statuses) == {200, 503}, statuses
        assert all(headers["retry-after"] == "1" for status, headers, _ in got if status == 503)
        assert server.ask("/healthz")[0] == 200
        for path in paths:
            assert server.ask(path)[0] == 200, path


def slow(connections=1000, requests=300):
    """A thousand connections that send half a request, and clients that take no byte: others are answered meanwhile, in bounded memory."""
    flags = "--isl 0 --random-seed 1 --image-width-mean 700 --image-height-mean 700"  # 1.5 MB each
    with Server(f"{flags} --cache 32M") as server:
        before = server.resident()
        held = []
        for number in range(connections):
            client = socket.create_connection(("127.0.0.1", server.at.port))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost:" if number % 2 else b"GET ")
            held.append(client)
        for number in range(20):  # takes no byte of its answer
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.at.port))
            client.sendall(f"GET {server.path}/{number}/image_0.png HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            held.append(client)
        # A stream of lines without end, to one who reads none.
        client = socket.create_connection(("127.0.0.1", server.at.port))
        client.sendall(f"GET {server.path}/records?count=100000000 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        held.append(client)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            got = list(pool.map(server.ask, [f"{server.path}/{number}/image_0.png" for number in range(requests)]))
        assert all(status == 200 and len(body) > 1_400_000 for status, _, body in got), {status for status, *_ in got}
        grown = server.resident() - before
        assert grown < (32 << 20) * 2 + (120 << 20), f"{grown >> 20} MiB"
        for client in held:
            client.close()


def soak():
    """10,000 requests for clips of 1080p, of 500 of them: memory stays within what is kept, and a little."""
    flags = "--isl 0 --random-seed 1 --video-width 1920 --video-height 1080 --video-frames 10 --video-format mp4"
    with Server(f"{flags} --cache 32M") as server:
        draw = random.Random(1)
        peak = 0
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in range(100):
                paths = [f"{server.path}/{int(draw.paretovariate(0.7)) % 500}/video_0.mp4" for _ in range(100)]
                assert {status for status, *_ in pool.map(server.ask, paths)} == {200}
                peak = max(peak, server.resident())
        print(f"{peak >> 20} MiB at most, {server.metric('cache_hits_total'):.0f} of 10,000 were there")
        assert peak < (32 << 20) * 2 + (200 << 20), f"{peak >> 20} MiB"


def folder():
    """A dataset's files, by the paths of its own lines too."""
    flags = "--isl 9 --random-seed 5 --image-width-mean 24 --image-height-mean 24 --audio-length-mean 0.1 -n 12 --format sglang_openai"
    with tempfile.TemporaryDirectory() as at:
        records = generate(f"{at}/d", f"{flags} --media url --media-url-prefix http://media.example:81/d")
        open(f"{at}/d/media/0000/secret.png", "w").write("x")
        with Server(f"{at}/d --public-url http://media.example") as server:
            assert server.prefix.startswith("http://media.example/v1/"), server.prefix
            server.at = urlsplit(f"http://127.0.0.1:{port_of(server)}")
            sent = 0
            for *_, item in items(records):
                for prefix in (urlsplit(server.prefix).path, "/d"):
                    status, headers, body = server.ask(f"{prefix}/{below(item)}")
                    assert status == 200 and digest(body) == item["sha256"] and headers["etag"] == f'"{item["sha256"]}"'
                    assert server.ask(f"{prefix}/{below(item)}", range="bytes=3-8")[2] == body[3:9]
                    sent += len(body) + 6
            assert server.metric("sent_bytes_total") >= sent
            for path in ("/d/0000/secret.png", "/d/../manifest.json", "/d/0000/000012_image_0.png", "/d/records", "/manifest.json"):
                assert server.ask(path)[0] == 404, path
        # The same request, not made: the same addresses below the digest.
        with Server(flags) as other:
            assert other.path == urlsplit(server.prefix).path


def port_of(server):
    """The port on which a server listens that says another address."""
    links = {os.readlink(f"/proc/{server.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{server.process.pid}/fd")}
    for line in open("/proc/net/tcp").read().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in links:
            return int(fields[1].split(":")[1], 16)
    raise AssertionError("it listens nowhere")


def ending():
    """Whoever is being answered when it is told to end is answered to the end."""
    flags = "--isl 0 --random-seed 1 --video-width 640 --video-height 480 --video-frames 120 --video-format mp4 --video-codec libx264"
    server = Server(flags)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.ask, f"{server.path}/0/video_0.mp4")
        while not server.metric("queue"):
            assert not asked.done(), "it was made before it could be seen"
            time.sleep(0.005)
        server.process.send_signal(signal.SIGTERM)
        status, headers, body = asked.result()
        assert status == 200 and len(body) == int(headers["content-length"])
    assert server.process.wait(20) == 0
    try:
        server.ask("/healthz")
    except ConnectionError:
        return
    raise AssertionError("it still answers")


globals()[sys.argv[2]]()
