#!/usr/bin/env python3
"""Runs CPython's own tests on Vasuki and tells passed / failed / skipped per module.

usage: conformance.py --vasuki BINARY [--archive FOLDER_OR_TAR | --tests FOLDER] [--check] [--jobs N] [module ...]

--archive  the packed test suite (or the folder that holds it); unpacked to a temporary folder
--tests    an unpacked Lib/test
--check    compare with tests/conformance_expected.txt: fail on a test that fails and is not listed there, and on a listed
           one that passes (the list may only shrink)
Without modules: those of tests/conformance_modules.txt.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).parent

# Runs inside Vasuki: one JSON line per test case.
DRIVER = r'''
import json, sys, unittest
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
name = sys.argv[1]
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


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--vasuki", required=True)
    ap.add_argument("--archive")
    ap.add_argument("--tests")
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--verbose", action="store_true")
    ap.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--timeout", type=float, default=240)
    ap.add_argument("modules", nargs="*")
    a = ap.parse_args()
    vasuki = os.path.abspath(a.vasuki)
    modules = a.modules or (HERE / "conformance_modules.txt").read_text().split()
    expected = {}
    for line in (HERE / "conformance_expected.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            test, _, reason = line.partition(" ")
            expected[test] = reason
    with tempfile.TemporaryDirectory() as folder:
        tests = pathlib.Path(a.tests).resolve() if a.tests else unpack(a.archive or "../shared/conformance", folder)
        total, new, fixed = [0, 0, 0], [], []
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
            for module, results, trouble in pool.map(lambda m: run(vasuki, tests, m, a.timeout), modules):
                count = [sum(r[0] == "ok" for r in results.values()), sum(r[0] in ("failed", "error") for r in results.values()),
                         sum(r[0] == "skipped" for r in results.values())]
                total = [x + y for x, y in zip(total, count)]
                print(f"{module:28} passed {count[0]:5}  failed {count[1]:5}  skipped {count[2]:5}  {trouble}", flush=True)
                for test, (how, why) in sorted(results.items()):
                    if how in ("failed", "error"):
                        if a.verbose:
                            print(f"    {test}\n        {why.strip().splitlines()[-1] if why.strip() else ''}")
                        if test not in expected:
                            new.append(test)
                    elif how == "ok" and test in expected:
                        fixed.append(test)
                if trouble and module not in expected:
                    new.append(module)
        share = 100 * total[0] / max(1, total[0] + total[1])
        print(f"all: {share:.1f}% of the cases that ran passed")
        print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    if a.check:
        for test in new:
            print(f"fails and is not in conformance_expected.txt: {test}")
        for test in fixed:
            print(f"passes now, remove it from conformance_expected.txt: {test}")
        sys.exit(1 if new or fixed else 0)


main()
