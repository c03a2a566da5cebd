#!/bin/bash
# A real Kubernetes of one node or more (etcd, apiserver, controller-manager, scheduler, kubelet, kube-proxy, containerd, runc, CoreDNS)
# from ordinary package clients (Go module proxy, Debian), for CI on a small VM: root, cgroup v1, no systemd, no registry.
#   cluster.sh build              # programs into $K8S_CACHE, once; with Helm, kube-score and definitions of others' resources
#   cluster.sh start              # up, nodes Ready (NODES=2: two of them; PLANE_ONLY=1: an API server that admits and schedules nothing)
#   cluster.sh load a.tar...      # images (docker-archive or oci-archive) into the node
#   cluster.sh kubectl ARGS...    # as cluster admin
#   cluster.sh exec CMD...        # a command in the node's network (ClusterIPs, pod IPs, 127.0.0.1:6443)
#   cluster.sh enter CMD...       # ... and in its mount and pid namespaces (NODE=2 for the other)
#   cluster.sh forward PORT ADDR  # 127.0.0.1:PORT here -> ADDR (host:port) there, until killed
#   cluster.sh stop               # everything gone: processes, containers, mounts, cgroups, network
# Everything runs in own mount, pid, network, uts, ipc and cgroup namespaces: killing one pid ends it all.
set -euo pipefail
[ "${0:0:1}" = / ] || exec "$(readlink -f "$0")" "$@" # it starts itself again, from elsewhere
K8S_VERSION=${K8S_VERSION:-v1.37.2}
CONTAINERD_VERSION=${CONTAINERD_VERSION:-v2.4.2}
COREDNS_VERSION=${COREDNS_VERSION:-v1.15.0}
HELM_VERSIONS=${HELM_VERSIONS:-v4.3.1 v3.22.0}
K8S_CACHE=${K8S_CACHE:-$HOME/.cache/wandb-logdir-kubernetes}
K8S_STATE=${K8S_STATE:-/tmp/wandb-logdir-kubernetes}
PROXY_MODE=${PROXY_MODE:-nftables}
NODES=${NODES:-1} # a second one makes a drain succeed
MASTER=10.99.0.1 SVC_NET=10.96.0.0/16 # node N is nodeN, 10.99.0.N, its pods 10.244.N.0/24
BIN=$K8S_CACHE/bin/$K8S_VERSION
S=$K8S_STATE
CTLS="cpu cpuacct cpuset memory devices freezer blkio pids systemd"

[ "$(stat -fc %T /sys/fs/cgroup)" = tmpfs ] || { echo "cluster.sh: for cgroup v1 hosts; with cgroup v2 and a registry use kind" >&2; exit 1; }

log() { echo "cluster: $*" >&2; }

