{{/* What is each backend's own: its flags on a node, and what Kubernetes is told of it. A new backend begins here. */}}

{{/* Whether volumes lie in pools of the nodes, so that the controller is a router to their drivers: "true" or nothing. */}}
{{- define "kura.isLocal" -}}
{{- if hasKey . "pool" }}true{{ end -}}
{{- end -}}

{{/* Whether volumes are attached by the controller: "true" or nothing. */}}
{{- define "kura.attaches" -}}
{{- if or .attach (not (include "kura.isLocal" .)) }}true{{ end -}}
{{- end -}}

{{/* The account of one of its pods. Takes name, backend and component. */}}
{{- define "kura.accountOf" -}}
{{- with index .backend .component }}{{ .serviceAccount.name }}{{ else }}kura-csi-{{ .name }}-{{ .component }}{{ end -}}
{{- end -}}

{{- define "kura.args.loop" -}}
- --pool-image={{ .pool.imageSize }}
- --default-fs={{ .defaultFs }}
- --max-freeze={{ .maxFreeze }}
{{- end -}}

{{- define "kura.args.hostpath" -}}
{{- with .inlineVolumes }}
- --inline-volumes={{ . }}
{{- end }}
{{- end -}}

{{- define "kura.args.ebs" -}}
{{- with .volumeAttachLimit }}
- --max-volumes-per-node={{ . }}
{{- end }}
{{- end -}}

{{- define "kura.csidriver.loop" -}}
seLinuxMount: true
volumeLifecycleModes: [Persistent]
{{- end -}}

{{/* Directories of one filesystem share its SELinux label. */}}
{{- define "kura.csidriver.hostpath" -}}
seLinuxMount: false
volumeLifecycleModes: [Persistent{{ if .inlineVolumes }}, Ephemeral{{ end }}]
{{- end -}}

{{/* How many volumes an instance takes changes with its network interfaces. */}}
{{- define "kura.csidriver.ebs" -}}
seLinuxMount: true
volumeLifecycleModes: [Persistent]
nodeAllocatableUpdatePeriodSeconds: 60
{{- end -}}
