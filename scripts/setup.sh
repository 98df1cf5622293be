#!/usr/bin/env bash
# Gets the extra components that some checks and engines use; credence itself needs none of them.
#
#   npm run setup                 what is on by default
#   npm run setup -- NAME...      these components
#   npm run setup -- --list       what there is, and what this machine has
#
# A component is a row of the table and two functions: have_NAME (exit 0 where it is there) and get_NAME.
set -euo pipefail
cd "$(dirname "$0")/.."

#   name         default  what uses it
components='
    tensorboard  on       npm test: TensorBoard itself reads the event files of a run
    onednn       on       the engine onednn: oneDNN 3 from the Python package index, into the Python in front on the path
    zig          on       npm test: the native kernels are compiled anew and compared; and who changes them
    compiler     on       npm test: a C compiler, for shared libraries that are not what they should be
    openmpi      on       npm test: ranks under the mpiexec of Open MPI
    mpich        on       npm test: ranks under the mpiexec of MPICH; both can be there side by side
    slurm        on       npm test: jobs of credence submit under a real Slurm, which the tests start and stop themselves
    jupyter      on       npm run tutorial: JupyterLab with the kernel of Deno, for the notebooks of tutorial/
    chromium     on       npm test: a page of a real browser trains and predicts
    fashion      off      the preset fashion-mnist: its 30 MB, from the package that Debian and Ubuntu have
'

# What Debian and Ubuntu have is installed by apt; elsewhere the packages are named, and the choice is left to people.
packages() {
  if ! command -v apt-get >/dev/null; then
    echo "needs the equivalent of these Debian packages: $*" >&2
    return 1
  fi
  local root=''
  if [ "$(id -u)" -ne 0 ]; then root='sudo'; fi
  $root apt-get update -qq
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

venv=.cache/tensorboard
have_tensorboard() { "$venv/bin/python" -c 'import tensorboard.backend.event_processing.event_accumulator' 2>/dev/null; }
get_tensorboard() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages python3 python3-venv
  python3 -m venv "$venv"
  # setuptools below 81 still has pkg_resources, which TensorBoard imports
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'tensorboard==2.20.*' 'setuptools<81'
}

# Found as credence finds it; Debian 12 packages only version 2.
have_onednn() { npx --no-install tsx scripts/have-onednn.ts 2>/dev/null; }
get_onednn() {
  python3 -m pip --version >/dev/null 2>&1 || packages python3 python3-pip
  if [ -f /etc/debian_version ] && ! ldconfig -p | grep libgomp.so.1 >/dev/null; then packages libgomp1; fi
  local get=(python3 -m pip install --quiet --disable-pip-version-check onednn-cpu-gomp==2023.2.0)
  # a Python that belongs to the system lets in only what is put beside it
  "${get[@]}" 2>/dev/null || "${get[@]}" --user --break-system-packages
}

# One version: what it compiles is compared bit by bit with what is committed.
zig=.cache/zig
zig_version=0.17.1
have_zig() { [ "$("$zig/bin/python" -m ziglang version 2>/dev/null)" = "$zig_version" ]; }
get_zig() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages python3 python3-venv
  python3 -m venv "$zig"
  "$zig/bin/python" -m pip install --quiet --disable-pip-version-check "ziglang==$zig_version"
}

# The kernel is registered within this Jupyter alone; Deno's own command would do so for the user.
jupyter=.cache/jupyter
# (grep -q would leave at the first match, and who still writes would end by a signal)
have_jupyter() { [ -x "$jupyter/node_modules/deno/deno" ] && "$jupyter/bin/jupyter" kernelspec list 2>/dev/null | grep '^ *deno ' >/dev/null; }
get_jupyter() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages python3 python3-venv
  python3 -m venv "$jupyter"
  "$jupyter/bin/python" -m pip install --quiet --disable-pip-version-check 'jupyterlab==4.*' 'nbconvert==7.*'
  # its scripts are not run: the first start puts the binary in its place
  npm install --silent --no-save --ignore-scripts --prefix "$jupyter" deno@2.9.6
  "$jupyter/node_modules/.bin/deno" --version >/dev/null
  local kernel="$jupyter/share/jupyter/kernels/deno"
  mkdir -p "$kernel"
  printf '{"argv":["%s","jupyter","--kernel","--conn","{connection_file}"],"display_name":"Deno","language":"typescript"}\n' \
    "$PWD/$jupyter/node_modules/deno/deno" >"$kernel/kernel.json"
}

have_compiler() { command -v gcc >/dev/null || command -v cc >/dev/null || command -v clang >/dev/null; }
get_compiler() { packages gcc libc6-dev; }

have_openmpi() { command -v mpiexec.openmpi >/dev/null; }
get_openmpi() { packages openmpi-bin; }

have_mpich() { command -v mpiexec.mpich >/dev/null; }
get_mpich() { packages mpich; }

have_slurm() { command -v sbatch && PATH="$PATH:/usr/sbin" command -v munged; } >/dev/null
get_slurm() { packages slurm-wlm munge; }

have_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
get_chromium() { packages chromium; }

# Where credence looks for it: src/datasets/sets/fashion-mnist.ts.
have_fashion() { [ -f /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]; }
get_fashion() { packages dataset-fashion-mnist; }

rows() { sed '/^ *$/d' <<<"$components"; }
names=$(rows | awk '{ print $1 }')

if [ "${1:-}" = --list ]; then
  while read -r name default uses; do
    if "have_$name"; then state='there'; else state='missing'; fi
    printf '%-14s %-8s (by default %s)  %s\n' "$name" "$state" "$default" "$uses"
  done < <(rows)
  exit 0
fi

wanted=("$@")
if [ $# -eq 0 ]; then mapfile -t wanted < <(rows | awk '$2 == "on" { print $1 }'); fi

missing=0
for name in "${wanted[@]}"; do
  if ! grep -qx -- "$name" <<<"$names"; then
    echo "unknown component: got $name, expected one of: $(echo $names)" >&2
    exit 2
  fi
  if "have_$name"; then
    echo "there    $name"
  elif "get_$name" && "have_$name"; then
    echo "got      $name"
  else
    echo "missing  $name" >&2
    missing=1
  fi
done
exit $missing
