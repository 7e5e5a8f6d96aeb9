{{/* The variables of the service. Secrets are files: none of them is here. */}}
{{- define "signer.env" -}}
{{- $secret := "/etc/signer/secret" }}
{{- $name := include "signer.fullname" . }}
{{- $namespace := .Release.Namespace }}
- name: SIGNING_SERVICE_PORT
  value: "6000"
# Health and metrics have a separate port, so that the NetworkPolicy can distinguish them from callbacks.
- name: SIGNING_SERVICE_ADMIN_PORT
  value: "6001"
- name: SIGNING_SERVICE_LOG_FORMAT
  value: json
- name: SIGNING_SERVICE_ALLOWED_HOSTS
  value: {{ concat (list $name (printf "%s.%s" $name $namespace) (printf "%s.%s.svc" $name $namespace) (printf "%s.%s.svc.cluster.local" $name $namespace)) .Values.allowedHosts | join "," | quote }}
- name: SIGNING_RAW_DATA
  value: {{ .Values.rawData | quote }}
{{- if has .Values.keySource (list "cloudhsm" "pkcs11") }}
- name: HSM_MODULE
  value: {{ .Values.hsm.module | default "/opt/cloudhsm/lib/libcloudhsm_pkcs11.so" | quote }}
- name: HSM_PIN_FILE
  value: {{ printf "%s/%s" $secret .Values.secrets.files.pin | quote }}
- name: HSM_MAXIMUM_POOL_SIZE
  value: {{ .Values.hsm.maximumPoolSize | quote }}
{{- with .Values.hsm.tokenLabel }}
- name: HSM_TOKEN_LABEL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.hsm.keyLabel }}
- name: HSM_KEY_LABEL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.hsm.keyId }}
- name: HSM_KEY_ID
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if eq .Values.keySource "pkcs12" }}
- name: SIGNING_KEYSTORE
  value: {{ printf "%s/%s" $secret .Values.secrets.files.keystore | quote }}
- name: SIGNING_KEYSTORE_PASSWORD_FILE
  value: {{ printf "%s/%s" $secret .Values.secrets.files.keystorePassword | quote }}
{{- end }}
{{- if and .Values.certificates.configMap (has .Values.keySource (list "cloudhsm" "pkcs11" "pkcs12")) }}
- name: SIGNING_CERTIFICATE
  value: {{ printf "/etc/signer/certificates/%s" .Values.certificates.certificate | quote }}
{{- with .Values.certificates.issuers }}
- name: SIGNING_CA_CERTIFICATES
  value: {{ printf "/etc/signer/certificates/%s" . | quote }}
{{- end }}
{{- end }}
{{- if eq .Values.access.policy "signing-token" }}
- name: SIGNING_TOKEN_SECRET_FILE
  value: {{ printf "%s/%s" $secret .Values.secrets.files.signingToken | quote }}
{{- else if eq .Values.access.policy "open" }}
- name: SIGNING_SERVICE_ACCESS_OPEN
  value: "true"
{{- end }}
{{- if .Values.tls.enabled }}
- name: SIGNING_SERVICE_TLS_CERTIFICATE
  value: /etc/signer/tls/tls.crt
- name: SIGNING_SERVICE_TLS_PRIVATE_KEY
  value: /etc/signer/tls/tls.key
- name: SIGNING_SERVICE_TLS_CLIENT_CERTIFICATES
  value: {{ .Values.tls.clientCertificates | quote }}
{{- if ne .Values.tls.clientCertificates "none" }}
- name: SIGNING_SERVICE_TLS_CLIENT_AUTHORITIES
  value: /etc/signer/client-authorities/ca.crt
{{- end }}
{{- end }}
{{- if .Values.audit.enabled }}
- name: SIGNING_AUDIT_FILE
  value: /var/log/signer/audit.jsonl
{{- end }}
{{- if .Values.configuration }}
- name: SIGNING_SERVICE_CONFIG
  value: /etc/signer/configuration/signer.yaml
{{- end }}
{{- range $variable, $value := .Values.env }}
- name: {{ $variable }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
