{{- define "kura.labels" -}}
app.kubernetes.io/name: kura
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ ternary .Release.Service "kubectl" .Values.hooks }}
{{- end -}}

{{/* Which part of kura this is; pods are chosen by it, so it never changes. Takes name (of the backend) and component. */}}
{{- define "kura.part" -}}
app.kubernetes.io/component: {{ .component }}
kura.dev/backend: {{ .name }}
{{- end -}}

{{- define "kura.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Whether the snapshot half is wanted: "true" or nothing. */}}
{{- define "kura.snapshots" -}}
{{- if kindIs "bool" .Values.snapshots.enabled -}}
{{- if .Values.snapshots.enabled }}true{{ end -}}
{{- else if .Capabilities.APIVersions.Has "snapshot.storage.k8s.io/v1" -}}
true
{{- end -}}
{{- end -}}

{{/* A driver's name, of a backend that is enabled; anything else is refused. Takes root, backend and what (who asks). */}}
{{- define "kura.driverOf" -}}
{{- $backend := index .root.Values.backends .backend -}}
{{- if not (and $backend $backend.enabled) -}}
{{- fail (printf "%s: backend %s is not enabled" .what .backend) -}}
{{- end -}}
{{- $backend.driverName -}}
{{- end -}}

{{/* Where kura serves what people and Prometheus look at. The probes of kubelet come from outside the pod. */}}
{{- define "kura.http" -}}
{{- if or .Values.metrics.enabled (not .Values.sidecars.livenessprobe.enabled) }}0.0.0.0:9810{{ else }}127.0.0.1:9810{{ end -}}
{{- end -}}

{{/* What a container that needs nothing may do: nothing. */}}
{{- define "kura.unprivileged" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* A pod that is nobody: not root, and with the runtime's list of system calls. */}}
{{- define "kura.nobody" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}
