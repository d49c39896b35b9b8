"""Opens pages of `masque inspect --html` in a headless Chromium: at desktop and phone widths, light and dark, by keyboard, with axe-core.

    python3 tests/page.py --masque target/debug/masque [CASE [--pictures FOLDER]]

Without CASE it lists its cases, one a line. Needs `chromium`, and target/axe/axe.min.js, which tests/page.sh fetches.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from chromium import Chromium, program

AXE = pathlib.Path("target/axe/axe.min.js")
NARROWEST = 360
SIZES = [(1280, 900), (390, 844), (NARROWEST, 740)]
SCHEMES = ["light", "dark"]

TEXT = "--isl 60 --isl-stddev 20 --osl 20 --osl-stddev 5"
IMAGES = "--image-width-mean 96 --image-height-mean 64"
SOUNDS = "--audio-length-mean 1"
CLIPS = "--video-width 160 --video-height 96 --video-frames 16 --video-fps 8 --video-format mp4 --video-codec masque_h264"
FAMILIES = "--model-family qwen2_5_vl --model-family gemma3"
CHAT = "--format multi_turn --conversation-turn-mean 2 --conversation-turn-stddev 1 --shared-system-prompt-length 500"
EVERYTHING = f"-n 40 --media files {TEXT} {IMAGES} {SOUNDS} {CLIPS} {FAMILIES} {CHAT}"

OPEN_ALL = "for (const it of document.querySelectorAll('details')) it.open = true; void document.body.offsetHeight"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Dataset:
    """A dataset that masque made, in a folder of its own, and its page."""

    def __init__(self, masque, folder, flags):
        self.masque, self.folder, self.html = masque, folder / "out", folder / "page.html"
        subprocess.run([masque, "generate", "--output", self.folder, "--random-seed", "5", "--quiet", *flags], check=True)

    def inspect(self, status=0):
        done = subprocess.run([self.masque, "inspect", self.folder, "--quiet", "--html", self.html], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        assert done.returncode == status, (done.returncode, done.stderr)
        return self.html.as_uri()

    def lines(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


def fine(page):
    complaints = page.complaints()
    assert not complaints, complaints


def axe(page, what):
    """What axe-core finds that is serious or critical."""
    page.evaluate(AXE.read_text() + "\n;0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(it => it.violations.map(it => [it.impact, it.id, "
                          "it.nodes.slice(0, 5).map(node => node.html.slice(0, 200) + ' ' + node.failureSummary)]))")
    grave = [it for it in found if it[0] in ("serious", "critical")]
    assert not grave, f"{what}: {json.dumps(grave, indent=1)}"
    return [it[1] for it in found]


def reads(make, browser, pictures):
    """At every width and in both schemes: nothing is wider than the page, nothing is fetched, axe finds nothing grave."""
    address = make(EVERYTHING).inspect()
    grounds = {}
    for width, height in SIZES:
        for scheme in SCHEMES:
            page = browser.open(address, width, height, scheme)
            what = f"{width} pixels, {scheme}"
            assert page.evaluate("document.querySelector('h1').textContent") == "40 records", what
            minor = axe(page, what) if width != NARROWEST else []
            page.evaluate(OPEN_ALL)
            assert page.evaluate(OVERFLOW) <= 0, f"{what}: wider than the page by {page.evaluate(OVERFLOW)}"
            if pictures:
                page.picture(pictures / f"reads-{width}-{scheme}.png")
            if width != NARROWEST:
                minor += axe(page, f"{what}, all open")
                page.evaluate("document.querySelector('.tile button').click()")
                minor += axe(page, f"{what}, with the dialog")
            assert not minor, f"{what}: {minor}"
            grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
            fine(page)
            page.close()
    assert grounds["light"] != grounds["dark"], grounds


FOCUSED = """(() => {
    const it = document.activeElement;
    it.dataset.walked = '';
    const box = it.getBoundingClientRect(), style = getComputedStyle(it);
    return [it.tagName, it.textContent.trim().slice(0, 40), style.outlineStyle !== 'none' && box.width > 0 && box.height > 0];
})()"""
CONTROLS = "a[href], button:not(:disabled), input, select, summary, audio, video, [tabindex='0']"


def keys(make, browser, pictures):
    """Tab comes to everything that can be worked, each with a ring around it, and keys work it."""
    page = browser.open(make(EVERYTHING).inspect())
    for _ in range(1500):
        page.press("Tab")
        name, text, ring = page.evaluate(FOCUSED)
        if name == "BODY":
            break
        assert ring or name in ("AUDIO", "VIDEO"), f"nothing shows that {name} {text!r} has the focus"
    missed = page.evaluate(f"[...document.querySelectorAll({json.dumps(CONTROLS)})].filter(it => it.checkVisibility() && "
                           "!('walked' in it.dataset)).map(it => it.outerHTML.slice(0, 120))")
    assert not missed, f"Tab does not come to {missed}"

    def focus(selector):
        page.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")

    def see(script, expected):
        for _ in range(100):
            found = page.evaluate(script)
            if found == expected:
                return
            time.sleep(0.05)
        raise AssertionError(f"{script}: {found}, not {expected}")

    focus(".skip")
    page.press("Enter")
    see("document.activeElement.id", "main")
    for key, is_open in [("Enter", True), ("Space", False), ("Space", True)]:
        focus(".sample:nth-child(2) > summary")
        page.press(key)
        see("document.querySelector('.sample:nth-child(2)').open", is_open)
    see("document.querySelectorAll('.sample:nth-child(2) .t').length > 10", True)
    for count in [1, 0]:
        focus(".text + .quiet")
        page.press("Enter")
        see("document.querySelectorAll('.long.all').length", count)
    focus("#boundaries")
    page.press("Space")
    see("getComputedStyle(document.querySelector('.t')).backgroundColor", "rgba(0, 0, 0, 0)")
    page.press("Space")
    see("getComputedStyle(document.querySelector('.t')).backgroundColor === 'rgba(0, 0, 0, 0)'", False)

    focus(".tile button")
    page.press("Enter")
    see("document.querySelector('#viewer').open && document.querySelector('#viewer').contains(document.activeElement)", True)
    page.press("Escape")
    see("[document.querySelector('#viewer').open, document.activeElement.matches('.tile button')]", [False, True])

    rows = "[...document.querySelectorAll('.records tbody tr')].map(row => row.cells[COLUMN].textContent)"
    isl = page.evaluate("[...document.querySelectorAll('.records thead th')].findIndex(it => it.dataset.name === 'isl')")
    focus("th[data-name=isl] button")
    page.press("Enter")
    see("document.querySelector('th[data-name=isl]').ariaSort", "ascending")
    low = [int(text) for text in page.evaluate(rows.replace("COLUMN", str(isl)))]
    page.press("Space")
    see("document.querySelector('th[data-name=isl]').ariaSort", "descending")
    high = [int(text) for text in page.evaluate(rows.replace("COLUMN", str(isl)))]
    assert len(low) == 25 and low == sorted(low) and high == sorted(high, reverse=True) and low[0] < high[0], (low, high)
    page.evaluate("[...document.querySelectorAll('.pager button')].find(it => it.textContent === 'Next').focus()")
    page.press("Enter")
    see("document.querySelectorAll('.records tbody tr').length", 15)
    see("document.querySelector('#page').value", "2")
    focus("#page")
    page.press("ArrowDown")
    page.press("Enter")
    see("document.querySelectorAll('.records tbody tr').length", 25)
    focus("#size")
    page.press("ArrowDown")
    see("[document.querySelector('#size').value, document.querySelectorAll('.records tbody tr').length]", ["50", 40])
    focus(".filter > summary")
    page.press("Enter")
    focus("input[aria-label='ISL, at least']")
    page.type(str(high[0]))
    see("document.querySelector('.status').textContent", "1 of 40 records")
    page.press("ArrowUp")
    see("document.querySelector('.status').textContent", "0 of 40 records")
    focus(".filters > button")
    page.press("Enter")
    see("document.querySelector('.status').textContent", "40 of 40 records")
    focus("#record-0 > summary")
    focus(".records tbody a[href='#record-39']")
    page.press("Enter")
    see("[document.querySelector('#record-39').open, document.activeElement.parentElement.id]", [True, "record-39"])
    fine(page)


def tokens(make, browser, pictures):
    """Each prompt is there, and parted into as many tokens as it has."""
    kinds = [("", "builtin")]
    kinds += [(f"--tokenizer {path}", path.parent.name) for path in sorted(pathlib.Path("target/tokenizers").glob("*/tokenizer.json"))]
    for flags, name in kinds:
        dataset = make(f"-n 5 --isl 90 {flags}")
        page = browser.open(dataset.inspect())
        page.evaluate(OPEN_ALL)
        found = page.evaluate("[...document.querySelectorAll('.said.user .text')].map(it => [it.textContent, "
                              "[...it.querySelectorAll('.t')].reduce((all, part) => all + Number(part.dataset.n ?? 1), 0)])")
        prompts = [line["texts"][0] for line in dataset.lines("single_turn.jsonl")]
        assert [text for text, _ in found] == prompts, f"{name}: {found} {prompts}"
        assert [count for _, count in found] == [90] * 5, f"{name}: {[count for _, count in found]}"
        fine(page)
        page.close()


MEDIA = """Promise.all([...document.querySelectorAll('#samples img, #samples audio, #samples video')].map(async it => {
    it.loading = 'eager';
    it.preload = 'auto';
    const there = it.tagName === 'IMG' ? it.decode() : it.readyState > 0 || new Promise((done, fail) => {
        it.addEventListener('loadedmetadata', done);
        it.addEventListener('error', () => fail(it.error));
    });
    await there;
    const played = it.tagName === 'IMG' || await it.play().then(() => new Promise(done => {
        it.addEventListener('timeupdate', () => it.currentTime > 0 && done(true));
    }));
    if (it.pause) it.pause();
    return [it.tagName, it.naturalWidth || it.videoWidth || 0, it.duration || 0, played];
}))"""


def media(make, browser, pictures):
    """Pictures can be seen, sounds and clips be heard and played, of each format."""
    formats = [("--image-format png --audio-format wav", "mp4", "--format multi_turn"),
               ("--image-format jpeg --audio-format mp3 --media files", "webm", "--format multi_turn"),
               ("--image-format webp --audio-format opus", "mp4", "--format raw_payload --model m --media-order between"),
               ("--image-format png --audio-format flac", "mp4", "--format raw_payload --model m --media-order before")]
    for how, container, what in formats:
        clips = CLIPS if container == "mp4" else "--video-width 160 --video-height 96 --video-frames 16 --video-fps 8 --video-format webm"
        page = browser.open(make(f"-n 2 {TEXT} {IMAGES} {SOUNDS} {clips} {how} {what}").inspect())
        page.evaluate(OPEN_ALL)
        found = page.evaluate(MEDIA)
        assert sorted(name for name, *_ in found) == ["AUDIO"] * 2 + ["IMG"] * 2 + ["VIDEO"] * 2, found
        for name, width, length, played in found:
            assert played and width == {"IMG": 96, "VIDEO": 160, "AUDIO": 0}[name], (how, found)
            assert name == "IMG" or abs(length - {"VIDEO": 2, "AUDIO": 1}[name]) < 0.15, (how, found)
        order = page.evaluate("[...document.querySelectorAll('#record-0 .said.user > :is(.text, .item)')]"
                              ".map(it => it.classList.item(it.classList.length - 1))")
        items = ["image", "audio", "video"]
        expected = {"before": [*items, "text"], "between": ["text", *(it for item in items for it in (item, "text"))]}
        assert order == expected.get(what.split()[-1], ["text", *items]), order
        assert page.evaluate("document.querySelector('.lack, .absent')") is None
        fine(page)
        page.close()


def too_large(make, browser, pictures):
    """What is too large for the page is there in small, and says so."""
    noise = "--video-width 1280 --video-height 720 --video-frames 24 --video-fps 8 --video-synth-type noise --video-format mp4"
    flags = "--image-width-mean 1600 --image-height-mean 1200 --audio-length-mean 100 --audio-sample-rates 48 --media files"
    dataset = make(f"-n 2 {TEXT} {flags} {noise}")
    page = browser.open(dataset.inspect())
    page.evaluate(OPEN_ALL)
    found = page.evaluate(MEDIA)
    widths = {width for name, width, *_ in found if name == "IMG"}
    assert widths <= {160, 320} and len([it for it in found if it[0] == "IMG"]) == 4, found
    assert all(played and 1 < length < 9 for name, _, length, played in found if name == "AUDIO"), found
    words = page.evaluate("[...document.querySelectorAll('#samples .lack')].map(it => it.textContent)")
    assert len(words) == 6 and all("too" in it for it in words), words
    assert page.evaluate("[...document.querySelectorAll('#samples figcaption code')].length") == 6
    if pictures:
        page.picture(pictures / "too-large.png")
    fine(page)


HOSTILE = ["</script><script>document.title = 'broken'</script>", "<img src=x onerror=\"document.title='broken'\">",
           "<!--<script>", "a\u2028b\u2029c</SCRIPT >", "]]>&lt;b&gt;&#60;", "{{script}} {{data}}", "\u202e\u0007 \\u003c \\", "🙂👍🏽 e\u0301"]


def hostile(make, browser, pictures):
    """Prompts are text, whatever they look like."""
    dataset = make("-n 24 --prompt-file PROMPTS", "\n".join(HOSTILE) + "\n")
    page = browser.open(dataset.inspect())
    page.evaluate(OPEN_ALL)
    found = page.evaluate("[...document.querySelectorAll('.said.user .text')].map(it => it.textContent)")
    assert len(found) == 24 and set(found) == set(HOSTILE), found
    assert "broken" not in page.evaluate("document.title") and page.evaluate("document.querySelector('#samples img')") is None
    fine(page)


def many(make, browser, pictures):
    """10,000 records: the page is small, and every record is found in it."""
    dataset = make(f"-n 10000 {TEXT} --image-width-mean 400 --image-height-mean 300 --media files --media-reuse-rate 1 --media-pool-size 60")
    address = dataset.inspect()
    megabytes = dataset.html.stat().st_size / 1e6
    assert megabytes < 20, megabytes
    page = browser.open(address)
    took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    print(f"10,000 records: {megabytes:.2f} MB, loaded in {took:.0f} ms", file=sys.stderr)
    assert page.evaluate("document.querySelector('.status').textContent") == "10,000 of 10,000 records"
    page.evaluate("[...document.querySelectorAll('.pager button')].find(it => it.textContent === 'Last').click()")
    assert page.evaluate("document.querySelector('.records tbody tr:last-child th').textContent") == "9,999"
    isl = [line["turns"][0]["isl"] for line in dataset.lines("records.jsonl")]
    page.evaluate("document.querySelector(\"input[aria-label='ISL, at least']\").focus()")
    page.evaluate("document.querySelector('.filter').open = true; document.querySelector(\"input[aria-label='ISL, at least']\").focus()")
    page.type("70")
    count = sum(it >= 70 for it in isl)
    assert page.evaluate("document.querySelector('.status').textContent") == f"{count:,} of 10,000 records"
    if pictures:
        page.picture(pictures / "many.png")
    fine(page)


def faults(make, browser, pictures):
    """Faults stand first, and the record that has one is among the conversations."""
    dataset = make(f"-n 100 --media files {TEXT} {IMAGES}")
    (dataset.folder / "media/0000/000051_image_0.png").write_bytes(b"no image")
    page = browser.open(dataset.inspect(status=1))
    assert page.evaluate("document.querySelector('#overview').nextElementSibling.id") == "faults"
    assert page.evaluate("document.querySelector('#verdict').textContent") == "1 fault found"
    assert "000051_image_0.png" in page.evaluate("document.querySelector('#faults tbody').textContent")
    assert page.evaluate("document.querySelectorAll('.sample').length") == 25
    page.evaluate("location.hash = '#record-51'")
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert "bytes, and records.jsonl says" in page.evaluate("document.querySelector('#record-51').textContent")
    shown = page.evaluate("document.querySelector('#record-51 .absent')?.textContent ?? ''")
    assert "cannot show" in shown, shown
    axe(page, "with faults")


CASES = {case.__name__: case for case in [reads, keys, tokens, media, too_large, hostile, many, faults]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--masque", required=True)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("case", nargs="?")
    arguments = parser.parse_args()
    if program() is None:
        sys.exit("there is no chromium")
    if not AXE.exists():
        sys.exit(f"there is no {AXE}")
    if arguments.case is None:
        print(*CASES, sep="\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder, made = pathlib.Path(folder), []

        def make(flags, prompts=None):
            made.append(folder / str(len(made)))
            made[-1].mkdir()
            (made[-1] / "prompts.txt").write_text(prompts or "")
            words = [str(made[-1] / "prompts.txt") if word == "PROMPTS" else word for word in flags.split()]
            return Dataset(arguments.masque, made[-1], words)

        with Chromium() as browser:
            CASES[arguments.case](make, browser, arguments.pictures)


if __name__ == "__main__":
    sys.exit(main())
