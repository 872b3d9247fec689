{{- /* Settings as lines `NAME value-as-JSON`: a dict of (tree, prefix), walked down. Numbers go by JSON, which has no 3.3e+07. */ -}}
{{- define "ai-api.flat" -}}
{{- $prefix := .prefix -}}
{{- range $name, $value := .tree -}}
{{- $full := printf "%s%s" $prefix (upper $name) -}}
{{- if kindIs "map" $value -}}
{{- include "ai-api.flat" (dict "tree" $value "prefix" (printf "%s__" $full)) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- if kindIs "slice" $value -}}{{- $value = join "," $value -}}{{- end -}}
- name: {{ $full }}
  value: {{ if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ toJson $value | quote }}{{ end }}
{{ end -}}
{{- end -}}
{{- end -}}

{{- /* How long open calls may go on after SIGTERM, in whole seconds: longer than the longest answer by what it takes to tell. */ -}}
{{- define "ai-api.grace" -}}
{{- $listen := default dict .Values.settings.listen -}}
{{- if hasKey $listen "grace_s" -}}
{{ ceil $listen.grace_s | int }}
{{- else -}}
{{ add (ceil (include "ai-api.longest" . | float64) | int) 10 }}
{{- end -}}
{{- end -}}

{{- define "ai-api.longest" -}}
{{- $upstream := default dict .Values.settings.upstream -}}
{{ ternary $upstream.total_s 3600 (hasKey $upstream "total_s") | toJson }}
{{- end -}}

{{- define "ai-api.drain" -}}
{{- $listen := default dict .Values.settings.listen -}}
{{ ceil (default 0 $listen.drain_delay_s) | int }}
{{- end -}}

{{- /* What a pod is told that is not secret: a dict of root and settings. Jobs are told less: what a server is told asks for
secrets that they are not given. */ -}}
{{- define "ai-api.env" -}}
{{- include "ai-api.flat" (dict "tree" .settings "prefix" "AI_API_") }}
{{- with .root.Values.caBundle }}
{{- if .configMap -}}
- name: SSL_CERT_FILE
  value: /run/ca/{{ .key }}
{{ end -}}
{{- end -}}
{{- with .root.Values.extraEnv -}}
{{ toYaml . }}
{{ end -}}
{{- end -}}

{{- /* All settings, as JSON. The listeners and the grace are the chart's. */ -}}
{{- define "ai-api.allSettings" -}}
{{- $host := .Values.server.listenHost -}}
{{- $own := dict "host" $host "port" 8080 "ops_host" $host "ops_port" 9090 "worker_ops_port" 9091 "grace_s" (include "ai-api.grace" . | int) -}}
{{- $settings := deepCopy .Values.settings -}}
{{- $_ := set $settings "listen" (merge $own (default dict $settings.listen)) -}}
{{- toJson $settings -}}
{{- end -}}

{{- define "ai-api.jobSettings" -}}
{{- pick .Values.settings "database_app_role" "organization_zone" "log_level" | toJson -}}
{{- end -}}
