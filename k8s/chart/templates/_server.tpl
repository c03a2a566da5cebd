{{/* Our server, a native sidecar: it starts before TensorBoard, and stops after it. */}}
{{- define "wandb-logdir.server" -}}
{{- $probe := include "wandb-logdir.probe" . -}}
{{- $mounts := ne .Values.fuse.mode "off" -}}
- name: server
  restartPolicy: Always
  image: {{ ternary (include "wandb-logdir.tensorboardImage" .) (include "wandb-logdir.image" .) (eq .Values.fuse.mode "fdpass") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  {{- if eq .Values.fuse.mode "fdpass" }}
  command: [python3, /app/container/fuse-descriptor.py, serve, /run/wandb-logdir/fuse.sock, wandb-logdir]
  {{- end }}
  args: [serve]
  env:
    {{- include "wandb-logdir.serverEnv" . | nindent 4 }}
  {{- if include "wandb-logdir.isPublic" . }}
  ports:
    {{- if .Values.http.enabled }}
    - name: http
      containerPort: 7070
      protocol: TCP
    {{- end }}
    {{- if .Values.s3.enabled }}
    - name: s3
      containerPort: 9000
      protocol: TCP
    {{- end }}
  {{- end }}
  # The program may listen on 127.0.0.1 alone, which the kubelet does not reach: it asks from within.
  startupProbe:
    exec:
      {{- if eq .Values.fuse.mode "privileged" }}
      command: [grep, -q, " /mnt/wandb/logdir fuse", /proc/mounts]
      {{- else if $mounts }}
      command: [test, -d, /mnt/wandb]
      {{- else }}
      command: [node, /app/container/probe.mjs, "{{ $probe }}/healthz"]
      {{- end }}
    periodSeconds: 2
    timeoutSeconds: 5
    failureThreshold: 150
  readinessProbe:
    exec:
      {{- if eq .Values.fuse.mode "fdpass" }}
      command: [grep, -q, " /mnt/wandb/logdir fuse", /proc/mounts]
      {{- else }}
      command: [node, /app/container/probe.mjs, "{{ $probe }}/readyz"]
      {{- end }}
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 3
  livenessProbe: # The event loop turns; what W&B answers has no part in it.
    exec:
      command: [node, /app/container/probe.mjs, "{{ $probe }}/healthz"]
    periodSeconds: 20
    timeoutSeconds: 10
    failureThreshold: 6
  resources:
    {{- toYaml .Values.server.resources | nindent 4 }}
  securityContext:
    {{- if eq .Values.fuse.mode "privileged" }}
    {{- include "wandb-logdir.privileged" . | nindent 4 }}
    {{- else }}
    {{- include "wandb-logdir.restricted" . | nindent 4 }}
    {{- end }}
  volumeMounts:
    {{- include "wandb-logdir.serverMounts" . | nindent 4 }}
{{- end -}}

{{- define "wandb-logdir.serverEnv" -}}
- name: WANDB_LOGDIR_CONFIG
  value: /etc/wandb-logdir/config/config.yaml
{{- if include "wandb-logdir.isPublic" . }}
# Reached from outside the pod: only with a decision who may see what. gRPC stays on 127.0.0.1:6806, where it is by itself.
- name: WANDB_LOGDIR_HOST
  value: 0.0.0.0
- name: WANDB_LOGDIR_ACCESS
  value: {{ .Values.access.mode | quote }}
{{- if has .Values.access.mode (list "token" "proxy") }}
- name: WANDB_LOGDIR_ACCESS_FILE
  value: /etc/wandb-logdir/access/{{ .Values.access.key }}
{{- end }}
{{- else }}
- name: WANDB_LOGDIR_HOST
  value: 127.0.0.1
{{- end }}
- name: WANDB_LOGDIR_PORT
  value: "7070"
{{- if ne .Values.fuse.mode "off" }}
- name: WANDB_LOGDIR_GRPC_PORT
  value: "off"
- name: WANDB_LOGDIR_MOUNT
  value: /mnt/wandb/logdir
{{- if eq .Values.fuse.mode "privileged" }}
# TensorBoard is another user.
- name: WANDB_LOGDIR_ALLOW_OTHER
  value: "true"
{{- end }}
{{- else if not (include "wandb-logdir.isPublic" .) }}
- name: WANDB_LOGDIR_GRPC_PORT
  value: "6806"
{{- end }}
{{- if .Values.s3.enabled }}
- name: WANDB_LOGDIR_S3_PORT
  value: "9000"
{{- end }}
{{- if .Values.tls.secretName }}
- name: WANDB_LOGDIR_CERT_FILE
  value: /etc/wandb-logdir/tls/tls.crt
- name: WANDB_LOGDIR_KEY_FILE
  value: /etc/wandb-logdir/tls/tls.key
{{- end }}
- name: WANDB_LOGDIR_CACHE_DIR
  value: /var/cache/wandb-logdir
- name: WANDB_LOGDIR_API_KEY_FILE
  value: /etc/wandb-logdir/api-key/{{ .Values.apiKey.key }}
{{- with .Values.server.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "wandb-logdir.usesAccessFile" -}}
{{- if and (include "wandb-logdir.isPublic" .) (has .Values.access.mode (list "token" "proxy")) -}}true{{- end -}}
{{- end -}}

{{- define "wandb-logdir.serverMounts" -}}
- name: config
  mountPath: /etc/wandb-logdir/config
  readOnly: true
- name: api-key
  mountPath: /etc/wandb-logdir/api-key
  readOnly: true
- name: cache
  mountPath: /var/cache/wandb-logdir
- name: tmp
  mountPath: /tmp
{{- if include "wandb-logdir.usesAccessFile" . }}
- name: access
  mountPath: /etc/wandb-logdir/access
  readOnly: true
{{- end }}
{{- if .Values.tls.secretName }}
- name: tls
  mountPath: /etc/wandb-logdir/tls
  readOnly: true
{{- end }}
{{- if .Values.offline.claimName }}
- name: runs
  mountPath: /runs
  readOnly: true
{{- end }}
{{- if eq .Values.fuse.mode "fdpass" }}
- name: socket
  mountPath: /run/wandb-logdir
- name: mount
  mountPath: /mnt/wandb
  mountPropagation: HostToContainer
{{- else if eq .Values.fuse.mode "privileged" }}
- name: mount
  mountPath: /mnt/wandb
  mountPropagation: Bidirectional
{{- end }}
{{- end -}}

{{- define "wandb-logdir.volumes" -}}
- name: config
  configMap:
    name: {{ include "wandb-logdir.fullname" . }}-config
- name: api-key
  secret:
    secretName: {{ .Values.apiKey.secretName }}
    defaultMode: 288 # 0440
    {{- if .Values.offline.claimName }}
    # No server is asked: no key is needed.
    optional: true
    {{- end }}
- name: cache
  {{- if .Values.cache.persistent }}
  persistentVolumeClaim:
    claimName: {{ .Values.cache.existingClaim | default (printf "%s-cache" (include "wandb-logdir.fullname" .)) }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.cache.size }}
  {{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- if include "wandb-logdir.usesAccessFile" . }}
- name: access
  secret:
    secretName: {{ .Values.access.secretName }}
    defaultMode: 288 # 0440
{{- end }}
{{- with .Values.tls.secretName }}
- name: tls
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
{{- end }}
{{- with .Values.offline.claimName }}
- name: runs
  persistentVolumeClaim:
    claimName: {{ . }}
    readOnly: true
{{- end }}
{{- if ne .Values.fuse.mode "off" }}
- name: mount
  emptyDir: {}
{{- end }}
{{- if eq .Values.fuse.mode "fdpass" }}
- name: socket
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* Mounting for others is sharing a mount, which Kubernetes lets privileged containers alone do. */}}
{{- define "wandb-logdir.privileged" -}}
privileged: true
runAsUser: 0
runAsNonRoot: false
readOnlyRootFilesystem: true
{{- end -}}

{{- define "wandb-logdir.mounter" -}}
- name: mounter
  restartPolicy: Always
  image: {{ include "wandb-logdir.tensorboardImage" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [python3, /app/container/fuse-descriptor.py]
  args: [mount, /run/wandb-logdir/fuse.sock, /mnt/wandb/logdir]
  startupProbe:
    exec:
      command: [test, -S, /run/wandb-logdir/fuse.sock]
    periodSeconds: 1
    failureThreshold: 60
  resources:
    requests: {cpu: 10m, memory: 32Mi, ephemeral-storage: 16Mi}
    limits: {memory: 64Mi}
  securityContext:
    {{- include "wandb-logdir.privileged" . | nindent 4 }}
  volumeMounts:
    - name: socket
      mountPath: /run/wandb-logdir
    - name: mount
      mountPath: /mnt/wandb
      mountPropagation: Bidirectional
{{- end -}}
