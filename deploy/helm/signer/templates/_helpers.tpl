{{- define "signer.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "signer.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "signer.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "signer.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The pods of the service. The pod of "helm test" has another component, so that no Service selects it. */}}
{{- define "signer.selectorLabels" -}}
app.kubernetes.io/name: {{ include "signer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: signing-service
{{- end }}

{{- define "signer.testLabels" -}}
app.kubernetes.io/name: {{ include "signer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end }}

{{- define "signer.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "signer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: signer
{{- end }}

{{- define "signer.labels" -}}
{{ include "signer.commonLabels" . }}
app.kubernetes.io/component: signing-service
{{- end }}

{{- define "signer.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "signer.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "signer.image" -}}
{{- .Values.image.repository }}
{{- with .Values.image.tag }}:{{ . }}{{ end }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* A volume for each replica requires a StatefulSet. */}}
{{- define "signer.workloadKind" -}}
{{- if or .Values.audit.enabled (eq .Values.keySource "softhsm") -}}
StatefulSet
{{- else -}}
Deployment
{{- end }}
{{- end }}

{{- define "signer.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "signer.securityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop: ["ALL"]
{{- end }}

{{/* A whole directory and not single files (subPath): a changed PIN or signing token then reaches the running pod. */}}
{{- define "signer.secretVolume" -}}
{{- if eq .Values.secrets.source "csi" -}}
csi:
  driver: secrets-store.csi.k8s.io
  readOnly: true
  volumeAttributes:
    secretProviderClass: {{ .Values.secrets.name }}
{{- else -}}
secret:
  secretName: {{ .Values.secrets.name }}
  defaultMode: 0440
{{- end }}
{{- end }}

{{- define "signer.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled }}
{{- end }}

{{- define "signer.url" -}}
{{ include "signer.scheme" . }}://{{ include "signer.fullname" . }}:{{ .Values.service.port }}/sign
{{- end }}

{{- define "signer.volumeClaim" -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    name: {{ .name }}
    labels:
      {{- include "signer.selectorLabels" .root | nindent 6 }}
  spec:
    accessModes: ["ReadWriteOnce"]
    {{- with .volume.storageClassName }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ .volume.size }}
{{- end }}

{{/* The argument is networkPolicy of the values. */}}
{{- define "signer.egressToDns" -}}
- to:
    - podSelector:
        matchLabels:
          {{- toYaml .dns.podLabels | nindent 10 }}
      namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .dns.namespace }}
    {{- with .dns.nodeLocalAddress }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
