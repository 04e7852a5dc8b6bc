{{/*
The rules of `files/permissions.yaml` that the configuration asks for, by where they must hold, as YAML: {looked, root,
clusterScoped, namespaceObjects, forwarded}. `forwarded` is what `rbac.portForwardNamespaces` confines.
*/}}
{{- define "meshladder.rules" -}}
{{- $config := include "meshladder.centralConfig" . | fromYaml -}}
{{- $needs := .Files.Get "files/permissions.yaml" | fromYaml -}}
{{- $on := list -}}
{{- if ne (dig "kubernetes" "mode" "" $config) "off" -}}
{{- $on = append $on "kubernetes" -}}
{{- if eq $config.role "all" -}}{{- $on = append $on "logApi" -}}{{- end -}}
{{- if dig "inspect" "enabled" false $config -}}{{- $on = append $on "inspect" -}}{{- end -}}
{{- end -}}
{{- $rules := dict "looked" list "root" list "clusterScoped" list "namespaceObjects" list "forwarded" list -}}
{{- range $part := $on -}}
{{- range $where, $ofPart := get $needs $part -}}
{{- $there := ternary "forwarded" $where (and (eq $part "inspect") (not (empty $.Values.rbac.portForwardNamespaces))) -}}
{{- $_ := set $rules $there (concat (get $rules $there) $ofPart) -}}
{{- end -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}

{{/* Of {root, kind, name, namespace?}: the head of an object, and its rules below it. */}}
{{- define "meshladder.rbacObject" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "meshladder.labels" (dict "root" .root "component" "central") | nindent 4 }}
{{- end -}}

{{/* Of {root, kind, name, namespace?, rules}: a role and its binding. */}}
{{- define "meshladder.grant" -}}
{{- if .rules }}
---
{{ include "meshladder.rbacObject" . }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
{{ include "meshladder.rbacObject" (mustMergeOverwrite (dict) . (dict "kind" (printf "%sBinding" .kind))) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "meshladder.account" (dict "root" .root "component" "central" "account" .root.Values.central.serviceAccount) }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
{{- end -}}
