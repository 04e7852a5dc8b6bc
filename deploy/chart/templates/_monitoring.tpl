{{/* Of {root, enabled, kind}: `true` where an object of the Prometheus operator is to be made, else nothing. */}}
{{- define "meshladder.makes" -}}
{{- $known := .root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind) -}}
{{- if or (eq (toString .enabled) "true") (and (eq (toString .enabled) "auto") $known) -}}true{{- end -}}
{{- end -}}

{{/* Of {root, component, kind, values, path, endpoints}: a ServiceMonitor or PodMonitor. */}}
{{- define "meshladder.monitor" -}}
{{- $values := .values -}}
{{- $endpoint := dict "port" "http" "path" .path "scheme" (default (include "meshladder.scheme" .root) $values.scheme) "interval" $values.interval "scrapeTimeout" $values.scrapeTimeout -}}
{{- /* Rules know each part by its job, whatever the release is called. */ -}}
{{- $_ := set $endpoint "relabelings" (concat (list (dict "targetLabel" "job" "replacement" $values.job)) $values.relabelings) -}}
{{- with $values.metricRelabelings }}{{- $_ := set $endpoint "metricRelabelings" . }}{{- end -}}
{{- $endpoint = mustMergeOverwrite $endpoint (deepCopy $values.endpoint) -}}
{{- $namespace := default .root.Release.Namespace $values.namespace -}}
{{- $spec := dict .endpoints (list $endpoint) -}}
{{- $_ := set $spec "selector" (dict "matchLabels" (include "meshladder.selectorLabels" (dict "root" .root "component" .component) | fromYaml)) -}}
{{- if ne $namespace .root.Release.Namespace -}}
{{- $_ := set $spec "namespaceSelector" (dict "matchNames" (list .root.Release.Namespace)) -}}
{{- end -}}
apiVersion: monitoring.coreos.com/v1
kind: {{ .kind }}
metadata:
  name: {{ include "meshladder.fullname" .root }}-{{ .component }}
  namespace: {{ $namespace }}
  labels:
    {{- include "meshladder.labels" (dict "root" .root "component" .component) | nindent 4 }}
    {{- with $values.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- toYaml (mustMergeOverwrite $spec (deepCopy $values.spec)) | nindent 2 }}
{{- end -}}

{{/* What stands before the name of an alert in its link: the exporter serves its runbooks itself. */}}
{{- define "meshladder.runbookBase" -}}
{{- $served := printf "%s://%s.%s.svc:%v/runbooks/" (include "meshladder.scheme" .) (include "meshladder.fullname" .) .Release.Namespace .Values.central.service.port -}}
{{- printf "%s/" (trimSuffix "/" (default $served .Values.prometheusRule.runbookBase)) -}}
{{- end -}}
