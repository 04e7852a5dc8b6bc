{{/* What the exporter's configuration file holds, in each kind of pod. */}}

{{/*
The configuration of the central part: what the chart knows, under `config`, under `central.config`. It reads logs
itself only through the Kubernetes API: the files lie on nodes.
*/}}
{{- define "meshladder.centralConfig" -}}
{{- $given := mustMergeOverwrite (dict) (deepCopy .Values.config) (deepCopy .Values.central.config) -}}
{{- $known := dict "kubernetes" (dict "mode" "in-cluster") "history" (dict "file" "/var/lib/meshladder/history.json") -}}
{{- $istiod := dict -}}
{{- if .Values.central.istiodToken.enabled -}}
{{- $_ := set $istiod "tokenFile" "/var/run/secrets/istio-token/token" -}}
{{- end -}}
{{- if .Values.central.istiodCa.configMap -}}
{{- $_ := set $istiod "caFile" "/var/run/secrets/istio-ca/root-cert.pem" -}}
{{- end -}}
{{- $_ := set $known "istiod" $istiod -}}
{{- with include "meshladder.webConfigFile" . -}}{{- $_ := set $known "web" (dict "configFile" .) -}}{{- end -}}
{{- $_ := set $known "role" (ternary "all" "central" (eq (dig "accessLog" "mode" "files" $given) "api")) -}}
{{- if gt (int .Values.central.replicas) 1 -}}
{{- $_ := set $known "leaderElection" (dict "enabled" true "leaseName" (include "meshladder.fullname" .)) -}}
{{- end -}}
{{- if gt (int .Values.central.shards) 1 -}}
{{- $_ := set $known "shard" (dict "index" "auto" "count" (int .Values.central.shards)) -}}
{{- end -}}
{{- include "meshladder.laid" (dict "under" $known "over" $given) -}}
{{- end -}}

{{/* `true` where the pods of the central part elect a leader, else nothing. */}}
{{- define "meshladder.elects" -}}
{{- if dig "leaderElection" "enabled" false (include "meshladder.centralConfig" . | fromYaml) -}}true{{- end -}}
{{- end -}}

{{/* Where the web configuration is mounted; nothing where there is none. */}}
{{- define "meshladder.webConfigFile" -}}
{{- with .Values.webConfig.secret -}}/etc/meshladder-web/{{ $.Values.webConfig.key }}{{- end -}}
{{- end -}}

{{/*
The configuration of an agent: only what an agent reads, for the rest contradicts its role. It cannot ask the Kubernetes
API whose token a request bears, so `web.auth` is for the central part alone.
*/}}
{{- define "meshladder.agentConfig" -}}
{{- $shared := deepCopy .Values.config -}}
{{- with $shared.web -}}{{- $_ := set $shared "web" (omit . "auth" "authAudiences") -}}{{- end -}}
{{- $given := mustMergeOverwrite (dict) $shared (deepCopy .Values.agent.config) -}}
{{- $known := dict "role" "agent" -}}
{{- with include "meshladder.webConfigFile" . -}}{{- $_ := set $known "web" (dict "configFile" .) -}}{{- end -}}
{{- if .Values.agent.checkpoint.enabled -}}
{{- $_ := set $known "accessLog" (dict "checkpointDir" "/var/lib/meshladder") -}}
{{- end -}}
{{- include "meshladder.laid" (dict "under" $known "over" (pick $given "cluster" "accessLog" "metrics" "web" "log")) -}}
{{- end -}}

{{/* Of {under, over}: maps merged, as YAML. A section that was given without keys below it says nothing. */}}
{{- define "meshladder.laid" -}}
{{- $over := dict -}}
{{- range $key, $section := .over -}}
{{- if $section -}}{{- $_ := set $over $key $section -}}{{- end -}}
{{- end -}}
{{- toYaml (mustMergeOverwrite .under $over) -}}
{{- end -}}

