#!/bin/sh
# What a scheduler runs by night: HOURS (default 7) of mutants, on from where the last night stopped.
# The counts are kept beside the repository's other outputs and in the table of docs/hardening.md; 10 million take weeks.
# Ends with 1 where something was found: each fault lies in out/fuzz.
cd "$(dirname "$0")/../.." || exit 2
mkdir -p out/fuzz
exec nice -n 15 "${PYTHON:-.venv/bin/python}" -m tests.fuzz 10000000 --hours "${HOURS:-7}" \
    --resume out/fuzz/counts.json --faults out/fuzz --record docs/hardening.md
