"""What AIPerf sends of a dataset: a run of `aiperf profile` against an endpoint of our own, which keeps every request.

    target/peer/bin/python tests/peer.py CASE --masque BINARY

Makes the case's dataset, lets AIPerf send it, and compares what arrived with what the dataset says. Exits with 1 and a line when
they differ. `make peer-test` runs every case; without CASE this prints their names.
"""

import argparse
import base64
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.request
from contextlib import nullcontext


def media(picture, sound, clip):
    return (
        f"--isl 20 --osl 7 --image-width-mean 64 --image-height-mean 48 --image-format {picture} --image-batch-size 2 "
        f"--audio-length-mean 0.2 --audio-format {sound} "
        f"--video-width 64 --video-height 48 --video-duration 1 --video-format {clip}"
    )


# name: what to make, whether AIPerf streams, and how many conversations it has at once.
CASES = {
    "single_turn": (f"-n 12 {media('random', 'wav', 'webm')}", False, 3),
    "single_turn_streamed": (f"-n 11 {media('webp', 'mp3', 'mp4')}", True, 1),
    "single_turn_files": (f"-n 12 --media files {media('png', 'wav', 'webm')}", False, 3),
    "multi_turn": (f"-n 12 --conversation-turn-mean 3 --conversation-turn-delay-mean 5 {media('random', 'wav', 'webm')}", False, 3),
    "multi_turn_files": (f"-n 3 --conversation-turn-mean 2 --media files {media('jpeg', 'mp3', 'mp4')}", True, 1),
    "system_prompt": ("-n 12 --isl 20 --format multi_turn --conversation-turn-mean 2 --shared-system-prompt-length 30", False, 3),
    "single_turn_urls": (f"-n 5 --media url --media-url-prefix http://cdn.example/d --isl 9 --image-width-mean 64 --image-height-mean 48 --video-width 64 --video-height 48 --video-frames 2", False, 3),
    "raw_payload": (f"-n 9 --format raw_payload --model any --extra-inputs temperature:0 --extra-inputs stream:false {media('random', 'flac', 'webm')}", False, 3),
    "raw_payload_urls": (f"-n 4 --format raw_payload --model any --extra-inputs stream:false --media url --media-url-prefix http://cdn.example/d {media('jpeg', 'opus', 'mp4')}", False, 1),
    "served_single_turn": (f"-n 6 --isl 9 --osl 3 --image-width-mean 64 --image-height-mean 48 --image-format random --video-width 64 --video-height 48 --video-frames 3", False, 3),
    "served_raw_payload": (f"-n 6 --format raw_payload --model any --extra-inputs stream:false --conversation-turn-mean 1 {media('jpeg', 'opus', 'mp4')}", False, 1),
    "inputs_json": (f"-n 5 --format inputs_json --model any --extra-inputs stream:false --conversation-turn-mean 3 --shared-system-prompt-length 9 {media('png', 'mp3', 'mp4')}", False, 1),
    "placed_before": (f"-n 5 --format raw_payload --model any --extra-inputs stream:false --media-order before --prompt Look: {media('png', 'wav', 'mp4')}".replace("--isl 20 ", ""), False, 1),
    "placed_between": (f"-n 5 --format raw_payload --model any --extra-inputs stream:false --media-order between --prompt Look: {media('png', 'wav', 'mp4')}", False, 1),
    "placed_window": ("-n 3 --format inputs_json --model any --extra-inputs stream:false --conversation-turn-mean 4 --isl 9 --osl 4 --image-width-mean 32 --image-height-mean 32 --image-window 2", False, 1),
    "random_pool": (f"-n 9 --format random_pool {media('png', 'wav', 'mp4')}".replace("--osl 7 ", ""), False, 3),
    "mooncake_trace": ("-n 6 --format mooncake_trace --isl 600 --osl 9 --request-rate 20 --prompt-prefix-pool-size 2 --prompt-prefix-length 512", False, 1),
    "system_prompt_typed": ("-n 2 --isl 20 --format multi_turn --system-prompt Answer_in_rhyme.", True, 1),
}


