"""Makes the pictures of the playground under docs/pictures, in both languages: `make pictures`. Needs Chromium."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from make_pictures import HERE
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

XOR = ("learning_rate=0.1&record_every=50", 3000)
SPIRALS = (
    "data=spirals&samples=400&noise=0.02&test=0.3&features=x1;x2;sin(πx1);sin(πx2)&hidden=8;8&activations=tanh;tanh&init=xavier"
    "&scale=1.0&h=0.0001&optimizer=adam&batch_size=32&steps=20000",
    4000,
)
THEMES = {"light": XOR, "dark": SPIRALS}
SIZES: dict[str, dict[str, Any]] = {
    "playground": {"viewport": {"width": 1440, "height": 900}},
    "playground-phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
LARGEST = 200_000  # bytes of a picture with all its colours
COLOURS = 256


def main() -> None:
    program = shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        words = ["play", "--no-browser", "--port", "0", "--store", f"{folder}/runs.sqlite", "--lang", "en"]
        server = subprocess.Popen([sys.executable, "-m", "koubai", *words], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            found = re.search(r"http://[^/]+/", server.stdout.readline())
            assert found
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            for language in ("en", "ja"):
                for theme, (link, step) in THEMES.items():
                    for name, size in SIZES.items():
                        address = f"{found[0]}?lang={language}&theme={theme}#{link}&step={step}"
                        screen(browser, address, step, HERE / language / f"{name}-{theme}.png", size)
            browser.close()
        finally:
            server.terminate()
            server.wait()


def screen(browser: Browser, address: str, step: int, path: Path, size: dict[str, Any]) -> None:
    """What is seen once the training rests at ``step``."""
    context = browser.new_context(**size)
    page = context.new_page()
    page.goto(address)
    timeline = page.locator(".timeline-range")
    expect(timeline).to_have_value(f"{step}", timeout=120_000)
    expect(page.locator(".status")).not_to_have_class(re.compile("playing|preparing"))
    page.wait_for_timeout(1000)  # until what is drawn at leisure is drawn
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    context.close()
    if path.stat().st_size > LARGEST:
        Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
