{{/*
A Job that runs a `kura` command in the cluster once. Helm runs it at its hour and removes it; as a plain object its name
tells image and command, for a Job's template cannot be changed, and applying another must make another. Takes root,
name, hook, weight, args, rules, localRules (for this namespace alone), and once where it is not tried again.
*/}}
{{- define "kura.job" -}}
{{- $annotations := "" }}
{{- if .root.Values.hooks }}
{{- $annotations = printf "helm.sh/hook: %s\nhelm.sh/hook-weight: %q\nhelm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\nhelm.sh/hook-output-log-policy: hook-failed" .hook .weight }}
{{- end }}
{{- $before := $annotations | replace (printf "%q" .weight) (printf "%q" (sub (int .weight) 1 | toString)) }}
{{- include "kura.account" (dict "root" .root "name" .name "annotations" $before) }}
{{- with .rules }}
{{- include "kura.role" (dict "root" $.root "name" $.name "account" $.name "rules" . "annotations" $before) }}
{{- end }}
{{- with .localRules }}
{{- include "kura.role" (dict "root" $.root "name" $.name "account" $.name "rules" . "annotations" $before "local" true) }}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .name }}{{ if not (or .once .root.Values.hooks) }}-{{ printf "%s %s" (include "kura.image" .root) (toJson .args) | sha256sum | trunc 8 }}{{ end }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "kura.labels" .root | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  backoffLimit: {{ ternary 0 10 (hasKey . "once") }}
  {{- if not (or .once .root.Values.hooks) }}
  ttlSecondsAfterFinished: 60
  {{- end }}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: kura
        app.kubernetes.io/component: {{ .name }}
    spec:
      serviceAccountName: {{ .name }}
      restartPolicy: {{ ternary "Never" "OnFailure" (hasKey . "once") }}
      securityContext:
        {{- include "kura.nobody" .root | nindent 8 }}
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets: {{ toJson . }}
      {{- end }}
      tolerations:
        {{- toYaml .root.Values.controller.tolerations | nindent 8 }}
      containers:
        - name: kura
          image: {{ include "kura.image" .root }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: {{ toJson .args }}
          terminationMessagePolicy: FallbackToLogsOnError
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
          securityContext:
            {{- include "kura.unprivileged" .root | nindent 12 }}
          resources:
            requests: {cpu: 10m, memory: 96Mi}
            limits: {memory: 256Mi}
      volumes:
        - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 16Mi}}
{{- end -}}
