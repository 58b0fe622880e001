"""Each lint passes a clean tree and finds what is planted in it."""

import os

import pytest

from conftest import REPOSITORY

LINTS = sorted(path.name for path in (REPOSITORY / "scripts/check.d").iterdir()
               if path.is_file() and os.access(path, os.X_OK))

STAGE = "dataplane/stage/parse.cpp"
HEADER = "dataplane/stage/parse.h"
MODEL = "control/model/vpc.h"
TEST = "tests/stage/parse_test.cpp"


def in_namespace(code: str) -> str:
    return f"\nnamespace vipswitch {{\n\n{code}\n}}  // namespace vipswitch\n"


# (lint, file, what is written behind its end, what the finding says). A file that is not there is made.
PLANTS = [
    ("format", STAGE, "int  spaced ;\n", "parse.cpp:10: not formatted"),

    ("tidy", STAGE, in_namespace("int CamelCaseFunction() { return 0; }\n"),
     "dataplane/stage/parse.cpp:13:5: invalid case style for function 'CamelCaseFunction'"),
    ("tidy", STAGE, in_namespace("constexpr int limit = 3;\nint three() { return limit; }\n"), "'limit'"),
    ("tidy", HEADER, in_namespace("class Counter {\n  int value = 0;\n};\n"), "private member 'value'"),
    ("tidy", STAGE, in_namespace("bool same(int a) {\n  if (a == a) return true;\n  return false;\n}\n"),
     "both sides of operator are equivalent"),

    ("includes", "include/vipswitch/row.h", '#pragma once\n#include "dataplane/stage/parse.h"\n',
     "row.h:2: must not include dataplane/stage/parse.h"),
    ("includes", STAGE, '#include "control/model/vpc.h"\n', "parse.cpp:10: must not include control/model/vpc.h"),
    ("includes", "dataplane/stage/guard.cpp", '#include "dataplane/stage/parse.h"\n',
     "guard.cpp:1: stage guard must not include stage parse"),
    ("includes", MODEL, '#include "tests/support/frame.h"\n', "frame.h\" is no file"),
    ("includes", MODEL, '#include "vpc.h"\n', '"vpc.h" is no file, seen from the root'),
    ("includes", MODEL, "#include <rte_mbuf.h>\n", "vpc.h:4: must not include <rte_mbuf.h>"),
    ("includes", "dataplane/owner/slot.h", '#pragma once\n#include "dataplane/mbuf.h"\n', "must not see DPDK"),
    ("includes", "control/service/service.h", "#pragma once\n#include <yaml-cpp/yaml.h>\n",
     "must not include <yaml-cpp/yaml.h>"),
    ("includes", STAGE, "#include <fmt/core.h>\n", "must not include <fmt/core.h>"),
    ("includes", "control/model/port.h", "struct Port {};\n", "port.h:1: a header starts with #pragma once"),

    ("headers", HEADER, "std::string name();\n", "parse.h:1: does not compile alone"),
    ("headers", HEADER, "inline int narrow(long value) { return value; }\n", "parse.h:1: does not compile alone"),
    ("headers", HEADER, "inline void fail() { throw 1; }\n", "parse.h:1: does not compile alone"),
    ("headers", MODEL, "#include <rte_mbuf.h>\n", "vpc.h:1: does not compile alone"),

    ("symbols", STAGE, "int* make() { return new int(1); }\n", "calls operator new(unsigned long) (heap)"),
    ("symbols", STAGE, "void end(int* p) { delete p; }\n", "operator delete"),
    ("symbols", STAGE, '#include <cstdlib>\nvoid* get(unsigned long n) { return std::malloc(n); }\n',
     "calls malloc (heap)"),
    ("symbols", STAGE, "void fail() { throw 1; }\n", "calls __cxa_throw (exception)"),
    ("symbols", STAGE, '#include <vector>\nint at(std::vector<int>& v) { return v.at(1); }\n', "(exception)"),
    ("symbols", STAGE, '#include <cstdio>\nvoid say(int i) { std::printf("%d", i); }\n', "calls printf (output)"),
    ("symbols", STAGE, '#include <cstdio>\nvoid say(char* s, int i) { snprintf(s, 9, "%d", i); }\n', "(output)"),
    ("symbols", STAGE, 'extern "C" int rte_log(unsigned, unsigned, const char*, ...);\n'
                       'void say() { rte_log(1, 1, ""); }\n', "calls rte_log (log)"),
    ("symbols", STAGE, "#include <pthread.h>\nvoid wait(pthread_mutex_t& m) { pthread_mutex_lock(&m); }\n",
     "calls pthread_mutex_lock (lock of a thread)"),
    ("symbols", STAGE, "#include <unistd.h>\nvoid wait() { usleep(1); }\n", "calls usleep (system call)"),
    ("symbols", STAGE, "#include <cstdlib>\nvoid end() { std::abort(); }\n", "calls abort (end of the process)"),
    ("symbols", STAGE, "int call(int (*f)(int)) { return f(1) + 1; }\n", "calls through a pointer on the hot path"),

    ("tokens", STAGE, "volatile int flag;\n", "parse.cpp:10: volatile:"),
    ("tokens", MODEL, "using namespace std;\n", "vpc.h:4: using namespace std;:"),
    ("tokens", MODEL, 'inline int run() { return system("ls"); }\n', "vpc.h:4: system(:"),
    ("tokens", MODEL, "inline void copy(char* a, char* b) { strcpy(a, b); }\n", "vpc.h:4: strcpy(:"),
    ("tokens", MODEL, "inline void print(char* a) { sprintf(a, a); }\n", "vpc.h:4: sprintf(:"),
    ("tokens", STAGE, "int swapped = ntohl(1);\n", "parse.cpp:10: ntohl:"),
    ("tokens", STAGE, "int* p = reinterpret_cast<int*>(1);\n", "parse.cpp:10: reinterpret_cast:"),
    ("tokens", STAGE, 'void fail() { rte_panic("no"); }\n', "parse.cpp:10: rte_panic:"),
    ("tokens", TEST, "void wait() { std::this_thread::sleep_for(1ms); }\n", "parse_test.cpp:2: sleep_for:"),
    ("tokens", STAGE, "// TODO\n", "parse.cpp:10: TODO:"),
    ("tokens", STAGE, "int x;  // NOLINT\n", "parse.cpp:10: NOLINT:"),
    ("tokens", "tests/smoke/test_ping.py", 'import_from = "/work/shared"\n', "test_ping.py:1: /work/:"),
    ("tokens", "scripts/stop", "#!/bin/bash\npkill vipswitch\n", "scripts/stop:2: pkill:"),

    ("length", "control/model/long.cpp", "\n" * 451, "long.cpp:451: 451 lines"),
    ("docs", "include/vipswitch/errors.def", 'ERROR_CODE(usage, 2, "unknown command")\n', "docs/errors.md: not current"),
    ("docs", "docs/drop-reasons.md", "edited by hand\n", "docs/drop-reasons.md: not current"),
    ("docs", "include/vipswitch/errors.def", "ERROR_CODE(usage, 2\n", "errors.def:2: not a row"),
    ("drop-reasons", "include/vipswitch/drop_reasons.def", 'DROP_REASON(no_mbuf, tx, "empty")\n',
     "drop_reasons.def:2: no test of tests/stage, tests/golden, tests/smoke names no_mbuf"),
    ("shell", "scripts/broken", "#!/bin/bash\nif true; then\n", "scripts/broken:3:"),
    ("shell", "scripts/careless", "#!/bin/bash\nrm $1/*\n", "scripts/careless:2:4: note: Double quote"),
    ("python", "tests/support/broken.py", "def f(:\n", "broken.py:1: invalid syntax"),
    ("python", "scripts/careless", "#!/usr/bin/python3\nimport os\n", "scripts/careless:2:1: 'os' imported but unused"),
]

