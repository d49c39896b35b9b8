"""Plays clips of masque_h264 in a headless Chromium: every frame is decoded and shown, and seeks come to the frame that was asked for, as
FFmpeg decodes it.

    python3 tests/browser.py --masque target/debug/masque [NAME]

Without NAME it lists its cases, one a line. Needs `chromium` and `ffmpeg`.
"""

import argparse
import base64
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

WIDTH, HEIGHT, FRAMES, GOP, FPS = 320, 176, 60, 25, 30
SEEKS = [47, 0, 25, 24, 59, 7, 50, 33]
PATTERNS = ["moving_shapes", "grid_clock"]
NAMES = ["chromium", "chromium-browser", "google-chrome"]

PAGE = """<!doctype html><video muted></video><canvas></canvas><script>
const heard = (what, on) => new Promise((done, fail) => {
    on.addEventListener(what, done, {once: true});
    on.addEventListener('error', () => fail(on.error && on.error.message), {once: true});
});
// The frame that stands there once the one that is sought has come: the clip's first may come late. After ten seconds, whichever it is.
const sought = (video, number) => new Promise(done => {
    let last = {mediaTime: -1};
    const each = (_, frame) => {
        last = frame;
        if (Math.abs(frame.mediaTime - number / FPS) < 0.001) done(frame);
        else video.requestVideoFrameCallback(each);
    };
    video.requestVideoFrameCallback(each);
    setTimeout(() => done(last), 10000);
});
async function run() {
    const video = document.querySelector('video'), canvas = document.querySelector('canvas');
    video.src = URL.createObjectURL(await (await fetch('/clip.mp4')).blob());
    await heard('loadeddata', video);
    canvas.width = video.videoWidth, canvas.height = video.videoHeight;
    const context = canvas.getContext('2d', {willReadFrequently: true});
    const out = {width: canvas.width, height: canvas.height, duration: video.duration, times: [], frames: []};
    for (const number of SEEKS) {
        const there = heard('seeked', video), shown = sought(video, number);
        video.currentTime = (number + 0.5) / FPS;
        await there;
        out.times.push((await shown).mediaTime);
        context.drawImage(video, 0, 0);
        const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
        let text = '';
        for (let at = 0; at < pixels.length; at += 4) text += String.fromCharCode(pixels[at], pixels[at + 1], pixels[at + 2]);
        out.frames.push(btoa(text));
    }
    const again = heard('seeked', video);
    video.currentTime = 0;
    await again;
    const before = video.getVideoPlaybackQuality().totalVideoFrames, ended = heard('ended', video);
    await video.play();
    await ended;
    out.played = video.getVideoPlaybackQuality().totalVideoFrames - before;
    return out;
}
run().catch(why => ({error: String(why)})).then(out => fetch('/result', {method: 'POST', body: JSON.stringify(out)}));
</script>"""


def browser():
    found = [name for name in NAMES if shutil.which(name)]
    if not found:
        sys.exit(f"none of {', '.join(NAMES)} is there")
    return found[0]


def make(masque, pattern, folder):
    flags = ["generate", "-n", "1", "--isl", "0", "--quiet", "--random-seed", "3", "--media", "files", "--output", str(folder)]
    size = ["--video-width", str(WIDTH), "--video-height", str(HEIGHT), "--video-fps", str(FPS), "--video-frames", str(FRAMES)]
    coding = ["--video-codec", "masque_h264", "--video-gop", str(GOP), "--video-format", "mp4", "--video-synth-type", pattern]
    subprocess.run([masque, *flags, *size, *coding], check=True)
    (clip,) = folder.rglob("*.mp4")
    return clip


def played(clip, folder):
    """What the browser makes of a clip."""
    result, heard = {}, threading.Event()
    page = PAGE.replace("SEEKS", json.dumps(SEEKS)).replace("FPS", str(FPS)).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            kind, body = ("video/mp4", clip.read_bytes()) if self.path == "/clip.mp4" else ("text/html", page)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            result.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            heard.set()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={folder}/profile",
               f"http://127.0.0.1:{server.server_port}/"]
    with open(folder / "said", "w+") as said, subprocess.Popen(command + ["--remote-debugging-port=0"], stdout=said, stderr=said) as process:
        there = heard.wait(90)
        process.terminate()
        process.wait()
        said.seek(0)
        assert there, "the page said nothing in 90 s:\n" + said.read()[-2000:]
    server.shutdown()
    return result


def check(masque, pattern):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        clip = make(masque, pattern, folder / "out")
        result = played(clip, folder)
        assert "error" not in result, result["error"]
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", clip, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True, stdout=subprocess.PIPE).stdout
    size = WIDTH * HEIGHT * 3
    linear = [raw[at:at + size:7] for at in range(0, len(raw), size)]
    assert (result["width"], result["height"], len(linear)) == (WIDTH, HEIGHT, FRAMES)
    assert abs(result["duration"] - FRAMES / FPS) < 0.01, result["duration"]
    for number, time, frame in zip(SEEKS, result["times"], result["frames"], strict=True):
        assert abs(time - number / FPS) < 0.001, f"frame {number} came as that of {time} s"
        shown = base64.b64decode(frame)[::7]
        # Both turn YUV into RGB in ways of their own, so that the nearest frame counts, and it is near.
        apart = [sum(abs(a - b) for a, b in zip(shown, other)) / len(shown) for other in linear]
        assert apart[number] == min(apart) and apart[number] < 4, f"frame {number}: {apart[number]:.2f}, least {min(apart):.2f} at {apart.index(min(apart))}"
    # A busy machine may drop some of them.
    assert result["played"] >= FRAMES // 2, result["played"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--masque", required=True)
    parser.add_argument("case", nargs="?")
    arguments = parser.parse_args()
    if arguments.case is None:
        browser()
        print(*(f"{pattern} in Chromium" for pattern in PATTERNS), sep="\n")
        return
    check(arguments.masque, arguments.case.split()[0])


if __name__ == "__main__":
    sys.exit(main())