class Endpoint(http.server.ThreadingHTTPServer):
    """An OpenAI chat endpoint on a free port of this machine, which answers `yes` and keeps the requests' bodies in order; media that
    have an address at this machine are fetched, as an inference server does, and their digests kept."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies, self.fetched = [], {}
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        """GuideLLM asks whether all is well, and which model there is."""
        known = self.path in ("/health", "/v1/models")
        models = {"object": "list", "data": [{"id": "any", "object": "model"}]}
        self.answer(200 if known else 404, "application/json", json.dumps(models).encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        for message in body["messages"]:
            for part in message["content"] if isinstance(message["content"], list) else []:
                address = part[part["type"]]["url"] if part["type"].endswith("_url") else ""
                if address.startswith("http://127.0.0.1:"):
                    with urllib.request.urlopen(address) as answer:
                        self.server.fetched[address] = hashlib.sha256(answer.read()).hexdigest()
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        whole = {"id": "1", "model": body["model"], "usage": usage}
        if not body["stream"]:
            choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
            answer = whole | {"object": "chat.completion", "choices": [choice]}
            return self.answer(200, "application/json", json.dumps(answer).encode())
        chunk = whole | {"object": "chat.completion.chunk", "choices": []}
        said = chunk | {"usage": None, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "yes"}}]}
        events = [json.dumps(said), json.dumps(chunk), "[DONE]"]
        self.answer(200, "text/event-stream", "".join(f"data: {event}\n\n" for event in events).encode())

    def answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def tokenizer(folder):
    """A tokenizer of two words, so that AIPerf needs none from elsewhere; what it counts is of no account here."""
    words = {"type": "WordLevel", "vocab": {"[UNK]": 0, "yes": 1}, "unk_token": "[UNK]"}
    whole = {"version": "1.0", "added_tokens": [], "model": words, "pre_tokenizer": {"type": "Whitespace"}}
    whole |= {"truncation": None, "padding": None, "normalizer": None, "post_processor": None, "decoder": None}
    folder.mkdir()
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def send(dataset, file, kind, conversations, streaming, at_once, scratch):
    """Every request that AIPerf made of the dataset. It is run as docs/formats.md tells to, in the dataset's folder."""
    words = ["--input-file", file, "--custom-dataset-type", kind] + (["--streaming"] if streaming else [])
    if kind == "mooncake_trace":
        words += ["--fixed-schedule", "--prompt-input-tokens-block-size", "512"]
    else:
        words += ["--conversation-num", str(conversations), "--concurrency", str(at_once)]
    endpoint = Endpoint()
    ran, _ = profile(pathlib.Path(sys.executable).with_name("aiperf"), words, dataset, scratch, endpoint)
    if ran.returncode != 0:
        sys.exit(f"aiperf ended with {ran.returncode}: {(ran.stdout + ran.stderr)[-2000:]}")
    return endpoint


def profile(aiperf, words, folder, scratch, endpoint=None, **environment):
    """A run of `aiperf profile` with these words in a folder, and the bodies of all requests that it made."""
    endpoint = endpoint or Endpoint()
    command = [aiperf, "profile", "--model", "any", "--endpoint-type", "chat", "--url", f"http://127.0.0.1:{endpoint.server_port}"]
    command += ["--artifact-dir", scratch / "results", "--ui", "none", "--no-gpu-telemetry", "--no-server-metrics"] + words
    if "--tokenizer" not in words:
        command += ["--tokenizer", tokenizer(scratch / "tokenizer")]
    # A busy machine takes longer to start its processes than AIPerf waits for them.
    patient = {"AIPERF_SERVICE_REGISTRATION_TIMEOUT": "300", "AIPERF_SERVICE_REGISTRATION_MAX_ATTEMPTS": "300"}
    how = {"cwd": folder, "env": os.environ | patient | environment, "timeout": 600}
    return subprocess.run(command, capture_output=True, text=True, **how), endpoint.bodies


class Served:
    """A dataset that is not there, at a server of its own; `prefix` is where."""

    def __init__(self, masque, flags):
        command = [masque, "serve", "--listen", "127.0.0.1:0", "--random-seed", "7", *flags.split()]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.prefix = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def lines(self, count, kind):
        """The lines of its records, all media of which have addresses there."""
        with urllib.request.urlopen(f"{self.prefix}/records?count={count}&format={kind}") as answer:
            return answer.read()

    def check(self, dataset, fetched):
        """What was fetched is what the dataset's records tell, and all of it."""
        items = [item for record in lines(dataset / "records.jsonl") for turn in record["turns"] for kind in ("images", "audios", "videos") for item in turn[kind]]
        told = {item["file"].replace("media", self.prefix, 1): item["sha256"] for item in items}
        if fetched != told:
            sys.exit(f"the endpoint fetched {len(fetched)} items of {len(told)}; {sum(told.get(at) == digest for at, digest in fetched.items())} as they were to be")