deps() {
  local p=()
  command -v runc >/dev/null || p+=(runc)
  [ -x /usr/lib/cni/bridge ] || p+=(containernetworking-plugins)
  command -v iptables >/dev/null || p+=(iptables)
  command -v nft >/dev/null || p+=(nftables)
  command -v conntrack >/dev/null || p+=(conntrack)
  command -v catatonit >/dev/null || p+=(catatonit)
  command -v socat >/dev/null || p+=(socat)
  command -v ip >/dev/null || p+=(iproute2)
  command -v openssl >/dev/null || p+=(openssl)
  command -v ipset >/dev/null || p+=(ipset)
  command -v mount.fuse3 >/dev/null || p+=(fuse3)
  [ ${#p[@]} = 0 ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${p[@]}" >/dev/null; }
}

build() {
  deps
  # What is compiled on the way is 5 GB, and of use to nobody afterwards.
  if [ ! -x "$BIN/etcd" ] || [ ! -f "$BIN/tools.done" ]; then export GOCACHE=$K8S_CACHE/go-build; fi
  if [ ! -x "$BIN/etcd" ]; then
    local src=$K8S_CACHE/src/$K8S_VERSION mod minor ld p etcd
    mkdir -p "$src/dns" "$BIN"; cd "$src"
    # go install refuses k8s.io/kubernetes (its go.mod replaces the staging modules by folders): a module of our own
    # replaces them by versions. One module for all, so that what they share is compiled once.
    echo 'module node' > go.mod
    mod=$(GOFLAGS=-mod=mod go mod download -json "k8s.io/kubernetes@$K8S_VERSION" | sed -n 's/.*"GoMod": "\(.*\)",/\1/p')
    etcd=$(sed -n 's#.*go.etcd.io/etcd/server/v3 \(v[^ ]*\).*#\1#p' "$mod") # the one that this Kubernetes is tested with
    { echo 'module node'; echo; echo "go $(go env GOVERSION | sed s/go//)"; grep -E '^godebug ' "$mod"; echo
      printf 'require (\n\t%s\n)\n' "k8s.io/kubernetes $K8S_VERSION"
      printf 'require %s\n' "go.etcd.io/etcd/server/v3 $etcd" "github.com/containerd/containerd/v2 $CONTAINERD_VERSION" \
        "github.com/coredns/coredns $COREDNS_VERSION"
      echo 'replace ('; sed -n "s#^\t\(k8s.io/[^ ]*\) => ./staging/.*#\t\1 => \1 v0.${K8S_VERSION#v1.}#p" "$mod"; echo ')'; } > go.mod
    { printf '//go:build tools\n\npackage tools\n\nimport (\n'
      for p in go.etcd.io/etcd/server/v3/etcdmain k8s.io/kubectl/pkg/cmd k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-proxy,kube-scheduler,kubelet}/app \
        github.com/containerd/containerd/v2/cmd/{containerd/command,containerd/builtins,containerd-shim-runc-v2/manager,containerd-shim-runc-v2/task,ctr/app}; do
        printf '\t_ "%s"\n' "$p"; done; echo ')'; } > tools.go
    cat > dns/main.go <<'T'
// CoreDNS with the few plugins that a cluster needs: a fifth of the build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
)

func init() { dnsserver.Directives = []string{"bind", "errors", "cache", "hosts", "kubernetes"} }

func main() { coremain.Run() }
T
    export GOFLAGS=-buildvcs=false CGO_ENABLED=0
    go mod tidy >tidy.log 2>&1
    minor=$(echo "$K8S_VERSION" | cut -d. -f2); ld='-s -w'
    for p in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
      ld="$ld -X $p.gitVersion=$K8S_VERSION -X $p.gitMajor=1 -X $p.gitMinor=$minor -X $p.gitTreeState=clean -X $p.buildDate=2026-01-01T00:00:00Z"
    done
    log "building (once): Kubernetes $K8S_VERSION, etcd $etcd, containerd $CONTAINERD_VERSION, CoreDNS $COREDNS_VERSION"
    go build -trimpath -ldflags "$ld" -o "$BIN/" k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kubelet,kube-proxy,kubectl} \
      github.com/containerd/containerd/v2/cmd/{containerd,containerd-shim-runc-v2,ctr}
    go build -trimpath -ldflags '-s -w' -o "$BIN/coredns" ./dns
    go build -trimpath -ldflags '-s -w' -o "$BIN/etcd" go.etcd.io/etcd/server/v3
    unset GOFLAGS CGO_ENABLED
  fi
  [ -f "$BIN/pause.tar" ] || pause "$BIN/pause.tar"
  [ -f "$BIN/tools.done" ] || tools
  rm -rf "$K8S_CACHE/go-build"
}

tools() { # what is nice to have: a cluster starts without
  log "building (once): kube-router, which enforces NetworkPolicy; Helm $HELM_VERSIONS; kube-score"
  local v
  export GOFLAGS=-buildvcs=false CGO_ENABLED=0
  install_to "$BIN" github.com/cloudnativelabs/kube-router/v2/cmd/kube-router@v2.1.0
  install_to "$BIN" github.com/zegl/kube-score/cmd/kube-score@v1.20.0
  for v in $HELM_VERSIONS; do install_to "$K8S_CACHE/bin/helm-$v" "helm.sh/helm/${v%%.*}/cmd/helm@$v"; done
  unset GOFLAGS CGO_ENABLED
  # The definition of HTTPRoute comes with its Go module; those of other people's resources do not.
  definitions sigs.k8s.io/gateway-api@v1.4.0 config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
  touch "$BIN/tools.done"
}

install_to() { [ -x "$1/$(basename "${2%@*}")" ] || GOBIN=$1 go install -trimpath -ldflags '-s -w' "$2"; }

