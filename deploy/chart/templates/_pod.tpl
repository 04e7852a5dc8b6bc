{{/* Parts that every kind of pod has. */}}

{{/* Of a memory limit as Kubernetes writes it: three quarters of it, in MiB. Nothing where it cannot be read. */}}
{{- define "meshladder.heap" -}}
{{- $limit := toString . -}}
{{- $unit := regexFind "[A-Za-z]*$" $limit -}}
{{- $bytes := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- if and (regexMatch "^[0-9]+(\\.[0-9]+)?[A-Za-z]*$" $limit) (hasKey $bytes $unit) -}}
{{- $mib := divf (mulf (trimSuffix $unit $limit | float64) (get $bytes $unit) 0.75) 1048576 | floor | int64 -}}
{{- if gt $mib 0 -}}{{- $mib -}}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Node inside the image, for what is not the exporter itself. */}}
{{- define "meshladder.node" -}}
/nodejs/bin/node
{{- end -}}

{{/* Of the values of a kind of pod. What is given takes the place of what the chart would set. */}}
{{- define "meshladder.env" -}}
{{- $given := dict -}}
{{- range .extraEnv }}{{- $_ := set $given .name true -}}{{- end -}}
{{- range $name, $field := dict "POD_NAME" "metadata.name" "POD_NAMESPACE" "metadata.namespace" }}
{{- if not (hasKey $given $name) }}
- name: {{ $name }}
  valueFrom:
    fieldRef:
      fieldPath: {{ $field }}
{{- end }}
{{- end }}
{{- with include "meshladder.heap" (dig "limits" "memory" "" .resources) }}
{{- if not (hasKey $given "NODE_OPTIONS") }}
- name: NODE_OPTIONS
  value: --max-old-space-size={{ . }}
{{- end }}
{{- end }}
{{- with .extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The restricted Pod Security level. */}}
{{- define "meshladder.podSecurityContext" -}}
{{- $restricted := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- toYaml (mustMergeOverwrite $restricted (deepCopy .)) -}}
{{- end -}}

{{- define "meshladder.securityContext" -}}
{{- $restricted := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- toYaml (mustMergeOverwrite $restricted (deepCopy .)) -}}
{{- end -}}

{{/* The port of `web.probeAddress`, where kubelets are answered apart; nothing where there is none. */}}
{{- define "meshladder.probePort" -}}
{{- regexFind "[0-9]+$" (dig "web" "probeAddress" "" (. | fromYaml)) -}}
{{- end -}}

{{/* Of a configuration: what the container listens on. */}}
{{- define "meshladder.ports" -}}
- name: http
  containerPort: {{ include "meshladder.port" . }}
  protocol: TCP
{{- with include "meshladder.probePort" . }}
- name: probes
  containerPort: {{ . }}
  protocol: TCP
{{- end }}
{{- end -}}

{{/* Of {probes, config, scheme}. Probes that ask in another way than by HTTP are taken as they are. */}}
{{- define "meshladder.probes" -}}
{{- $apart := not (empty (include "meshladder.probePort" .config)) -}}
{{- $to := dict "port" (ternary "probes" "http" $apart) "scheme" (ternary "HTTP" (upper .scheme) $apart) -}}
{{- range $probe := list "startup" "liveness" "readiness" }}
{{- $path := ternary "/-/ready" "/-/healthy" (eq $probe "readiness") }}
{{- $given := get $.probes $probe }}
{{- $asks := dict }}
{{- if not (or (hasKey $given "tcpSocket") (hasKey $given "exec") (hasKey $given "grpc")) }}
{{- $asks = dict "httpGet" (mustMergeOverwrite (dict "path" $path) $to) }}
{{- end }}
{{ $probe }}Probe:
{{ toYaml (mustMergeOverwrite $asks (deepCopy $given)) | indent 2 }}
{{- end }}
{{- end -}}

{{/* The mount and the volume of the web configuration. */}}
{{- define "meshladder.webConfigMount" -}}
{{- if .Values.webConfig.secret }}
- name: web-config
  mountPath: /etc/meshladder-web
  readOnly: true
{{- end }}
{{- end -}}

{{- define "meshladder.webConfigVolume" -}}
{{- with .Values.webConfig.secret }}
- name: web-config
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{/* Of {root, component, values, config, group?}: labels and annotations of a pod. A changed configuration makes new pods. */}}
{{- define "meshladder.podMetadata" -}}
labels:
  {{- include "meshladder.selectorLabels" . | nindent 2 }}
  {{- with .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  sidecar.istio.io/inject: "false"
  {{- with .group }}
  meshladder/replica: {{ . }}
  {{- end }}
  {{- with .values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/config: {{ .config | sha256sum }}
  {{- with .values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Of {root, values, apart?}: where pods run, and how. `apart` is the affinity where none is given. */}}
{{- define "meshladder.scheduling" -}}
terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity | default .apart }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Two pods of which one stands by belong on two nodes, where there are two. */}}
{{- define "meshladder.apart" -}}
{{- if gt (int .Values.central.replicas) 1 -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "meshladder.selectorLabels" (dict "root" . "component" "central") | nindent 12 }}
{{- end -}}
{{- end -}}