# What looks like one of the plants and is right.
HARMLESS = [
    ("format", STAGE, "int spaced;\n"),
    ("includes", "dataplane/stage/parse_arp.cpp", '#include "dataplane/stage/parse.h"\n#include <rte_mbuf.h>\n'),
    ("includes", "control/shell/line_editor.h", "#pragma once\n#include <cmdline.h>\n"),
    ("includes", "bench/parse_bench.cpp", '#include "dataplane/stage/parse.h"\n'),
    ("symbols", STAGE, "#include <cassert>\nvoid prove(int n) { assert(n > 0); }\n"),
    ("tokens", STAGE, '// volatile is of no use here\nconst char* kText = "volatile";\n'),
    ("tokens", STAGE, "constexpr int kMany = 1'000'000;  // between threads, not volatile\n"),
    ("tokens", MODEL, "using namespace std::chrono_literals;\n"),
    ("tokens", STAGE, "// TODO: the second form is not read yet.\n"),
    ("tokens", STAGE, "int x;  // NOLINT(bugprone-reserved-identifier): the library's name\n"),
    ("drop-reasons", "tests/golden/case.yaml", "drops:\n  truncated: 1\n"),
]


def plant(tree, path: str, text: str) -> None:
    if (tree.root / path).exists():
        tree.append(path, text)
    else:
        tree.write(path, text)


