"""The manual pages: well formed, and complete with regard to --help and the pages of docs/."""

import os
import re
import subprocess

import pytest

from conftest import REPOSITORY
from support.switch import binary

PAGES = sorted(path.name.removesuffix(".in") for path in (REPOSITORY / "docs/man").glob("*.in"))
PROGRAMS = {"vipswitch.8": binary(),
            "vipswitch-replay.1": os.path.join(os.path.dirname(binary()), "replay/vipswitch-replay"),
            "vipswitch-ctl.1": os.path.join(os.path.dirname(binary()), "ctl/vipswitch-ctl")}


def run(*command: object, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, **options)


def make(page: str, directory) -> str:
    path = directory / page
    made = run(REPOSITORY / "scripts/man", REPOSITORY / f"docs/man/{page}.in", path)
    assert made.returncode == 0, made.stderr
    return str(path)


def shown(page: str) -> str:
    """As a reader sees it on a very wide terminal."""
    result = run("mandoc", "-Tutf8", "-Owidth=1000", page)
    return re.sub(r".\x08", "", result.stdout)


@pytest.mark.parametrize("page", PAGES)
def test_page_is_well_formed(page, tmp_path):
    result = run("mandoc", "-Tlint", "-Wwarning", make(page, tmp_path))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("page", PAGES)
def test_page_is_shown_without_warnings(page, tmp_path):
    result = run("man", "--warnings", "--local-file", make(page, tmp_path), env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert result.returncode == 0 and result.stderr == ""
    assert page.split(".")[0] in result.stdout


@pytest.mark.parametrize("page", sorted(set(PROGRAMS) & set(PAGES)))
def test_page_has_every_option_of_help(page, tmp_path):
    help_text = run(PROGRAMS[page], "--help").stdout
    text = shown(make(page, tmp_path))
    options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", help_text, re.IGNORECASE))
    assert "--help" in options
    assert [option for option in options if not re.search(rf"(?<![\w-]){option}\b", text)] == []


def test_page_of_the_file_has_every_key(tmp_path):
    text = shown(make("vipswitch.yaml.5", tmp_path))
    rows = re.findall(r"^\| (.*?) \|", (REPOSITORY / "docs/configuration.md").read_text(), re.MULTILINE)
    keys = [code for row in rows for code in re.findall(r"`([^`]+)`", row)]
    assert "flood_pps" in keys and "havip_quota" in keys
    assert [key for key in keys if key not in text] == []


@pytest.mark.parametrize("directive, reason", [
    ("@section docs/configuration.md Nothing", 'no section "Nothing"'),
    ("@options docs/errors.md", "0 usage texts"),
    ("@opinions docs/errors.md", "is no directive"),
    ("@section docs/nothing.md", "docs/nothing.md"),
])
def test_template_that_asks_for_what_is_not_there_is_refused(directive, reason, tmp_path):
    template = tmp_path / "page.1.in"
    template.write_text(f".Dd November 22, 2026\n{directive}\n")
    result = run(REPOSITORY / "scripts/man", template)
    assert result.returncode == 1 and reason in result.stderr and result.stdout == ""


def test_text_is_never_taken_for_a_request(tmp_path):
    source = tmp_path / "page.md"
    source.write_text("# T\n\n.so nothing\n'br\n\n```\n.ig\n\\(em\n```\n\n| key | meaning |\n|---|---|\n"
                      "| `Op` \"x\" | back\\slash |\n")
    template = tmp_path / "page.1.in"
    template.write_text(f".Dd November 22, 2026\n.Dt PAGE 1\n.Os\n.Sh NAME\n.Nm page\n.Nd page\n.Sh DESCRIPTION\n"
                        f"@section {source}\n")
    made = tmp_path / "page.1"
    made.write_text(run(REPOSITORY / "scripts/man", template).stdout)
    text = shown(str(made))
    assert all(part in text for part in (".so nothing 'br", ".ig\n", "\\(em", 'Op "x"', "back\\slash")), text
