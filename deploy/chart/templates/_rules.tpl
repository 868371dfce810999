{{/* What each may do: upstream's lists for these versions, and nothing besides. */}}

{{- define "kura.rules.router" -}}
{{ include "kura.rule" (list "discovery.k8s.io" "endpointslices" "get, list, watch") }}
{{- end -}}

{{/* An instance that cannot reach its metadata service is told by its node's labels which one it is. */}}
{{- define "kura.rules.awsNode" -}}
{{ include "kura.rule" (list "" "nodes" "get") }}
{{- end -}}

{{- define "kura.rules.nodeLabels" -}}
{{ include "kura.rule" (list "" "nodes" "list, patch") }}
{{- end -}}

{{- define "kura.rules.leases" -}}
{{ include "kura.rule" (list "coordination.k8s.io" "leases" "get, list, watch, create, update, delete") }}
{{- end -}}

{{- define "kura.rules.capacity" -}}
{{ include "kura.rule" (list "storage.k8s.io" "csistoragecapacities" "get, list, watch, create, update, patch, delete") }}
{{ include "kura.rule" (list "" "pods" "get") }}
{{ include "kura.rule" (list "apps" "replicasets" "get") }}
{{- end -}}

{{- define "kura.rules.provisioner" -}}
{{ include "kura.rule" (list "" "persistentvolumes" "get, list, watch, create, patch, delete") }}
{{ include "kura.rule" (list "" "persistentvolumeclaims" "get, list, watch, update") }}
{{ include "kura.rule" (list "" "events" "list, watch, create, update, patch") }}
{{ include "kura.rule" (list "" "nodes" "get, list, watch") }}
{{ include "kura.rule" (list "storage.k8s.io" "storageclasses, csinodes, volumeattachments, volumeattributesclasses" "get, list, watch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshots" "get, list, watch, update") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotcontents" "get, list") }}
{{- end -}}

{{- define "kura.rules.attacher" -}}
{{ include "kura.rule" (list "" "persistentvolumes" "get, list, watch, patch") }}
{{ include "kura.rule" (list "storage.k8s.io" "csinodes" "get, list, watch") }}
{{ include "kura.rule" (list "storage.k8s.io" "volumeattachments" "get, list, watch, patch") }}
{{ include "kura.rule" (list "storage.k8s.io" "volumeattachments/status" "patch") }}
{{- end -}}

{{- define "kura.rules.resizer" -}}
{{ include "kura.rule" (list "" "persistentvolumes" "get, list, watch, patch") }}
{{ include "kura.rule" (list "" "persistentvolumeclaims" "get, list, watch") }}
{{ include "kura.rule" (list "" "persistentvolumeclaims/status" "patch") }}
{{ include "kura.rule" (list "" "events" "list, watch, create, update, patch") }}
{{ include "kura.rule" (list "storage.k8s.io" "volumeattributesclasses" "get, list, watch") }}
{{- end -}}

{{- define "kura.rules.snapshotter" -}}
{{ include "kura.rule" (list "" "events" "list, watch, create, update, patch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotclasses" "get, list, watch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotcontents" "get, list, watch, update, patch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotcontents/status" "update, patch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshotclasses" "get, list, watch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshotcontents" "get, list, watch, update, patch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshotcontents/status" "update, patch") }}
{{- end -}}

{{- define "kura.rules.healthMonitor" -}}
{{ include "kura.rule" (list "" "persistentvolumes, persistentvolumeclaims, nodes, pods" "get, list, watch") }}
{{ include "kura.rule" (list "" "persistentvolumeclaims/status" "patch") }}
{{- end -}}

{{- define "kura.rules.snapshotMetadata" -}}
{{ include "kura.rule" (list "cbt.storage.k8s.io" "snapshotmetadataservices" "get, list, watch") }}
{{ include "kura.rule" (list "authentication.k8s.io" "tokenreviews" "create") }}
{{ include "kura.rule" (list "authorization.k8s.io" "subjectaccessreviews" "create") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshots, volumesnapshotcontents" "get, list") }}
{{- end -}}

{{- define "kura.rules.snapshotController" -}}
{{ include "kura.rule" (list "" "persistentvolumes" "get, list, watch") }}
{{ include "kura.rule" (list "" "persistentvolumeclaims" "get, list, watch, update") }}
{{ include "kura.rule" (list "" "events" "list, watch, create, update, patch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotclasses" "get, list, watch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotcontents, volumesnapshots" "create, get, list, watch, update, delete, patch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshotcontents/status" "patch") }}
{{ include "kura.rule" (list "snapshot.storage.k8s.io" "volumesnapshots/status" "update, patch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshotclasses" "get, list, watch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshotcontents" "create, get, list, watch, update, delete, patch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshotcontents/status" "patch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshots" "get, list, watch, update, patch") }}
{{ include "kura.rule" (list "groupsnapshot.storage.k8s.io" "volumegroupsnapshots/status" "update, patch") }}
{{- end -}}

{{- define "kura.rules.certificates" -}}
- {apiGroups: [""], resources: [secrets], verbs: [create]}
- {apiGroups: [""], resources: [secrets], verbs: [get, update], resourceNames: [kura-controller-tls, kura-node-tls]}
{{- end -}}

{{- define "kura.rules.defaultClass" -}}
- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [get, list, patch]}
{{- if or .Values.hooks .Values.defaultClass.replaceStandard }}
- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [create]}
- {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [delete], resourceNames: [standard]}
{{- end }}
{{- end -}}

{{- define "kura.rules.uninstall" -}}
{{ include "kura.rules.defaultClass" . }}
- {apiGroups: [""], resources: [persistentvolumes, pods], verbs: [list]}
- {apiGroups: [storage.k8s.io], resources: [volumeattachments], verbs: [list]}
- {apiGroups: [snapshot.storage.k8s.io], resources: [volumesnapshotcontents], verbs: [list]}
{{- $attaches := false }}
{{- range .Values.backends }}{{ if and .enabled (include "kura.attaches" .) }}{{ $attaches = true }}{{ end }}{{ end }}
{{- if $attaches }}
- {apiGroups: [""], resources: [persistentvolumes], verbs: [patch]}
{{- end }}
{{- end -}}

{{- define "kura.rules.uninstallHere" -}}
- {apiGroups: [""], resources: [secrets], verbs: [delete], resourceNames: [kura-controller-tls, kura-node-tls]}
{{- end -}}
