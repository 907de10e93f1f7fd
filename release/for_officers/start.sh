#!/bin/sh
# Without words: the menu. With a workbook: a folder of papers beside it. start.sh COMMAND …: any command.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
if [ ! -e "$here/venv/installed.txt" ]; then
  sh "$here/install.sh" >&2 || exit 1
fi
python=$here/venv/bin/python
if [ $# -eq 0 ]; then
  cd "$here" || exit 1
  exec "$python" -m compliance menu
elif [ -e "$1" ]; then
  exec "$python" -m compliance menu "$@"
fi
exec "$python" -m compliance "$@"
