{{/* What only the ebs backend has. All of these take the root. */}}

{{/* Where EC2 is; nothing: where AWS has it. */}}
{{- define "kura.ec2" -}}
{{- with .Values.backends.ebs -}}
{{- if .simulator.enabled -}}
{{- if .endpoint }}{{ fail "backends.ebs: simulator.enabled and endpoint exclude each other" }}{{ end -}}
http://{{ .simulator.clusterIP | default (printf "kura-csi-ec2.%s.svc" $.Release.Namespace) }}:8780
{{- else -}}
{{ .endpoint }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The region that is known here; nothing: as the instance says. A zone's name is its region's and a letter. */}}
{{- define "kura.ebs.region" -}}
{{- with .Values.backends.ebs -}}
{{- if .region }}{{ .region }}{{ else if .simulator.enabled }}{{ regexReplaceAll "[a-z]$" .simulator.zone "" }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "kura.ebs.controllerArgs" -}}
- --services=controller
- --default-fs={{ .Values.backends.ebs.defaultFs }}
{{- with include "kura.ec2" . }}
- --ec2-endpoint={{ . }}
{{- end }}
{{- with include "kura.ebs.region" . }}
- --region={{ . }}
{{- end }}
{{- include "kura.args.ebs" .Values.backends.ebs }}
{{- end -}}

{{/* Who the controller is to EC2. A simulator accepts whoever signs, and there is no metadata service to ask. */}}
{{- define "kura.ebs.controllerEnv" -}}
{{- with .Values.backends.ebs -}}
{{- if .simulator.enabled -}}
- {name: AWS_ACCESS_KEY_ID, value: simulated}
- {name: AWS_SECRET_ACCESS_KEY, value: simulated}
- {name: AWS_EC2_METADATA_DISABLED, value: "true"}
{{- else -}}
- name: AWS_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ .awsAccessSecret.name }}, key: {{ .awsAccessSecret.keyId }}, optional: true}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ .awsAccessSecret.name }}, key: {{ .awsAccessSecret.accessKey }}, optional: true}}
# whose labels name the region, where the metadata service cannot be reached
- name: KURA_NODE_ID
  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The hypervisor's hands on a node, and its metadata service: the driver waits for it, to learn which instance it is. */}}
{{- define "kura.ebs.hotplug" -}}
{{- $simulator := .Values.backends.ebs.simulator -}}
- name: hotplug
  image: {{ include "kura.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  restartPolicy: Always
  args:
    - hotplug
    - --ec2={{ include "kura.ec2" . }}
    - --node=$(NODE)
    - --instance-type={{ $simulator.instanceType }}
    - --zone={{ $simulator.zone }}
    - --imds=0.0.0.0:9812
    - --log-level={{ .Values.logLevel }}
  env:
    - name: NODE
      valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
  ports:
    - {name: imds, containerPort: 9812}
  startupProbe:
    tcpSocket: {port: imds}
    periodSeconds: 1
    failureThreshold: 300
  volumeMounts:
    # to see who uses a device, and the files of volumes
    - {name: kubelet, mountPath: {{ .Values.kubeletDir }}, mountPropagation: HostToContainer}
    - {name: ec2, mountPath: {{ dir $simulator.state.dir }}, mountPropagation: HostToContainer}
    - {name: dev, mountPath: /dev}
    # where IOPS are limited: in the groups of the pods that use a volume
    - {name: cgroup, mountPath: /sys/fs/cgroup}
    - {name: tmp, mountPath: /tmp}
  securityContext:
    privileged: true
    readOnlyRootFilesystem: true
  resources:
    {{- toYaml $simulator.resources | nindent 4 }}
{{- end -}}
