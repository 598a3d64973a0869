"""Fails if a dependency has a licence that a program under MIT or Apache-2.0 cannot be shipped with.

Every package of the lock file counts, whatever platform needs it. An expression passes if one can choose among its
alternatives so that only licences of the list below are left.
"""

import json
import re
import subprocess
import sys

PERMISSIVE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "bzip2-1.0.6", "CC0-1.0", "ISC",
    "MIT", "MIT-0", "PSF-2.0", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
}  # fmt: skip
# Packages that name a file instead of an expression, and what the file says.
FROM_FILE = {"rustpython-pylib": "PSF-2.0"}


def passes(expression):
    """Does an SPDX expression allow a choice of permissive licences only?"""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))
    at = 0

    def alternatives():
        nonlocal at
        good = all_of()
        while at < len(tokens) and tokens[at] == "OR":
            at += 1
            good = all_of() or good
        return good

    def all_of():
        nonlocal at
        good = one()
        while at < len(tokens) and tokens[at] == "AND":
            at += 1
            good = one() and good
        return good

    def one():
        nonlocal at
        at += 1
        if tokens[at - 1] == "(":
            good = alternatives()
            at += 1
            return good
        name = tokens[at - 1]
        if at < len(tokens) and tokens[at] == "WITH":
            name += " WITH " + tokens[at + 1]
            at += 2
        return name in PERMISSIVE

    return alternatives()


def main():
    assert passes("(MIT OR GPL-3.0) AND Zlib") and not passes("MIT AND LGPL-2.1") and not passes("GPL-3.0")
    text = subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"])
    packages = json.loads(text)["packages"]
    bad = []
    for p in packages:
        licence = p["license"] or FROM_FILE.get(p["name"])
        if licence is None or not passes(licence):
            bad.append(f"{p['name']} {p['version']}: {licence or 'no licence'}")
    if bad:
        sys.exit("licences that are not permissive:\n  " + "\n  ".join(sorted(bad)))
    print(f"{len(packages)} packages, all under permissive licences")


if __name__ == "__main__":
    main()