def expected(dataset, file, urls):
    """The requests that the dataset stands for: for each of a conversation's turns what is said up to it, as `shape` gives it."""
    requests = []
    for line, record in zip(lines(dataset / file), lines(dataset / "records.jsonl"), strict=True):
        turns = line.get("turns", [line])
        said = []
        if turns[0].get("role") == "system":
            said.append(("system", tuple(turns.pop(0)["texts"]), ()))
        for turn, told in zip(turns, record["turns"], strict=True):
            items = [item for kind in ("images", "audios", "videos") for item in told[kind]]
            media = tuple(reference(item, urls) for item in items)
            said.append(("user", tuple(turn["texts"]), media))
            requests.append((tuple(said), turn.get("output_length")))
            said.append(("assistant", ("yes",), ()))
    return requests


def reference(item, urls):
    """What arrives of an item: its bytes, by their digest, or its address. AIPerf decodes a picture that is a file and encodes it anew:
    its size is left."""
    if "file" not in item:
        return item["sha256"]
    if urls:
        return item["file"].replace("media", urls, 1)
    return f"{item['width']}x{item['height']}" if item["format"] in ("png", "jpeg", "webp") else item["sha256"]


def expected_bodies(dataset, kind):
    """The bodies that a dataset of whole bodies holds."""
    if kind == "raw_payload":
        return lines(dataset / "raw_payload.jsonl")
    whole = json.loads((dataset / "inputs.json").read_text())
    return [payload for session in whole["data"] for payload in session["payloads"]]


def check_pool(dataset, bodies):
    """Each request is one of the pool's lines."""
    pool = {repr(request) for request in expected(dataset, "random_pool.jsonl", False)}
    strange = [body for body in bodies if repr(shape(body, False)) not in pool]
    if strange or not bodies:
        sys.exit(f"{len(strange)} of {len(bodies)} requests are none of the pool's")


def check_order(case, bodies):
    """Text and media came in the order that was asked for, and pictures that came again by the same uuid."""
    for body in bodies:
        said = [message["content"] for message in body["messages"] if message["role"] == "user"]
        if case == "placed_window":
            shown = [[part["uuid"] for part in parts if part["type"] == "image_url"] for parts in said]
            own = [uuids[-1] for uuids in shown]
            if shown != [own[max(0, turn - 1) : turn + 1] for turn in range(len(own))] or len({*own}) != len(own):
                sys.exit(f"the window is not the last two turns': {shown}")
            continue
        (parts,) = said
        kinds = "".join("T" if part["type"] == "text" else "M" for part in parts)
        wanted = "MMMMT" if case == "placed_before" else "TMTMTMTMT"
        text = "".join(part["text"] for part in parts if part["type"] == "text")
        if kinds != wanted or not text.startswith("Look:"):
            sys.exit(f"parts came as {kinds}, not as {wanted}: {text}")


def check_trace(dataset, bodies):
    """A request comes for each line, as long and with as much to answer as the line says; its text is AIPerf's own."""
    trace = lines(dataset / "mooncake_trace.jsonl")
    texts = [body["messages"][-1]["content"] for body in bodies]
    if len(texts) != len(trace):
        sys.exit(f"{len(texts)} requests arrived of {len(trace)}")
    if sorted(body["max_completion_tokens"] for body in bodies) != sorted(line["output_length"] for line in trace):
        sys.exit("output lengths differ")
    if sorted(len(text.split()) for text in texts) != sorted(line["input_length"] for line in trace):
        sys.exit(f"input lengths differ: {[len(text.split()) for text in texts]}")


def shape(body, files):
    """A request as `expected` has it."""
    said = []
    for message in body["messages"]:
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        texts = tuple(part["text"] for part in parts if part["type"] == "text")
        media = tuple(item(part, files) for part in parts if part["type"] != "text")
        said.append((message["role"], texts, media))
    return tuple(said), body.get("max_completion_tokens")