@pytest.mark.parametrize("lint", LINTS)
def test_clean_tree_passes(tree, lint):
    result = tree.lint(lint)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("lint,path,text,finding", PLANTS)
def test_planted_violation_is_found(tree, lint, path, text, finding):
    tree.write("dataplane/mbuf.h", "#pragma once\n\n#include <rte_mbuf.h>\n")
    plant(tree, path, text)
    result = tree.lint(lint)
    assert result.returncode == 1
    assert finding in result.stdout + result.stderr


@pytest.mark.parametrize("lint,path,text", HARMLESS)
def test_what_only_looks_like_a_violation_passes(tree, lint, path, text):
    plant(tree, path, text)
    result = tree.lint(lint)
    assert result.stdout == "" and result.returncode == 0


def test_every_lint_has_a_plant():
    assert {lint for lint, *_ in PLANTS} == set(LINTS)


@pytest.mark.parametrize("lint", ["tidy", "headers"])
def test_violation_is_found_again_in_the_second_run(tree, lint):
    tree.append(HEADER, "inline int Narrow(long value) { return value; }\n")
    assert tree.lint(lint).returncode == 1
    assert tree.lint(lint).returncode == 1


@pytest.mark.parametrize("lint", ["tidy", "headers"])
def test_change_of_an_included_header_is_looked_at(tree, lint):
    tree.write("dataplane/stage/parse_late.h", '#pragma once\n#include "dataplane/stage/parse.h"\n')
    assert tree.lint(lint).returncode == 0
    tree.append(HEADER, "inline int Narrow(long value) { return value; }\n")
    assert tree.lint(lint).returncode == 1


def test_exception_for_a_file_that_is_short_again_is_found(tree):
    tree.replace("scripts/check.d/length", "LONGER = {", 'LONGER = {"control/model/vpc.h": "one table",')
    assert "control/model/vpc.h needs no exception" in tree.lint("length").stdout


def test_reason_without_any_test_is_found(tree):
    tree.write(TEST, "\n")
    assert "names truncated" in tree.lint("drop-reasons").stdout


def test_check_reports_each_lint_and_fails_for_one(tree, tmp_path):
    tree.append(STAGE, "volatile int flag;\n")
    result = tree.run("scripts/check", "tokens", "length", VIPSWITCH_JUNIT_DIR=str(tmp_path))
    assert result.returncode == 1
    assert "FAIL tokens" in result.stdout and "ok   length" in result.stdout
    assert "     dataplane/stage/parse.cpp:10: volatile" in result.stdout
    report = (tmp_path / "lint.xml").read_text()
    assert 'tests="2" failures="1"' in report and "volatile" in report


def test_check_passes_a_clean_tree(tree):
    result = tree.run("scripts/check")
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("ok   ") == len(LINTS)


def test_check_refuses_an_unknown_lint(tree):
    result = tree.run("scripts/check", "speling")
    assert result.returncode == 2
    assert "no lint 'speling'" in result.stderr


def test_doc_writes_what_check_wants(tree):
    tree.append("include/vipswitch/errors.def", 'ERROR_CODE(usage, 2, "unknown command")\n')
    assert tree.run("scripts/doc").returncode == 0
    assert tree.run("scripts/doc", "--check").returncode == 0
    assert "| `usage` | 2 | unknown command |" in (tree.root / "docs/errors.md").read_text()
    assert "| `vipswitch_up` | gauge | bool | none | whether it runs |" in (tree.root / "docs/metrics.md").read_text()
