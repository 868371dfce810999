{{/* What is each backend's own: its flags on a node, and what Kubernetes is told of it. A new backend begins here. */}}

{{/* Whether volumes lie in pools of the nodes, so that the controller is a router to their drivers: "true" or nothing. */}}
{{- define "kura.isLocal" -}}
{{- if hasKey . "pool" }}true{{ end -}}
{{- end -}}

{{/* Whether volumes are attached by the controller: "true" or nothing. */}}
{{- define "kura.attaches" -}}
{{- if or .attach (not (include "kura.isLocal" .)) }}true{{ end -}}
{{- end -}}

{{/* Whether it knows which blocks changed between two snapshots, and that is asked for: "true" or nothing. Takes root and name. */}}
{{- define "kura.servesMetadata" -}}
{{- if and (eq .name "loop") .root.Values.sidecars.snapshotMetadata.enabled }}true{{ end -}}
{{- end -}}

{{/* The account of one of its pods. Takes name, backend and component. */}}
{{- define "kura.accountOf" -}}
{{- with index .backend .component }}{{ .serviceAccount.name }}{{ else }}kura-csi-{{ .name }}-{{ .component }}{{ end -}}
{{- end -}}

{{/* Of a backend whose volumes lie in pools of the node. */}}
{{- define "kura.args.local" -}}
- --max-volumes-per-node={{ .maxVolumesPerNode }}
- --overprovision={{ .overprovision }}
{{- with .inlineVolumes }}
- --inline-volumes={{ . }}
{{- end }}
{{- end -}}

{{- define "kura.args.loop" -}}
- --pool-image={{ .pool.imageSize }}
{{- range .pools }}
{{- if .imageSize }}
- --pool-image={{ .name }}={{ .imageSize }}
{{- end }}
{{- end }}
- --default-fs={{ .defaultFs }}
- --max-freeze={{ .maxFreeze }}
{{- end -}}

{{- define "kura.args.hostpath" -}}
{{- end -}}

{{- define "kura.args.ebs" -}}
{{- with .volumeAttachLimit }}
- --max-volumes-per-node={{ . }}
{{- end }}
{{- end -}}

{{/* The directories of a backend's pools, as KURA_POOL names them. */}}
{{- define "kura.pools" -}}
{{- $names := list -}}
{{- .pool.dir -}}
{{- range .pools -}}
{{- if has .name $names }}{{ fail (printf "pools: two have the name %s" .name) }}{{ end -}}
{{- $names = append $names .name -}}
,{{ .name }}={{ .dir }}
{{- end -}}
{{- end -}}

{{/* Refuses a class that names a pool which its backend has not. Takes root and class. */}}
{{- define "kura.requirePool" -}}
{{- $names := list "default" -}}
{{- range (index .root.Values.backends .class.backend).pools }}{{ $names = append $names .name }}{{ end -}}
{{- $class := .class -}}
{{- range $key, $name := .class.parameters -}}
{{- if and (eq (lower $key) "pool") (not (has $name $names)) -}}
{{- fail (printf "storageClasses: %s: backend %s has no pool %s" $class.name $class.backend $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What is mounted from the host for them: the parent of each, once, as a list in JSON. */}}
{{- define "kura.poolParents" -}}
{{- $parents := list -}}
{{- with .pool }}{{ $parents = append $parents (dir .dir) }}{{ end -}}
{{- range .pools }}{{ $parents = append $parents (dir .dir) }}{{ end -}}
{{- $outermost := list -}}
{{- range $parent := uniq $parents -}}
{{- $inside := false -}}
{{- range $parents }}{{ if hasPrefix (printf "%s/" .) $parent }}{{ $inside = true }}{{ end }}{{ end -}}
{{- if not $inside }}{{ $outermost = append $outermost $parent }}{{ end -}}
{{- end -}}
{{- toJson $outermost -}}
{{- end -}}

{{- define "kura.poolVolume" -}}
{{- if . }}pool-{{ . }}{{ else }}pool{{ end -}}
{{- end -}}

{{- define "kura.lifecycleModes" -}}
[Persistent{{ if .inlineVolumes }}, Ephemeral{{ end }}]
{{- end -}}

{{- define "kura.csidriver.loop" -}}
seLinuxMount: true
volumeLifecycleModes: {{ include "kura.lifecycleModes" . }}
{{- end -}}

{{/* Directories of one filesystem share its SELinux label. */}}
{{- define "kura.csidriver.hostpath" -}}
seLinuxMount: false
volumeLifecycleModes: {{ include "kura.lifecycleModes" . }}
{{- end -}}

{{/* How many volumes an instance takes changes with its network interfaces. */}}
{{- define "kura.csidriver.ebs" -}}
seLinuxMount: true
volumeLifecycleModes: [Persistent]
nodeAllocatableUpdatePeriodSeconds: 60
{{- end -}}
