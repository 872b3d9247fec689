{{- /* One rule out: a dict of to and ports (protocol/port). */ -}}
{{- define "ai-api.out" -}}
- ports:
    {{- range .ports }}
    - {protocol: {{ splitList "/" . | first }}, port: {{ splitList "/" . | last }}}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* One rule in: a dict of from and port. */ -}}
{{- define "ai-api.in" -}}
- ports:
    - {protocol: TCP, port: {{ .port }}}
  {{- with .from }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "ai-api.outToData" -}}
{{- $policy := .Values.networkPolicy -}}
{{ include "ai-api.out" (dict "to" $policy.dns.to "ports" (list "UDP/53" "TCP/53")) }}
{{ include "ai-api.out" (dict "to" $policy.postgres.to "ports" (list (printf "TCP/%d" (int $policy.postgres.port)))) }}
{{- end -}}
