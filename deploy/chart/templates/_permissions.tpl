{{/*
The rules of `files/permissions.yaml` that the configuration asks for, by where they must hold, as YAML: {looked, root,
own, clusterScoped, namespaceObjects, forwarded}. `forwarded` is what `rbac.portForwardNamespaces` confines.
*/}}
{{- define "meshladder.rules" -}}
{{- $config := include "meshladder.centralConfig" . | fromYaml -}}
{{- $needs := .Files.Get "files/permissions.yaml" | fromYaml -}}
{{- $on := list -}}
{{- if ne (dig "kubernetes" "mode" "" $config) "off" -}}
{{- $on = append $on "kubernetes" -}}
{{- if eq $config.role "all" -}}{{- $on = append $on "logApi" -}}{{- end -}}
{{- if dig "inspect" "enabled" false $config -}}{{- $on = append $on "inspect" -}}{{- end -}}
{{- if dig "remoteClusters" "secrets" false $config -}}{{- $on = append $on "remoteSecrets" -}}{{- end -}}
{{- if eq (dig "web" "auth" "none" $config) "kubernetes" -}}{{- $on = append $on "webAuth" -}}{{- end -}}
{{- if include "meshladder.elects" . -}}{{- $on = append $on "leaderElection" -}}{{- end -}}
{{- end -}}
{{- $rules := dict "looked" list "root" list "own" list "clusterScoped" list "namespaceObjects" list "forwarded" list -}}
{{- range $part := $on -}}
{{- range $where, $ofPart := get $needs $part -}}
{{- $there := ternary "forwarded" $where (and (eq $part "inspect") (not (empty $.Values.rbac.portForwardNamespaces))) -}}
{{- $_ := set $rules $there (concat (get $rules $there) $ofPart) -}}
{{- end -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}

{{/* The names of the Leases of the election, one for each shard, as a YAML list. */}}
{{- define "meshladder.leases" -}}
{{- $name := dig "leaderElection" "leaseName" "meshladder" (include "meshladder.centralConfig" . | fromYaml) -}}
{{- $names := list $name -}}
{{- if gt (int .Values.central.shards) 1 -}}
{{- $names = list -}}
{{- range $shard := until (int .Values.central.shards) -}}{{- $names = append $names (printf "%s-%d" $name $shard) -}}{{- end -}}
{{- end -}}
{{- toYaml $names -}}
{{- end -}}

{{/*
Who gets which rules: {cluster: rules, namespaces: {name: rules}}, as YAML. A cluster-wide look takes one ClusterRole; a
look into some namespaces takes a Role in each of them, and a ClusterRole only for what is of no namespace.
*/}}
{{- define "meshladder.grants" -}}
{{- $config := include "meshladder.centralConfig" . | fromYaml -}}
{{- $rules := include "meshladder.rules" . | fromYaml -}}
{{- $root := include "meshladder.rootNamespace" . -}}
{{- $looked := dig "kubernetes" "namespaces" list $config -}}
{{- $everywhere := append $looked $root | uniq -}}
{{- $cluster := $rules.clusterScoped -}}
{{- $places := list (dict "rules" $rules.root "in" (list $root)) (dict "rules" $rules.forwarded "in" .Values.rbac.portForwardNamespaces) -}}
{{- if empty $looked -}}
{{- $cluster = concat $rules.namespaceObjects $rules.looked $cluster -}}
{{- else -}}
{{- range $rules.namespaceObjects -}}{{- $cluster = append $cluster (set (deepCopy .) "resourceNames" $everywhere) -}}{{- end -}}
{{- $places = append $places (dict "rules" $rules.looked "in" $everywhere) -}}
{{- end -}}
{{- $leases := include "meshladder.leases" . | fromYamlArray -}}
{{- $own := list -}}
{{- range $rules.own -}}
{{- $own = append $own (ternary (set (deepCopy .) "resourceNames" $leases) . (hasKey . "resourceNames")) -}}
{{- end -}}
{{- $places = append $places (dict "rules" $own "in" (list (dig "leaderElection" "leaseNamespace" .Release.Namespace $config))) -}}
{{- $namespaces := dict -}}
{{- range $place := $places -}}
{{- range $namespace := $place.in -}}
{{- $_ := set $namespaces $namespace (concat (get $namespaces $namespace | default list) $place.rules) -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "cluster" (ternary $cluster list .Values.rbac.clusterRole) "namespaces" $namespaces) -}}
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