definitions() { # MODULE FILE
  local dir; dir=$(cd "$K8S_CACHE" && GOFLAGS=-mod=mod go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
  mkdir -p "$K8S_CACHE/definitions"; install -m 644 "$dir/$2" "$K8S_CACHE/definitions/"
}

pause() { # Debian's static catatonit as the pod's pause process, as an image without any tool
  python3 - "$1" <<'P'
import sys,tarfile,hashlib,json,io
layer=io.BytesIO(); t=tarfile.open(fileobj=layer,mode='w'); t.add('/usr/bin/catatonit','pause'); t.close(); layer=layer.getvalue()
d=hashlib.sha256(layer).hexdigest()
c=json.dumps({"architecture":"amd64","os":"linux","config":{"Entrypoint":["/pause","-P"],"User":"65535:65535"},"rootfs":{"type":"layers","diff_ids":["sha256:"+d]}}).encode()
n=hashlib.sha256(c).hexdigest()+'.json'
m=json.dumps([{"Config":n,"RepoTags":["localhost/pause:1"],"Layers":[d+'.tar']}]).encode()
with tarfile.open(sys.argv[1],'w') as o:
    for k,b in ((d+'.tar',layer),(n,c),('manifest.json',m)):
        i=tarfile.TarInfo(k); i.size=len(b); o.addfile(i,io.BytesIO(b))
P
}

cert() { # NAME SUBJECT SAN EKU
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" \
    -extfile <(echo "extendedKeyUsage=$4"; [ -z "$3" ] || echo "subjectAltName=$3") 2>/dev/null
}

account() { # NAME USER GROUPS: a token and a kubeconfig with it
  local t; t=$(openssl rand -hex 16); echo "$t,$2,$1,\"$3\"" >> "$S/pki/tokens.csv"
  cat > "$S/$1.kubeconfig" <<K
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://$MASTER:6443", certificate-authority-data: $(base64 -w0 "$S/pki/ca.crt")}}]
users: [{name: u, user: {token: $t}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
K
}

pki() {
  local n; mkdir -p "$S/pki"; cd "$S/pki"; (umask 077; : > tokens.csv)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=ca -keyout ca.key -out ca.crt 2>/dev/null
  cert apiserver /CN=kube-apiserver "IP:127.0.0.1,IP:$MASTER,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local" serverAuth
  cert apiserver-kubelet /O=system:masters/CN=apiserver-kubelet "" clientAuth
  cert front-proxy /CN=front-proxy "" clientAuth
  openssl genrsa -out sa.key 2048 2>/dev/null; openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
  account admin admin system:masters
  account kcm system:kube-controller-manager ""
  account scheduler system:kube-scheduler ""
  account proxy system:kube-proxy ""
  account dns system:coredns ""
  for n in $(seq "$NODES"); do
    account kubelet$n system:node:node$n system:nodes
    cert kubelet$n /CN=node$n "IP:10.99.0.$n,DNS:node$n" serverAuth
  done
  cd /
}

config() { # N: of one node
  local n=$1 d=$S/node$1; mkdir -p "$d"/{run,cni,log}
  cat > "$d/containerd.toml" <<T
version = 3
root = "$d/containerd"
state = "$d/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.zfs","io.containerd.snapshotter.v1.devmapper","io.containerd.snapshotter.v1.blockfile","io.containerd.snapshotter.v1.erofs","io.containerd.nri.v1.nri","io.containerd.internal.v1.tracing","io.containerd.tracing.processor.v1.otlp"]
[grpc]
address = "$d/run/containerd.sock"
[ttrpc]
address = "$d/run/containerd.ttrpc"
[plugins.'io.containerd.cri.v1.images']
snapshotter = "overlayfs"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "localhost/pause:1"
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true # no CAP_SYS_RESOURCE here: without it no pod starts
disable_apparmor = true
tolerate_missing_hugetlb_controller = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "$d/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
runtime_path = "$BIN/containerd-shim-runc-v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = false
T
  cat > "$d/cni/10-pods.conflist" <<T
{"cniVersion":"1.0.0","name":"pods","plugins":[
 {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":false,"hairpinMode":true,
  "ipam":{"type":"host-local","dataDir":"$d/ipam","ranges":[[{"subnet":"10.244.$n.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
T
  : > "$S/resolv.conf"
  cat > "$d/kubelet.yaml" <<T
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false # the default is true since 1.35
failSwapOn: false
cgroupDriver: cgroupfs
containerRuntimeEndpoint: unix://$d/run/containerd.sock
oomScoreAdj: 0
address: 10.99.0.$n
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $S/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $S/pki/kubelet$n.crt
tlsPrivateKeyFile: $S/pki/kubelet$n.key
clusterDomain: cluster.local
clusterDNS: ["$MASTER"]
resolvConf: $S/resolv.conf
podLogsDir: $d/podlogs
enforceNodeAllocatable: []
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
nodeStatusUpdateFrequency: 3s
configMapAndSecretChangeDetectionStrategy: Watch
T
  cat > "$d/proxy.yaml" <<T
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: $PROXY_MODE
hostnameOverride: node$n
clusterCIDR: 10.244.0.0/16
oomScoreAdj: 0
clientConnection: {kubeconfig: $S/proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
nftables: {syncPeriod: 30s, minSyncPeriod: 100ms}
iptables: {syncPeriod: 30s, minSyncPeriod: 100ms}
T
  cat > "$S/Corefile" <<T
.:53 {
  bind $MASTER
  errors
  cache 2
  kubernetes cluster.local in-addr.arpa {
    endpoint https://$MASTER:6443
    kubeconfig $S/dns.kubeconfig c
    ttl 1
  }
}
T
}

join() { # N: this process, alone in new cgroups named so, below those it sees
  local c b
  for c in $CTLS; do
    mkdir -p "/sys/fs/cgroup/$c/k8s-node$1"
    if [ $c = cpuset ]; then for b in cpus mems; do cat /sys/fs/cgroup/cpuset/cpuset.$b > "/sys/fs/cgroup/cpuset/k8s-node$1/cpuset.$b"; done; fi
    echo $BASHPID > "/sys/fs/cgroup/$c/k8s-node$1/cgroup.procs"
  done
}

spaces() { exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child=KILL /usr/bin/catatonit -- "$0" _node "$1"; }

run() { local n=$1 d=$2; shift 2; "$@" >"$d/log/$n.log" 2>&1 & echo $! > "$d/run/$n.pid"; }

# below pid 1 of a node's namespaces
node() {
  local n=$1 d=$S/node$1 c v p
  mount --make-rshared /
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  for c in $CTLS; do
    v=$c; [ $c != systemd ] || v=none,name=systemd # the kubelet wants every hierarchy of /proc/self/cgroup mounted
    mkdir /sys/fs/cgroup/$c; mount -t cgroup -o $v cgroup /sys/fs/cgroup/$c
  done
  # the kubelet sets kernel parameters of the whole machine: let it find them set
  for v in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    c=$d/run/sysctl-$(basename "${v%=*}"); echo "${v#*=}" > "$c"; mount --bind "$c" "/proc/sys/${v%=*}"
  done
  hostname "node$n"
  mkdir -p "$d"/{varlog,kubelet}; mount --bind "$d/varlog" /var/log
  ip link set lo up
  if [ "$n" = 1 ]; then
    ip link add eth0 type veth peer name eth0p; ip link set eth0p up; ip addr add $MASTER/32 dev eth0; ip link set eth0 up
    ip route add default dev eth0
  else
    until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done # node 1 gives it
    ip addr add "10.99.0.$n/32" dev eth0; ip link set eth0 up; ip route add $MASTER dev eth0; ip route add default via $MASTER
  fi
  sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv6.conf.all.disable_ipv6=1 || true
  sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true
  export PATH=$BIN:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  if [ "${PLANE_ONLY:-}" ]; then plane; else
  run containerd "$d" containerd -c "$d/containerd.toml"
  if [ "$n" = 1 ]; then
    for p in $(seq 2 "$NODES"); do
      (join "$p"; spaces "$p") & c=$!
      until v=$(pgrep -P "$c" -x catatonit); do sleep 0.05; done
      # routed, not bridged: bridge-nf-call-iptables would see each packet twice
      ip link add "node$p" type veth peer name eth0 netns "$v"; ip addr add $MASTER/32 dev "node$p"; ip link set "node$p" up
      ip route add "10.99.0.$p" dev "node$p"; ip route add "10.244.$p.0/24" via "10.99.0.$p"
    done
    plane
  fi
  until [ -S "$d/run/containerd.sock" ]; do sleep 0.05; done # a kubelet that finds none ends
  run kubelet "$d" kubelet --config="$d/kubelet.yaml" --kubeconfig="$S/kubelet$n.kubeconfig" --root-dir="$d/kubelet" --hostname-override="node$n" --node-ip="10.99.0.$n" ${KUBELET_ARGS:-}
  run proxy "$d" kube-proxy --config="$d/proxy.yaml"
  # It ends where its node is not known yet.
  [ ! -x "$BIN/kube-router" ] || run router "$d" bash -c 'until kubectl --kubeconfig "$0" get node "$1"; do sleep 0.2; done; shift; exec "$@"' \
    "$S/admin.kubeconfig" "node$n" kube-router --kubeconfig="$S/admin.kubeconfig" --hostname-override="node$n" --run-router=false \
    --run-service-proxy=false --run-firewall=true --run-loadbalancer=false --service-cluster-ip-range="$SVC_NET" --health-port=0
  fi
  touch "$d/run/started"
  while :; do # one that ends is a fault: say which
    for p in "$d"/run/*.pid; do
      [ -d "/proc/$(cat "$p")" ] || [ -f "${p%pid}died" ] || { touch "${p%pid}died"; echo "ended: $(basename "$p" .pid)"; tail -n 3 "$d/log/$(basename "$p" .pid).log"; }
    done
    sleep 1
  done
}

plane() { # the control plane, on node 1
  local d=$S/node1
  run etcd "$d" etcd --data-dir "$S/etcd" --unsafe-no-fsync --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --log-level warn
  run apiserver "$d" kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address=$MASTER --bind-address=0.0.0.0 --secure-port=6443 \
    --service-cluster-ip-range=$SVC_NET --allow-privileged=true --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --token-auth-file="$S/pki/tokens.csv" --client-ca-file="$S/pki/ca.crt" --tls-cert-file="$S/pki/apiserver.crt" --tls-private-key-file="$S/pki/apiserver.key" \
    --kubelet-client-certificate="$S/pki/apiserver-kubelet.crt" --kubelet-client-key="$S/pki/apiserver-kubelet.key" --kubelet-certificate-authority="$S/pki/ca.crt" \
    --kubelet-preferred-address-types=InternalIP --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$S/pki/sa.pub" \
    --service-account-signing-key-file="$S/pki/sa.key" --requestheader-client-ca-file="$S/pki/ca.crt" --requestheader-allowed-names=front-proxy \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$S/pki/front-proxy.crt" --proxy-client-key-file="$S/pki/front-proxy.key" --enable-aggregator-routing ${APISERVER_ARGS:-}
  until "$BIN/kubectl" --kubeconfig "$S/admin.kubeconfig" get --raw /readyz >/dev/null 2>&1; do sleep 0.2; done
  run kcm "$d" kube-controller-manager --kubeconfig="$S/kcm.kubeconfig" --leader-elect=false --use-service-account-credentials \
    --service-account-private-key-file="$S/pki/sa.key" --root-ca-file="$S/pki/ca.crt" --cluster-signing-cert-file="$S/pki/ca.crt" --cluster-signing-key-file="$S/pki/ca.key" \
    --authentication-kubeconfig="$S/kcm.kubeconfig" --authorization-kubeconfig="$S/kcm.kubeconfig"
  [ -z "${PLANE_ONLY:-}" ] || return 0
  run scheduler "$d" kube-scheduler --kubeconfig="$S/scheduler.kubeconfig" --leader-elect=false \
    --authentication-kubeconfig="$S/scheduler.kubeconfig" --authorization-kubeconfig="$S/scheduler.kubeconfig"
  run dns "$d" coredns -conf "$S/Corefile"
}

start() {
  build
  [ ! -f "$S/pid" ] || { log "already started"; return; }
  local n
  mkdir -p "$S"; pki; for n in $(seq "$NODES"); do config "$n"; done; cd /
  export K8S_VERSION K8S_CACHE K8S_STATE PROXY_MODE NODES PLANE_ONLY=${PLANE_ONLY:-}
  (join 1; exec setsid bash -c 'exec "$0" _spaces 1' "$0" </dev/null >"$S/init.log" 2>&1) &
  echo $! > "$S/launcher" # becomes unshare; what it holds dies with it
  wait_for() { local i=0; until "$@" >/dev/null 2>&1; do i=$((i+1)); { [ $i -lt 600 ] && ! ls "$S"/node*/run/*.died >/dev/null 2>&1; } || { cat "$S/init.log"; log "failed, see $S/node*/log"; return 1; }; sleep 0.1; done; }
  for n in $(seq "$NODES"); do
    wait_for test -f "$S/node$n/run/started"
    pgrep -f "^/usr/bin/catatonit -- $0 _node $n\$" > "$S/node$n/pid" # the pid 1 of that node, as seen from here
  done
  cp "$S/node1/pid" "$S/pid"
  k() { net "$BIN/kubectl" --kubeconfig "$S/admin.kubeconfig" "$@"; }
  if [ "${PLANE_ONLY:-}" ]; then wait_for k -n default get serviceaccount default; log "API server up"; return; fi
  load "$BIN/pause.tar"
  for n in $(seq "$NODES"); do wait_for k get node "node$n"; done
  # volumes to claim: "local" ones, since fsGroup does nothing to a hostPath
  { echo '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}},
      provisioner: kubernetes.io/no-provisioner, volumeBindingMode: WaitForFirstConsumer}'
    local i; for n in $(seq "$NODES"); do for i in 1 2 3 4 5 6; do mkdir -p "$S/node$n/pv/$i"; echo "---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: node$n-$i}, spec: {capacity: {storage: 100Gi}, accessModes: [ReadWriteOnce, ReadWriteMany, ReadOnlyMany],
 storageClassName: standard, persistentVolumeReclaimPolicy: Retain, local: {path: $S/node$n/pv/$i}, nodeAffinity: {required: {nodeSelectorTerms: [
 {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node$n]}]}]}}}}"; done; done
    cat <<'T'
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: system:coredns}
rules:
- {apiGroups: [""], resources: [endpoints, services, pods, namespaces], verbs: [list, watch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: system:coredns}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:coredns}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: system:coredns}]
T
  } | k apply -f - >/dev/null
  k wait --for=condition=Ready node --all --timeout=60s >/dev/null
  wait_for k -n default get serviceaccount default
  log "$NODES node(s) Ready; KUBECONFIG=$S/admin.kubeconfig, to be used inside: cluster.sh exec ..."
}

net() { nsenter -t "$(cat "$S/pid")" -n -- "$@"; }
all() { nsenter -t "$(cat "$S/node${NODE:-1}/pid")" -m -p -n -u -i -C -- "$@"; }
load() { local f d; for f; do for d in "$S"/node*; do "$BIN/ctr" -a "$d/run/containerd.sock" -n k8s.io images import "$f" >/dev/null; done; done; }

stop() {
  local p c n=0
  if [ -f "$S/launcher" ] && p=$(pgrep -P "$(cat "$S/launcher")" catatonit); then
    kill -KILL "$p" 2>/dev/null || true; while [ -d "/proc/$p" ] && [ $n -lt 300 ]; do n=$((n+1)); sleep 0.1; done
  fi
  for c in $CTLS; do
    [ -d /sys/fs/cgroup/$c/k8s-node1 ] || continue
    for n in 1 2 3 4 5 6 7 8 9 10; do find /sys/fs/cgroup/$c/k8s-node1 -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.1; done
  done
  [ "${KEEP:-}" ] || rm -rf "$S"
}

case ${1:-} in
  build) build;; start) start;; stop) stop;; _spaces) spaces 1;; _node) node "$2";;
  load) shift; load "$@";;
  kubectl) shift; net "$BIN/kubectl" --kubeconfig "$S/admin.kubeconfig" "$@";;
  exec) shift; KUBECONFIG=$S/admin.kubeconfig PATH=$BIN:$PATH net "$@";;
  enter) shift; KUBECONFIG=$S/admin.kubeconfig PATH=$BIN:$PATH all "$@";;
  forward) exec socat "TCP-LISTEN:$2,bind=127.0.0.1,reuseaddr,fork" "EXEC:nsenter -t $(cat "$S/pid") -n socat - TCP\:${3/:/\\:}";;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2;;
esac
