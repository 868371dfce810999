{{/* What is each backend's own: its flags on a node, and what Kubernetes is told of it. A new backend begins here. */}}

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

{{- define "kura.csidriver.loop" -}}
seLinuxMount: true
volumeLifecycleModes: [Persistent]
{{- end -}}

{{/* Directories of one filesystem share its SELinux label. */}}
{{- define "kura.csidriver.hostpath" -}}
seLinuxMount: false
volumeLifecycleModes: [Persistent{{ if .inlineVolumes }}, Ephemeral{{ end }}]
{{- end -}}
