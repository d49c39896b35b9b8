"""A headless Chromium, driven over its debugging pipe: pages are opened, looked at, typed into. Knows nothing of what is in them."""

import base64
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile

NAMES = ["chromium", "chromium-browser", "google-chrome"]
SECONDS = 60


def program():
    """The browser's name, or None where there is none."""
    return next((name for name in NAMES if shutil.which(name)), None)


# What a key is to a page: its code, its number, and the text that it types.
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "Space": (" ", 32, " "),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
}


class Chromium:
    """A browser of its own, in a folder of its own; closed at the end of a `with`."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # Far from 3 and 4, where the browser looks for them.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (*os.pipe(), *os.pipe())]
        heard, self.to, self.answers, said = ends

        def hand_over():
            os.dup2(heard, 3)
            os.dup2(said, 4)

        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
                 "--disable-background-networking", "--autoplay-policy=no-user-gesture-required",
                 f"--user-data-dir={self.folder.name}/profile"]
        self.process = subprocess.Popen([program(), *flags, "about:blank"], preexec_fn=hand_over, pass_fds=(3, 4), stderr=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, start_new_session=True)
        os.close(heard)
        os.close(said)
        self.buffer, self.number, self.events = b"", 0, []
        return self

    def __exit__(self, *_):
        # Its helpers outlive it for a moment, and write into the folder as they go: all of them end here.
        self.process.terminate()
        self.process.wait()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.folder.cleanup()

    def call(self, method, session=None, **parameters):
        """Asks the browser for something, and waits for the answer; what it tells in between is kept in `events`."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            told = self.hear()
            if told.get("id") == self.number:
                assert "error" not in told, f"{method}: {told['error']}"
                return told["result"]
            self.events.append(told)

    def hear(self):
        while b"\0" not in self.buffer:
            more = os.read(self.answers, 1 << 20)
            assert more, "the browser is gone"
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def open(self, address, width=1280, height=900, scheme="light"):
        """A page at this address, once it has loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, target)
        for domain in ["Page", "Runtime", "Network", "Log"]:
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        page.call("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" and event["sessionId"] == session for event in self.events):
            self.events.append(self.hear())
        return page


class Page:
    """An open page."""

    def __init__(self, browser, session, target):
        self.browser, self.session, self.target = browser, session, target

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def told(self, method):
        return [event["params"] for event in self.browser.events if event.get("method") == method and event.get("sessionId") == self.session]

    def evaluate(self, script):
        """What a script comes to, or the promise that it makes."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key, modifiers=0):
        name, code, text = KEYS[key]
        how = {"key": name, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **how)
        self.call("Input.dispatchKeyEvent", type="keyUp", **how)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def complaints(self):
        """Errors of the console and of scripts, and what the page asked the network for."""
        said = [entry["entry"]["text"] for entry in self.told("Log.entryAdded") if entry["entry"]["level"] in ("error", "warning")]
        said += [str(entry["args"]) for entry in self.told("Runtime.consoleAPICalled") if entry["type"] in ("error", "warning", "assert")]
        said += [entry["exceptionDetails"]["text"] for entry in self.told("Runtime.exceptionThrown")]
        asked = [entry["request"]["url"] for entry in self.told("Network.requestWillBeSent")]
        return said + [f"it asked for {url[:200]}" for url in asked[1:] if not url.startswith(("data:", "blob:"))]

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000), "scale": 1}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
