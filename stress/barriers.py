"""What a program that runs one thread executes of the transaction protocol: counts instructions with callgrind.

usage: barriers.py [--concurrent] VASUKI PROGRAM [argument ...]

Prints how many instructions the program executes in all, in the functions that log reads and open objects, and in the checks
that decide whether to call these: a comparison of a byte of the thread's state and a jump for each read. --concurrent runs the
program in transactions, for comparison. Wants valgrind, objdump, nm and a binary with symbols.
"""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

# Functions that a read or a write goes on in when it is not done with a look at the object's word.
BARRIERS = {
    "reads that are logged": r"Thread::read_shared|Tx>::(read_and_log|read_begin|read_end|extend|validate)",
    "objects that are opened": r"Thread::write_slow|Tx>::open",
    "words that are logged": r"Tx>::log_first",
    "commits": r"Tx>::(commit|undo_all)",
}


def disassembled(binary):
    """The addresses of the checks: comparisons of the byte that most reads look at."""
    lines = subprocess.run(["objdump", "-d", "--no-show-raw-insn", binary], capture_output=True, text=True).stdout
    found = collections.defaultdict(list)
    for m in re.finditer(r"^ *([0-9a-f]+):\s+cmpb +\$0x[01],0x([0-9a-f]{3,})\(%", lines, re.MULTILINE):
        found[m[2]].append(int(m[1], 16))
    return set(max(found.values(), key=len))


def functions(binary):
    """Starts of the barriers' functions and where they end: (start, end, which)."""
    out = subprocess.run(["nm", "-C", "-S", binary], capture_output=True, text=True).stdout
    ranges = []
    for line in out.splitlines():
        fields = line.split(maxsplit=3)
        if len(fields) == 4 and fields[2] in "tT":
            for what, pattern in BARRIERS.items():
                if re.search(rf"({pattern})$", fields[3]):
                    start = int(fields[0], 16)
                    ranges.append((start, start + int(fields[1], 16), what))
    return ranges


def counts(binary, program, concurrent):
    """Instructions executed at each address of the binary, and in all."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        tool = ["valgrind", "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no", "--compress-strings=no"]
        environment = dict(os.environ, VASUKI_HOSTILE="concurrent" if concurrent else "")
        done = subprocess.run([*tool, "--callgrind-out-file=" + out, binary, *program], env=environment, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(done.stderr.decode())
        at, total, inside, skip = collections.Counter(), 0, False, False
        with open(out) as f:
            for line in f:
                if line.startswith("ob="):
                    inside = os.path.basename(line.strip()) == os.path.basename(binary)
                elif line.startswith("calls="):
                    skip = True
                elif line.startswith("0x"):
                    address, _, cost = line.split()
                    if not skip:
                        total += int(cost)
                        if inside:
                            at[int(address, 16)] += int(cost)
                    skip = False
        return at, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--concurrent", action="store_true")
    parser.add_argument("vasuki")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    at, total = counts(options.vasuki, options.program, options.concurrent)
    checks, ranges = disassembled(options.vasuki), functions(options.vasuki)
    # Where valgrind loads programs that can be loaded anywhere, and others.
    base = max((0x108000, 0x400000, 0), key=lambda base: sum(c + base in at for c in checks))
    sums = dict.fromkeys(BARRIERS, 0)
    for address, n in at.items():
        for start, end, what in ranges:
            if start <= address - base < end:
                sums[what] += n
    checked = sum(at[c + base] for c in checks)
    print(f"{total:>15,} instructions")
    for what, n in sums.items():
        print(f"{n:>15,} in functions for {what}")
    print(f"{checked:>15,} checks whether to call them, {100 * 2 * checked / total:.1f}% of all instructions with their jumps")


main()
