#!/usr/bin/env python3
"""Runs CPython's own tests on Vasuki and tells passed / failed / skipped per module.

usage: conformance.py --vasuki BINARY [--archive FOLDER_OR_TAR | --tests FOLDER] [--check] [--jobs N] [module ...]

--archive  the packed test suite (or the folder that holds it); unpacked to a temporary folder
--tests    an unpacked Lib/test
--check    compare with tests/conformance_expected.txt; it is an error that
           - a case fails, again when its module is run once more, and is not listed there;
           - a listed case passes, again when its module is run once more: it must be removed (a reason that begins with
             "sometimes" says that a case depends on timing, or on what the collector finds);
           - the list is longer than its first line allows, or has cases that the list of git's HEAD has not;
           - a listed case has no reason.
--write    make that list anew, keeping the reasons that it has, and lower the number in its first line: the list may only
           shrink
Without modules: those of tests/conformance_modules.txt.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).parent

# Runs inside Vasuki: one JSON line per test case.
DRIVER = r'''
import json, sys, types, unittest
out = sys.__stdout__
class Result(unittest.TestResult):
    def tell(self, test, how, why=""):
        out.write("\n@@" + json.dumps([test.id(), how, why[-400:]]) + "\n"); out.flush()
    def startTest(self, test):
        super().startTest(test); self.bad = None; self.tell(test, "start")
    def addSuccess(self, test): self.tell(test, "ok")
    def addError(self, test, err): self.tell(test, "error", self._exc_info_to_string(err, test))
    def addFailure(self, test, err): self.tell(test, "failed", self._exc_info_to_string(err, test))
    def addSkip(self, test, reason): self.tell(test, "skipped", str(reason))
    def addExpectedFailure(self, test, err): self.tell(test, "ok")
    def addUnexpectedSuccess(self, test): self.tell(test, "failed", "unexpected success")
    def addSubTest(self, test, subtest, err):
        if err is not None: self.bad = err; self.tell(test, "failed", self._exc_info_to_string(err, test))
name = sys.argv[1] if len(sys.argv) > 1 else ""
# Two modules of tests cannot be imported without a part of CPython that shows its internals.
if name == "test_bytes":
    # What uses it fails.
    sys.modules["_testlimitedcapi"] = types.ModuleType("_testlimitedcapi")
if name == "test_class":
    def has_inline_values(o):
        raise unittest.SkipTest("where CPython keeps attributes")
    internals = sys.modules["_testinternalcapi"] = types.ModuleType("_testinternalcapi")
    internals.has_inline_values = has_inline_values
# Processes that tests start may import this file again.
if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    suite.run(Result())
    out.write("\n@@" + json.dumps(["", "end", ""]) + "\n"); out.flush()
'''


def unpack(archive, into):
    path = pathlib.Path(archive)
    if path.is_dir():
        found = sorted(glob.glob(str(path / "*.tar.xz")))
        if not found:
            sys.exit(f"conformance.py: no *.tar.xz in {path}")
        path = pathlib.Path(found[0])
    with tarfile.open(path) as t:
        t.extractall(into)
    for init in pathlib.Path(into).rglob("test/__init__.py"):
        return init.parent
    sys.exit(f"conformance.py: {path} holds no Lib/test")


def run(vasuki, tests, module, timeout):
    env = dict(os.environ, PYTHONPATH=str(tests.parent), PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0")
    with tempfile.TemporaryDirectory() as folder:
        driver = pathlib.Path(folder) / "driver.py"
        driver.write_text(DRIVER)
        try:
            p = subprocess.run([vasuki, str(driver), module], cwd=folder, env=env, capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL)
            out, err, code = p.stdout, p.stderr, p.returncode
        except subprocess.TimeoutExpired as e:
            out, err, code = e.stdout or b"", e.stderr or b"", "timeout"
    results, running, ended = {}, None, False
    for line in out.decode("utf-8", "replace").splitlines():
        if not line.startswith("@@"):
            continue
        test, how, why = json.loads(line[2:])
        if how == "start":
            running = test
            results.setdefault(test, ("ok", ""))
        elif how == "end":
            ended = True
        elif test not in results or results[test][0] in ("ok",):
            results[test] = (how, why)
    trouble = ""
    if not ended:
        if running:
            results[running] = ("error", f"the process ended here ({code})")
        trouble = f"did not end ({code}) in {running or 'import'}: " + err.decode("utf-8", "replace").strip()[-300:]
    return module, results, trouble


def split(line):
    """Case and reason. Ids of fixtures have the form "setUpClass (test.test_x.Class)"."""
    m = re.match(r"(\w+ \([\w.]+\)|\S+)\s*(.*)", line)
    return m.group(1), m.group(2)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--vasuki", required=True)
    ap.add_argument("--archive")
    ap.add_argument("--tests")
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--write", action="store_true")
    ap.add_argument("--verbose", action="store_true")
    ap.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--timeout", type=float, default=240)
    ap.add_argument("modules", nargs="*")
    a = ap.parse_args()
    vasuki = os.path.abspath(a.vasuki)
    modules = a.modules or (HERE / "conformance_modules.txt").read_text().split()
    expected = read_list((HERE / "conformance_expected.txt").read_text())
    with tempfile.TemporaryDirectory() as folder:
        tests = pathlib.Path(a.tests).resolve() if a.tests else unpack(a.archive or "../shared/conformance", folder)
        total, bad, fixed = [0, 0, 0], {}, []
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
            for module, results, trouble in pool.map(lambda m: run(vasuki, tests, m, a.timeout), modules):
                count = [sum(r[0] == "ok" for r in results.values()), sum(r[0] in BAD for r in results.values()),
                         sum(r[0] == "skipped" for r in results.values())]
                total = [x + y for x, y in zip(total, count)]
                print(f"{module:28} passed {count[0]:5}  failed {count[1]:5}  skipped {count[2]:5}  {trouble}", flush=True)
                bad.update(failures(module, results, trouble))
                fixed += [t for t, r in results.items() if r[0] == "ok" and t in expected and not expected[t].startswith("sometimes")]
                if a.verbose:
                    for test, why in sorted(failures(module, results, trouble).items()):
                        print(f"    {test}\n        {why}")
        share = 100 * total[0] / max(1, total[0] + total[1])
        print(f"all: {share:.1f}% of the cases that ran passed")
        print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
        if a.write:
            write(bad, expected)
        if a.check:
            new, fixed = {t for t in bad if t not in expected}, set(fixed)
            # What depends on the load of the machine does not happen twice.
            for module in sorted({module_of(t) for t in new | fixed}):
                again = failures(*run(vasuki, tests, module, a.timeout))
                here = {t for t in new | fixed if module_of(t) == module}
                new -= {t for t in here if t not in again}
                fixed -= {t for t in here if t in again}
            wrong = [f"passes, to be removed: {t}" for t in sorted(fixed)]
            wrong += [f"fails and is not listed: {t} {bad[t]}" for t in sorted(new)]
            wrong += [f"is listed and was not before, but the list may only shrink: {t}" for t in sorted(set(expected) - listed_before(expected))]
            wrong += [f"has no reason: {t}" for t, reason in sorted(expected.items()) if not reason]
            if len(expected) > limit():
                wrong.append(f"has {len(expected)} cases, {limit()} are allowed: it may only shrink")
            for line in wrong:
                print(f"conformance_expected.txt: {line}")
            sys.exit(1 if wrong else 0)


BAD = ("failed", "error")


def failures(module, results, trouble):
    """Failed cases with the last line of their traceback, and the module itself if it did not end."""
    last = lambda why: (why.strip().splitlines() or [""])[-1][:160]
    bad = {test: last(why) for test, (how, why) in results.items() if how in BAD}
    if trouble:
        bad["test." + module] = trouble.splitlines()[0][:160]
    return bad


def module_of(test):
    """The module of a case's id: "test.test_x.Class.method", that of a fixture, or one that could not be imported."""
    found = re.search(r"\b(?:test|_FailedTest)\.(test_\w+)", test)
    # Only test_math reads a file of examples, whose name is the id.
    return found.group(1) if found else "test_math"


def read_list(text):
    return dict(split(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def listed_before(expected):
    """The cases in the list of git's HEAD; where there is no git, those of now."""
    try:
        git = ["git", "-C", str(HERE), "show", "HEAD:./conformance_expected.txt"]
        return set(read_list(subprocess.run(git, capture_output=True, text=True, check=True).stdout))
    except (OSError, subprocess.CalledProcessError):
        return set(expected)


def limit():
    """How many cases the list of expected failures may have."""
    return int(re.match(r"# At most (\d+) cases", (HERE / "conformance_expected.txt").read_text()).group(1))


def write(bad, expected):
    path = HERE / "conformance_expected.txt"
    head = [line for line in path.read_text().splitlines() if line.startswith("#")]
    kept = {t: r for t, r in expected.items() if t in bad or r.startswith("sometimes")}
    lines = [f"{t} {kept.get(t, '')}".rstrip() for t in sorted({**bad, **kept})]
    head[0] = f"# At most {min(limit(), len(lines))} cases: the list may only shrink."
    path.write_text("\n".join(head + lines) + "\n")


main()
