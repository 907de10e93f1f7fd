#!/bin/sh
# Installs Junheng from this folder, without network: ./install.sh [FOLDER]
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
for version in @VERSIONS@ ''; do
  python=python${version:-3}
  if "$python" -c "import sys; sys.exit(sys.version_info < (3, 6))" >/dev/null 2>&1; then
    exec "$python" "$here/install.py" "$@"
  fi
done
echo "没有找到 Python。需要64位的 Python @VERSIONS@ 之一，见 $here/guide.html" >&2
exit 1
