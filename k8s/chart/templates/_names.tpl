{{- define "wandb-logdir.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "wandb-logdir.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "wandb-logdir.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "wandb-logdir.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "wandb-logdir.selector" -}}
app.kubernetes.io/name: {{ include "wandb-logdir.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "wandb-logdir.labels" -}}
{{ include "wandb-logdir.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "wandb-logdir.image" -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}

{{- define "wandb-logdir.tensorboardImage" -}}
{{ printf "%s:%s" .Values.tensorboard.image.repository (.Values.tensorboard.image.tag | default .Chart.AppVersion) }}
{{- end -}}

{{/* What of the server is reached from outside the pod; empty: nothing. */}}
{{- define "wandb-logdir.isPublic" -}}
{{- if or .Values.http.enabled .Values.s3.enabled -}}true{{- end -}}
{{- end -}}

{{- define "wandb-logdir.probe" -}}
{{ printf "%s://127.0.0.1:7070" (ternary "https" "http" (ne .Values.tls.secretName "")) }}
{{- end -}}

{{- define "wandb-logdir.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Choices that do not go together, before anything is applied. */}}
{{- define "wandb-logdir.refusals" -}}
{{- if and (include "wandb-logdir.isPublic" .) (eq .Values.access.mode "off") -}}
{{- fail "http and s3 are reached from outside the pod, and access.mode is off: whoever reaches them would see every run. Set access.mode to token, wandb or proxy." -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.http.enabled) -}}
{{- fail "serviceMonitor scrapes /metrics of port 7070: set http.enabled, and with it access.mode." -}}
{{- end -}}
{{- if and .Values.tls.secretName (not (include "wandb-logdir.isPublic" .)) -}}
{{- fail "tls.secretName is for http and s3, and neither is enabled. TensorBoard's TLS is the Ingress's or the Gateway's." -}}
{{- end -}}
{{- if and .Values.cache.persistent (gt (int .Values.replicaCount) 1) (not (has "ReadWriteMany" .Values.cache.accessModes)) -}}
{{- fail "cache.persistent with several replicas needs a volume that they share: cache.accessModes: [ReadWriteMany]; or leave each its own: cache.persistent: false." -}}
{{- end -}}
{{- end -}}
