{{/* A role and who has it. Takes root, name, account, rules (YAML) and, for what is only in this namespace, local. */}}
{{- define "kura.role" -}}
{{- $prefix := ternary "" "Cluster" (hasKey . "local") }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}Role
metadata:
  name: {{ .name }}
  {{- if hasKey . "local" }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "kura.labels" .root | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}RoleBinding
metadata:
  name: {{ .name }}
  {{- if hasKey . "local" }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "kura.labels" .root | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
subjects:
  - {kind: ServiceAccount, name: {{ .account }}, namespace: {{ .root.Release.Namespace }}}
roleRef: {kind: {{ $prefix }}Role, name: {{ .name }}, apiGroup: rbac.authorization.k8s.io}
{{- end -}}

{{- define "kura.account" }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "kura.labels" .root | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* One rule on one line: group, resources, verbs. */}}
{{- define "kura.rule" -}}
- {apiGroups: [{{ index . 0 | quote }}], resources: [{{ index . 1 }}], verbs: [{{ index . 2 }}]}
{{- end -}}
