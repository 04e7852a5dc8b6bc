{{/* Of {root, group?}: the pod of the central part, in a Deployment, or of a group of shards in a StatefulSet. */}}
{{- define "meshladder.centralPod" -}}
{{- $group := .group -}}
{{- with .root -}}
{{- $central := .Values.central -}}
{{- $config := include "meshladder.centralConfig" . -}}
{{- $asksKubernetes := ne (dig "kubernetes" "mode" "" ($config | fromYaml)) "off" -}}
metadata:
  {{- include "meshladder.podMetadata" (dict "root" . "component" "central" "values" $central "config" $config "group" $group) | nindent 2 }}
spec:
  serviceAccountName: {{ include "meshladder.account" (dict "root" . "component" "central" "account" $central.serviceAccount) }}
  automountServiceAccountToken: {{ $asksKubernetes }}
  {{- include "meshladder.scheduling" (dict "root" . "values" $central "apart" (include "meshladder.apart" . | fromYaml)) | nindent 2 }}
  securityContext:
    {{- include "meshladder.podSecurityContext" $central.podSecurityContext | nindent 4 }}
  containers:
    - name: meshladder
      image: {{ include "meshladder.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - serve
        - --config.file=/etc/meshladder/meshladder.yaml
        {{- with $central.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        {{- include "meshladder.env" $central | trim | nindent 8 }}
      ports:
        {{- include "meshladder.ports" $config | nindent 8 }}
      {{- include "meshladder.probes" (dict "probes" $central.probes "config" $config "scheme" (include "meshladder.scheme" .)) | trim | nindent 6 }}
      resources:
        {{- toYaml $central.resources | nindent 8 }}
      securityContext:
        {{- include "meshladder.securityContext" $central.securityContext | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/meshladder
          readOnly: true
        - name: state
          mountPath: /var/lib/meshladder
        {{- if $central.istiodToken.enabled }}
        - name: istio-token
          mountPath: /var/run/secrets/istio-token
          readOnly: true
        {{- end }}
        {{- if $central.istiodCa.configMap }}
        - name: istio-ca
          mountPath: /var/run/secrets/istio-ca
          readOnly: true
        {{- end }}
        {{- with include "meshladder.webConfigMount" . | trim }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $central.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "meshladder.fullname" . }}-central
    - name: state
      {{- toYaml ($central.stateVolume | default (dict "emptyDir" (dict "sizeLimit" "256Mi"))) | nindent 6 }}
    {{- if $central.istiodToken.enabled }}
    - name: istio-token
      projected:
        sources:
          - serviceAccountToken:
              path: token
              audience: {{ $central.istiodToken.audience }}
              expirationSeconds: {{ $central.istiodToken.expirationSeconds }}
    {{- end }}
    {{- if $central.istiodCa.configMap }}
    - name: istio-ca
      configMap:
        name: {{ $central.istiodCa.configMap }}
        optional: true
        items:
          - key: {{ $central.istiodCa.key }}
            path: root-cert.pem
    {{- end }}
    {{- with include "meshladder.webConfigVolume" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $central.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}