def item(part, files):
    if part["type"] == "input_audio":
        content = part["input_audio"]["data"]
    else:
        content = part[part["type"]]["url"]
        if content.startswith("http:"):
            return content
        content = content.split("base64,", 1)[1]
    content = base64.b64decode(content, validate=True)
    if files and part["type"] == "image_url":
        from PIL import Image

        return "{}x{}".format(*Image.open(io.BytesIO(content)).size)
    return hashlib.sha256(content).hexdigest()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def check(masque, case):
    flags, streaming, at_once = CASES[case]
    with tempfile.TemporaryDirectory() as scratch, Served(masque, flags) if case.startswith("served") else nullcontext() as served:
        scratch = pathlib.Path(scratch)
        dataset = scratch / "dataset"
        command = [masque, "generate", "--output", dataset, "--random-seed", "7", "--quiet"] + flags.split()
        prefix = served.prefix if served else "http://cdn.example/d"
        if served:
            command += ["--media", "url", "--media-url-prefix", prefix]
        subprocess.run(command, check=True)
        manifest = json.loads((dataset / "manifest.json").read_text())
        (kind,), file = manifest["request"]["formats"], manifest["files"][0]["path"]
        if served:
            (dataset / file).write_bytes(served.lines(manifest["records"], kind))
        endpoint = send(dataset, file, kind, manifest["records"], streaming, at_once, scratch)
        bodies = endpoint.bodies
        if served:
            served.check(dataset, endpoint.fetched)
        if kind in ("random_pool", "mooncake_trace"):
            (check_pool if kind == "random_pool" else check_trace)(dataset, bodies)
            return print(f"{case}: {len(bodies)} requests arrived as they were to")
        if kind in ("raw_payload", "inputs_json"):
            sent, meant = bodies, expected_bodies(dataset, kind)
        else:
            sent = [shape(body, "files" in case) for body in bodies]
            meant = expected(dataset, file, prefix if "urls" in case or served else None)
    if case.startswith("system") and not all(said[0][0] == "system" for said, _ in meant):
        sys.exit("the dataset has no system prompt")
    if at_once > 1:
        sent, meant = sorted(sent, key=repr), sorted(meant, key=repr)
    if case.startswith("placed"):
        check_order(case, bodies)
    if len(sent) != len(meant):
        sys.exit(f"{len(sent)} requests arrived of {len(meant)}")
    for got, wanted in zip(sent, meant):
        if got != wanted:
            sys.exit(f"arrived: {got}\nwas to:  {wanted}")
    print(f"{case}: {len(sent)} requests arrived as they were to")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("case", nargs="?", choices=[*CASES, "jpeg_tables"])
    options.add_argument("--masque", default="target/release/masque", type=os.path.abspath)
    asked = options.parse_args()
    if asked.case is None:
        print(*CASES, "jpeg_tables", sep="\n")
    elif asked.case == "jpeg_tables":
        compare_jpegs(asked.masque)
    else:
        check(asked.masque, asked.case)


def compare_jpegs(masque):
    """A JPEG of AIPerf's own generator and one of ours: the same sampling of each component, the same quantisation tables."""
    os.environ.setdefault("AIPERF_LOG_LEVEL", "ERROR")
    from aiperf.common import random_generator
    from aiperf.config.dataset.content import ImageConfig
    from aiperf.dataset.generator.image import ImageGenerator
    from PIL import Image

    random_generator.init(7)
    theirs = ImageGenerator(ImageConfig(width=64, height=48, format="jpeg", batch_size=1)).generate()
    with tempfile.TemporaryDirectory() as scratch:
        flags = "-n 1 --isl 0 --image-width-mean 64 --image-height-mean 48 --image-format jpeg --random-seed 7 --quiet"
        subprocess.run([masque, "generate", "--output", f"{scratch}/d"] + flags.split(), check=True)
        ours = lines(pathlib.Path(scratch, "d/single_turn.jsonl"))[0]["images"][0]
    pictures = [Image.open(io.BytesIO(base64.b64decode(url.split("base64,")[1]))) for url in (ours, theirs)]
    for what, ours, theirs in [
        ("quantisation tables", *[picture.quantization for picture in pictures]),
        ("sampling", *[[layer[1:3] for layer in picture.layer] for picture in pictures]),
    ]:
        if ours != theirs:
            sys.exit(f"{what}: ours {ours}, AIPerf's {theirs}")
    print("jpeg_tables: the same")


if __name__ == "__main__":
    main()
