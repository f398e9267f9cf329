#!/bin/sh
# Runs the tests of the page in Debian's Chromium. Usage: test_browser.sh VENV/bin/python
# Chromium comes from apt-get where this user may install; Playwright and axe-core go into an
# environment of their own, on top of the project's.
set -eu
python=$1
home=.venv-browser
chromium=${PALATE_CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$chromium" ] && [ -z "${PALATE_CHROMIUM:-}" ] && [ "$(id -u)" -eq 0 ] \
    && command -v apt-get >/dev/null; then
    echo "Installing Chromium (once) ..."
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null
fi
if [ ! -x "$chromium" ]; then
    echo "There is no $chromium: run apt-get install chromium, or set PALATE_CHROMIUM." >&2
    exit 1
fi
if [ ! -e "$home/ready" ]; then
    "$python" -m venv "$home"
    "$home/bin/python" -m pip install --quiet --disable-pip-version-check \
        'playwright>=1.55,<2' 'axe-playwright-python>=0.1.4,<0.2'
    touch "$home/ready"
fi
here=$("$home/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" PALATE_CHROMIUM="$chromium" \
    "$python" -m pytest tests/browser -m browser
