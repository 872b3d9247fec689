{{- /* The template of a job's pod, in the place and with the resources of the migration's: a dict of root, component, args and
secrets (as JSON), and of what is not as usual: annotations, account, restart, settings (as JSON) and told, which of the secrets are settings. */ -}}
{{- define "ai-api.jobPod" -}}
{{- $migrate := .root.Values.migrate -}}
{{- $settings := default (include "ai-api.jobSettings" .root) .settings -}}
metadata:
  labels:
    {{- include "ai-api.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ default (include "ai-api.account" .root) .account }}
  restartPolicy: {{ default "Never" .restart }}
  {{- include "ai-api.podHead" .root | nindent 2 }}
  {{- include "ai-api.placement" $migrate | nindent 2 }}
  containers:
    {{- include "ai-api.container" (dict "root" .root "name" .component "args" .args "settings" $settings "secrets" (default .secrets .told) "resources" $migrate.resources) | nindent 4 }}
  volumes:
    {{- include "ai-api.volumes" (dict "root" .root "secrets" .secrets) | nindent 4 }}
{{- end -}}
