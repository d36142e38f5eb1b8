#!/bin/sh
# Make .venv with the pinned packages: sh workflow/setup.sh REQUIREMENTS STAMP
set -eu
requirements=$1
stamp=$2
venv=.venv
fitting='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c "$fitting" >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    fail "emisim needs Python 3.11, 3.12 or 3.13, and none was found on this machine." \
        "Install one, or name it: make run PYTHON=/path/to/python3.12"
}

create() {
    python=$(find_python)
    echo "==> creating $venv with $("$python" --version)"
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --allow-existing --python "$python" "$venv"
    else
        "$python" -m venv "$venv" || fail "Python could not make a virtual environment." \
            "On Debian and Ubuntu: apt install python3-venv. Or install uv."
    fi
}

install() {
    echo "==> installing $(grep -c '^[A-Za-z0-9]' "$requirements") pinned packages from $requirements (once; a few minutes at most)"
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --compile-bytecode --python "$venv/bin/python" \
            --require-hashes --requirement "$requirements"
        uv pip install --quiet --python "$venv/bin/python" --no-deps --editable .
    else
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            --require-hashes --requirement "$requirements"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
    fi
}

begin=$(date +%s)
if [ ! -x "$venv/bin/python" ]; then
    create
elif ! "$venv/bin/python" -c "$fitting"; then
    fail "$venv holds $("$venv/bin/python" --version), and emisim needs 3.11 to 3.13." \
        "Remove the folder $venv and run make again."
fi
install
touch "$stamp"
echo "==> installed in $(($(date +%s) - begin)) s"
