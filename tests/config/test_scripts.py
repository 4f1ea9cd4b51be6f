"""Scripts are served without the lines that only explain them; what they do stays."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.contrib.staticfiles.storage import StaticFilesStorage

from config.scripts import Files, without_comments

STATIC = Path(settings.BASE_DIR) / "static"
SCRIPTS = sorted([*STATIC.glob("*.js"), *STATIC.glob("phone/*.js")])


def test_only_whole_lines_of_comment_go() -> None:
    script = b"// what\nconst a = 1; // why\n  // how\n\tb('https://x');\n/* kept */\n"
    assert without_comments(script) == b"const a = 1; // why\n\tb('https://x');\n/* kept */\n"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_no_line_within_a_text_looks_like_a_comment(script: Path) -> None:
    before = ""
    for line in script.read_text().splitlines():
        if line.lstrip().startswith("//"):
            assert before.count("`") % 2 == 0, line
        else:
            before += line


def test_they_are_served_so_and_vendored_ones_as_they_came(tmp_path: Path) -> None:
    served = Files(location=tmp_path, base_url="/static/")
    source = StaticFilesStorage(location=STATIC)
    names = ["phone/along.js", "vendor/idb-8.0.4.min.js", "app.css"]
    made = {name: hashed for name, hashed, _new in served.post_process({n: (source, n) for n in names})}
    for name in names:
        content, before = (tmp_path / made[name]).read_bytes(), Path(find(name)).read_bytes()
        assert content == (without_comments(before) if name == names[0] else before)
        assert (tmp_path / f"{made[name]}.gz").exists()
    assert b"// " not in (tmp_path / made[names[0]]).read_bytes().splitlines()[0]
