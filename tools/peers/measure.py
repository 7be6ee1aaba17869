"""Runs a program and writes "STATUS SECONDS CPU_SECONDS PEAK_BYTES" to a file.

    python -I -S measure.py REPORT PROGRAM ARGUMENT...
"""

import os
import sys
import time

start = time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
seconds = time.monotonic() - start
code = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w", encoding="ascii") as report:
    unit = 1 if sys.platform == "darwin" else 1024
    cpu = usage.ru_utime + usage.ru_stime
    report.write(f"{code if code >= 0 else 128 - code} {seconds:.6f} {cpu:.6f} {usage.ru_maxrss * unit}")
