#!/usr/bin/env python3
"""Opens reports in a browser, and looks at what it shows.

  browser.py NETFLOW AXE [--pictures FOLDER] [--chromium PATH]

NETFLOW is the command, AXE the file axe.min.js of axe-core. Of genuine captures, a hostile one made here and
the page of a running collector:

- the console has no message, and there is no request but that for the page itself; the network is off;
- axe-core finds no violation, light and dark, on a desk and on a phone;
- no page is wider than its screen of 360 or 1280 pixels;
- the octets, packets and flows of each table are those of `netflow top`, and the flows that the filter box
  chooses those of `netflow decode --where`;
- names with markup, right-to-left overrides or 1,000 letters are text.

Pictures of the screens and of the printed page are written to FOLDER, to be looked at.

The browser is spoken to over pipes (DevTools protocol). Only the standard library of Python 3.10 is needed.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

TESTDATA = pathlib.Path(__file__).resolve().parents[2] / "testdata"
CAPTURES = ["genuine/ovs.pcap", "genuine/nfr_v5.pcap", "genuine/sf_v9_sampling.pcap", "genuine/sf_v10_biflow.pcap",
            "genuine/pm_sf.pcap"]
WIDTHS = {"phone": 360, "desk": 1280}
# Seconds to wait for an answer of the browser.
PATIENCE = 60
# What each table groups by; locality has no equal in `top`.
BY = {
    "sources": "source_address",
    "destinations": "destination_address",
    "conversations": "source_address,destination_address",
    "services": "protocol,destination_port",
    "protocols": "protocol",
    "versions": "ip_version",
    "exporters": "exporter_address",
    "applications": "application_name",
    "input": "exporter_address,input_interface,input_interface_name",
    "output": "exporter_address,output_interface,output_interface_name",
    "source-countries": "source_country",
    "destination-countries": "destination_country",
    "source-as-names": "source_as_name",
    "destination-as-names": "destination_as_name",
    "source-as": "source_as",
    "destination-as": "destination_as",
    "as-pairs": "source_as,destination_as",
    "flags": "tcp_flags",
    "dscp": "dscp",
    "vlans": "vlan",
    "directions": "direction",
    "events": "firewall_event",
    "denied": "firewall_event,source_address,destination_address,destination_port",
    "nat": "nat_event",
    "users": "user_name",
}
FILTERS = ["proto udp", "proto tcp and dst port 443", "not src port 53", "packets > 10 or bytes > 1k", "portrange 1-1024",
           "src net 10.0.0.0/8 or ipv6", "flags S and not flags A", "has tcp_flags"]
HOSTILE = ["<script>window.hostile = 1</script>", '"><img src=x onerror="window.hostile = 1">', "\u202e" + "gnp.exe",
           "</title></script><!--", "x" * 1_000]

PANELS = """[...document.querySelectorAll("table[data-panel]")].map((table) => [table.dataset.panel,
  [...table.tBodies[0].rows].map((row) => [...row.cells].filter((cell) => cell.dataset.n).slice(0, 3).map((cell) => cell.dataset.n))])"""
AXE = """axe.run(document, {resultTypes: ["violations"]}).then((found) => JSON.stringify(found.violations.map((one) =>
  [one.id, one.help, one.nodes.length, one.nodes[0].html.slice(0, 200), one.nodes[0].failureSummary])))"""


class Browser:
    """A browser without a window."""

    def __init__(self, program: str, home: str) -> None:
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def pipes() -> None:
            # The browser reads from descriptor 3 and writes to 4.
            high = [os.dup(end) for end in (to_browser, from_browser)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--hide-scrollbars", f"--user-data-dir={home}", "about:blank"]
        self.process = subprocess.Popen([program, *options], close_fds=False, preexec_fn=pipes,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number = 0
        self.rest = b""
        self.events: list[dict] = []
        self.session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        octets = memoryview(json.dumps(message).encode() + b"\0")
        while octets:
            octets = octets[os.write(self.write_end, octets):]
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def _read(self) -> dict:
        while b"\0" not in self.rest:
            if not select.select([self.read_end], [], [], PATIENCE)[0]:
                raise RuntimeError("the browser does not answer")
            octets = os.read(self.read_end, 1 << 20)
            if not octets:
                raise RuntimeError("the browser has ended")
            self.rest += octets
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def evaluate(self, script: str) -> object:
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script[:80]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def open(self, url: str, width: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.events.clear()
        self.call("Page.navigate", url=url)
        for _ in range(200):
            if self.evaluate("document.readyState") == "complete" and self.evaluate("location.href") == url:
                return
            time.sleep(0.05)
        raise RuntimeError(f"{url} is not loaded")

    def noise(self, url: str) -> list[str]:
        """Messages of the console, errors, and requests except that for the page."""
        self.evaluate("1")
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent":
                asked = parameters["request"]["url"]
                if asked != url and not asked.startswith("data:,"):
                    found.append(f"request for {asked}")
            elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                found.append(f"{method} {json.dumps(parameters)[:500]}")
        return found

    def picture(self, path: pathlib.Path) -> None:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Checks:
    """What was looked at, and what was wrong."""

    def __init__(self, netflow: str) -> None:
        self.netflow = netflow
        self.count = 0
        self.wrong: list[str] = []

    def equal(self, what: str, found: object, expected: object) -> None:
        self.count += 1
        if found != expected:
            self.wrong.append(f"{what}: {found!r}, expected {expected!r}")

    def run(self, *arguments: str) -> str:
        done = subprocess.run([self.netflow, *arguments], capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done.stdout

    def rows(self, *arguments: str) -> list[dict]:
        return [json.loads(line) for line in self.run(*arguments).splitlines()]


def ipfix(names: list[str]) -> bytes:
    """A file of IPFIX: for each name a flow of this user, from an application of this name."""
    fields = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 4), (2, 4), (371, 65535), (96, 65535)]
    template = struct.pack("!HH", 256, len(fields)) + b"".join(struct.pack("!HH", *field) for field in fields)
    records = b""
    for number, name in enumerate(names):
        text = name.encode()
        long = b"\xff" + struct.pack("!H", len(text)) + text
        records += struct.pack("!4s4sHHBII", bytes([192, 0, 2, 1 + number]), bytes([198, 51, 100, 7]), 1024, 53, 17, 1_000, 10)
        records += long + long
    sets = b"".join(struct.pack("!HH", kind, len(body) + 4) + body for kind, body in ((2, template), (256, records)))
    return struct.pack("!HHIII", 10, len(sets) + 16, 1_700_000_000, 0, 7) + sets


def look(browser: Browser, checks: Checks, name: str, url: str, axe: str, pictures: pathlib.Path | None) -> None:
    """What holds of every page."""
    for screen, width in WIDTHS.items():
        for scheme in ("light", "dark"):
            browser.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.open(url, width)
            checks.equal(f"{name} {screen} {scheme}: noise", browser.noise(url), [])
            wide = browser.evaluate("document.documentElement.scrollWidth")
            checks.equal(f"{name} {screen}: is no wider than {width}", wide if wide > width else width, width)
            browser.evaluate(axe)
            violations = json.loads(browser.evaluate(AXE))
            checks.equal(f"{name} {screen} {scheme}: violations", violations, [])
            if pictures:
                browser.picture(pictures / f"{name}-{screen}-{scheme}.png")
    browser.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    # The width of A4 in pixels of CSS, less the margins.
    browser.open(url, 718)
    wide = browser.evaluate("document.documentElement.scrollWidth")
    checks.equal(f"{name} print: is no wider than paper", wide if wide > 718 else 718, 718)
    if pictures:
        browser.picture(pictures / f"{name}-print.png")
    browser.call("Emulation.setEmulatedMedia", media="", features=[])


def panels(browser: Browser, checks: Checks, name: str, path: str, options: list[str]) -> None:
    """The tables have the numbers of `top`."""
    found = browser.evaluate(PANELS)
    checks.equal(f"{name}: has tables", len(found) > 5, True)
    for panel, rows in found:
        if panel == "locality":
            continue
        top = checks.rows("top", "--format", "json", "--by", BY[panel], *options, path)
        expected = [[str(row[sum]) for sum in ("octets", "packets", "flows")] for row in top]
        checks.equal(f"{name} {panel}", rows, expected)


def filters(browser: Browser, checks: Checks, name: str, path: str) -> None:
    """The filter box chooses the flows that `decode --where` does."""
    key = ["source_address", "source_port", "destination_address", "destination_port", "packets", "octets"]
    for expression in FILTERS:
        browser.evaluate(f"""(() => {{ const box = document.getElementById("where"); box.value = {json.dumps(expression)};
          box.dispatchEvent(new Event("input")); }})()""")
        found = browser.evaluate("""[...document.getElementById("flow-table").tBodies[0].rows].filter((row) => !row.hidden)
          .map((row) => [3, 4, 5, 6, 7, 8].map((index) => row.cells[index].dataset.v ?? null))""")
        flows = checks.rows("decode", "-q", "-f", "json", "--split-biflows", "--where", expression, path)
        expected = [[str(flow[field]) if field in flow else None for field in key] for flow in flows]
        checks.equal(f"{name} {expression}", found, expected)
    browser.evaluate('document.getElementById("where").value = "dst prot 1"; document.getElementById("where").dispatchEvent(new Event("input"))')
    checks.equal(f"{name}: a mistake is marked", browser.evaluate('document.getElementById("where").getAttribute("aria-invalid")'), "true")


def sorting(browser: Browser, checks: Checks, name: str) -> None:
    """A click on a heading orders the rows of a table."""
    numbers = """(() => {{ const table = document.querySelector("table[data-panel=sources]");
      const heads = [...table.tHead.rows[0].cells]; const index = heads.findIndex((head) => head.textContent === "packets");
      heads[index].querySelector("button").click();
      return [...table.tBodies[0].rows].map((row) => Number(row.cells[index].dataset.n)); }})()""".replace("{{", "{").replace("}}", "}")
    down, up = browser.evaluate(numbers), browser.evaluate(numbers)
    checks.equal(f"{name}: sorted down", down, sorted(down, reverse=True))
    checks.equal(f"{name}: sorted up", up, sorted(up))


def live(browser: Browser, checks: Checks, axe: str, pictures: pathlib.Path | None) -> None:
    """The page of a collector shows what it receives, and is loaded again."""
    options = ["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--output", "null"]
    geo = ["--geo", str(TESTDATA / "geo/places.mmdb"), "--asn", str(TESTDATA / "geo/systems.mmdb")]
    collector = subprocess.Popen([checks.netflow, "listen", *options, *geo], stderr=subprocess.PIPE, text=True)
    try:
        addresses = []
        while len(addresses) < 2:
            line = collector.stderr.readline()
            if not line:
                raise RuntimeError("the collector has ended")
            addresses += re.findall(r"msg=listening.* address=\"?([\d.:]+)", line)
        udp, http = addresses
        host, port = udp.split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(ipfix(HOSTILE), (host, int(port)))
        url = f"http://{http}/"
        for _ in range(100):
            browser.open(url, 1280)
            if browser.evaluate("document.body.textContent").find("192.0.2.1") >= 0:
                break
            time.sleep(0.2)
        found = dict(browser.evaluate(PANELS))
        checks.equal("live sources", len(found.get("sources", [])), len(HOSTILE))
        checks.equal("live: hostile names", browser.evaluate("window.hostile"), None)
        look(browser, checks, "live", url, axe, pictures)
        # The script asks for the page again after as many seconds; here they are over at once.
        script = browser.call("Page.addScriptToEvaluateOnNewDocument", source="""
          const real = window.setInterval; window.setInterval = (call, wait) => { window.wait = wait; return real(call, 200); };""")
        browser.open(url, 1280)
        checks.equal("live: seconds between pages", browser.evaluate("window.wait"), 30_000)
        browser.evaluate("window.isOld = true")
        time.sleep(2)
        checks.equal("live: is loaded again", browser.evaluate("window.isOld"), None)
        browser.call("Page.removeScriptToEvaluateOnNewDocument", **script)
        browser.call("Page.navigate", url="about:blank")
    finally:
        collector.send_signal(signal.SIGTERM)
        collector.wait(20)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("netflow")
    parser.add_argument("axe", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    arguments = parser.parse_args()
    axe = arguments.axe.read_text(encoding="utf-8")
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    checks = Checks(os.path.abspath(arguments.netflow))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(arguments.chromium, f"{folder}/home")
        try:
            live(browser, checks, axe, arguments.pictures)
            browser.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
            hostile = pathlib.Path(folder) / "hostile.ipfix"
            hostile.write_bytes(ipfix(HOSTILE))
            geo = ["--geo", str(TESTDATA / "geo/places.mmdb"), "--asn", str(TESTDATA / "geo/systems.mmdb")]
            for capture in [*(str(TESTDATA / one) for one in CAPTURES), str(hostile)]:
                name = pathlib.Path(capture).stem
                page = pathlib.Path(folder) / f"{name}.html"
                checks.run("report", "-q", *geo, "--flows", "20000", "-o", str(page), capture)
                url = page.as_uri()
                look(browser, checks, name, url, axe, arguments.pictures)
                browser.open(url, 1280)
                panels(browser, checks, name, capture, geo)
                sorting(browser, checks, name)
                filters(browser, checks, name, capture)
                checks.equal(f"{name}: elements of script", browser.evaluate('document.querySelectorAll("script").length'), 1)
                if capture == str(hostile):
                    text = browser.evaluate("document.body.textContent")
                    checks.equal("hostile: is text", HOSTILE[0] in text and HOSTILE[1] in text, True)
                    checks.equal("hostile: is not run", browser.evaluate("window.hostile"), None)
                    checks.equal("hostile: elements", browser.evaluate('document.querySelectorAll("img, iframe, object, embed").length'), 0)
                    checks.equal("hostile: changes no direction", "\u202e" in text, False)
                    checks.equal("hostile: is cut", "x" * 200 in text, False)
        finally:
            browser.close()
    for line in checks.wrong:
        print(line[:3_000])
    print(f"{checks.count} checks, {len(checks.wrong)} of which failed")
    return 1 if checks.wrong or checks.count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