{{/* The port of a `web.listenAddress`, which ends in it. */}}
{{- define "meshladder.port" -}}
{{- regexFind "[0-9]+$" (dig "web" "listenAddress" ":19012" (. | fromYaml)) -}}
{{- end -}}

{{- define "meshladder.metricsPath" -}}
{{- dig "web" "telemetryPath" "/metrics" (. | fromYaml) -}}
{{- end -}}

{{- define "meshladder.scheme" -}}
{{- ternary "https" "http" .Values.webConfig.tls -}}
{{- end -}}

{{/* What the values ask for together and cannot have. */}}
{{- define "meshladder.refuse" -}}
{{- $config := include "meshladder.centralConfig" . | fromYaml -}}
{{- if not (or .Values.central.enabled .Values.agent.enabled) -}}
{{- fail "central.enabled and agent.enabled are both false: nothing would run; turn one of them on" -}}
{{- end -}}
{{- if and .Values.central.enabled .Values.agent.enabled (eq $config.role "all") -}}
{{- fail "agent.enabled is true and config.accessLog.mode is api: every line would be counted twice; choose one of them" -}}
{{- end -}}
{{- if and .Values.central.enabled .Values.rbac.create (not .Values.rbac.clusterRole) (ne (dig "kubernetes" "mode" "" $config) "off") (empty (dig "kubernetes" "namespaces" list $config)) -}}
{{- fail "rbac.clusterRole is false and config.kubernetes.namespaces is empty: all namespaces can only be watched with a ClusterRole; name namespaces, or allow it" -}}
{{- end -}}
{{- if and (gt (int .Values.central.replicas) 1) (not (include "meshladder.elects" .)) -}}
{{- fail "central.replicas is above 1 and config.leaderElection.enabled is false: every proxy would be shown more than once; leave the election on" -}}
{{- end -}}
{{- if ne (int (dig "shard" "count" 1 $config)) (int .Values.central.shards) -}}
{{- fail "config.shard.count is not central.shards: pods and configuration would not agree; set central.shards alone" -}}
{{- end -}}
{{- range $part, $ofPart := dict "central" $config "agent" (include "meshladder.agentConfig" . | fromYaml) -}}
{{- if and (get $.Values $part).enabled (eq (dig "web" "probes" "open" $ofPart) "guarded") (empty (dig "web" "probeAddress" "" $ofPart)) -}}
{{- fail "config.web.probes is guarded and config.web.probeAddress is empty: kubelets have no password, so pods would never be ready; set an address for probes, as :19013" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.central.enabled (not (empty (dig "remoteClusters" "contexts" list $config))) (empty (dig "remoteClusters" "kubeconfig" "" $config)) -}}
{{- fail "config.remoteClusters.contexts is given and config.remoteClusters.kubeconfig is empty: pods have no kubeconfig of their own; mount one by central.extraVolumes and central.extraVolumeMounts, and name it" -}}
{{- end -}}
{{- if and .Values.agent.enabled (eq (dig "web" "auth" "none" (include "meshladder.agentConfig" . | fromYaml)) "kubernetes") -}}
{{- fail "agent.config.web.auth is kubernetes: agents do without the Kubernetes API, and cannot ask whose a token is; name a web configuration with passwords or client certificates (webConfig.secret), or leave it out" -}}
{{- end -}}
{{- if and .Values.webConfig.tls (empty .Values.webConfig.secret) -}}
{{- fail "webConfig.tls is true and webConfig.secret is empty: there is no certificate; name the Secret that holds the web configuration" -}}
{{- end -}}
{{- if and (hasKey .Values.central.stateVolume "persistentVolumeClaim") (or (gt (int .Values.central.replicas) 1) (gt (int .Values.central.shards) 1)) -}}
{{- fail "central.stateVolume is a claim and there are several pods: they would overwrite each other's history; leave it out, and let them ask the Prometheus of config.prometheus.url" -}}
{{- end -}}
{{- end -}}
