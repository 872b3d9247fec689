{{- define "ai-api.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- /* At most 40 characters, so that every suffix stays within the 63 of a label. */ -}}
{{- define "ai-api.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "ai-api.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "ai-api.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ai-api.selector" -}}
app.kubernetes.io/name: {{ include "ai-api.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ai-api.labels" -}}
{{ include "ai-api.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "ai-api.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "ai-api.account" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "ai-api.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- /* The host people use, without a port. */ -}}
{{- define "ai-api.host" -}}
{{- with .Values.settings.public_url -}}
{{ (splitList ":" (urlParse .).host) | first }}
{{- end -}}
{{- end -}}

{{- /* Which Service is asked for which paths, as JSON. Calls have paths of their own; all that people and the portal's API ask for is the rest. */ -}}
{{- define "ai-api.paths" -}}
{{- $server := include "ai-api.fullname" . -}}
{{- if .Values.portal.separate -}}
{{- dict "/" (printf "%s-portal" $server) "/v1" $server "/v1beta" $server | toJson -}}
{{- else -}}
{{- dict "/" $server | toJson -}}
{{- end -}}
{{- end -}}
