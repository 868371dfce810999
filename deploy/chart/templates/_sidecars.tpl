{{/* One of the sidecars beside the controller. Takes root, name, values, port and args (a YAML list). */}}
{{- define "kura.sidecar" -}}
- name: {{ .name }}
  image: {{ .values.image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - --csi-address=/csi/csi.sock
    - --leader-election
    - --http-endpoint=:{{ .port }}
    {{- .args | nindent 4 }}
    {{- range .values.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  env:
    - name: NAMESPACE
      valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
    - name: POD_NAME
      valueFrom: {fieldRef: {fieldPath: metadata.name}}
  ports:
    - {name: {{ .portName }}, containerPort: {{ .port }}}
  livenessProbe:
    httpGet: {path: /healthz/leader-election, port: {{ .portName }}}
    initialDelaySeconds: 10
    periodSeconds: 20
    timeoutSeconds: 10
  volumeMounts:
    - {name: socket, mountPath: /csi}
  securityContext:
    {{- include "kura.unprivileged" . | nindent 4 }}
  resources:
    {{- toYaml .root.Values.sidecars.resources | nindent 4 }}
{{- end -}}

{{/* external-snapshot-metadata: backup programs ask it over TLS, and it asks the API server whether they may. */}}
{{- define "kura.snapshotMetadata" -}}
- name: csi-snapshot-metadata
  image: {{ .Values.sidecars.snapshotMetadata.image }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args:
    - --csi-address=/csi/csi.sock
    - --tls-cert=/snapshot-metadata-tls/tls.crt
    - --tls-key=/snapshot-metadata-tls/tls.key
    {{- range .Values.sidecars.snapshotMetadata.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  ports:
    - {name: metadata, containerPort: 50051}
    - {name: metadata-http, containerPort: 8080}
  readinessProbe:
    httpGet: {path: /health, port: metadata-http}
    periodSeconds: 10
    timeoutSeconds: 5
  volumeMounts:
    - {name: socket, mountPath: /csi}
    - {name: snapshot-metadata-tls, mountPath: /snapshot-metadata-tls, readOnly: true}
  securityContext:
    {{- include "kura.unprivileged" . | nindent 4 }}
  resources:
    {{- toYaml .Values.sidecars.resources | nindent 4 }}
{{- end -}}

{{/* livenessprobe asks Probe over the socket and tells kubelet. Takes root and port. */}}
{{- define "kura.livenessprobe" -}}
- name: liveness-probe
  image: {{ .root.Values.sidecars.livenessprobe.image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - --csi-address=/csi/csi.sock
    - --http-endpoint=:9808
    - --probe-timeout=3s
    {{- range .root.Values.sidecars.livenessprobe.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  volumeMounts:
    - {name: socket, mountPath: /csi}
  securityContext:
    {{- include "kura.unprivileged" .root | nindent 4 }}
  resources:
    {{- toYaml .root.Values.sidecars.resources | nindent 4 }}
{{- end -}}

{{/*
The port of the probes: kubelet knows a port's name only where it is one of the probed container's own, though
livenessprobe listens there.
*/}}
{{- define "kura.ports" -}}
- {name: http, containerPort: 9810}
{{- if .Values.sidecars.livenessprobe.enabled }}
- {name: healthz, containerPort: 9808}
{{- end }}
{{- end -}}

{{/*
How kubelet learns whether kura lives: only what fails for two minutes is dead. To livenessprobe a driver that is not
ready has failed (one that reads its pool, a router that reaches no node); kura's own answer tells the two apart.
*/}}
{{- define "kura.probes" -}}
{{- $port := ternary "healthz" "http" .Values.sidecars.livenessprobe.enabled -}}
livenessProbe:
  httpGet: {path: /healthz, port: {{ $port }}}
  initialDelaySeconds: 20
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 8
{{- if not .Values.sidecars.livenessprobe.enabled }}
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}
{{- end -}}
